/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which QEMU, and what it is told. */
#ifndef EMULATE_QEMU_H
#define EMULATE_QEMU_H

#include "emulate/emulate.h"
#include "emulate/kernel.h"

/* The guest's channels: a pipe each, QEMU writes, we read. */
enum qemu_channel { QEMU_CONSOLE, QEMU_OUT, QEMU_ERR, QEMU_RESULTS, QEMU_CHANNELS };

struct qemu_boot {
	const struct emulate_job *job;
	const struct kernel *kernel;
	const char *accel; /* "kvm" or "tcg" */
	const char *initrd;
	const char *dir;   /* the run's: nvdimm0, nvdimm1, ... are in it, but for the job's own */
	const char *token; /* on the kernel's command line */
	int fds[QEMU_CHANNELS]; /* write ends, inherited; console: -1 if interactive */
};

/* Sizes of the NVDIMMs with the job's defaults filled in: bytes. */
uint64_t qemu_nvdimm_bytes(const struct emulate_job *job, unsigned int index);

/* Where it lies in the guest's physical memory. */
uint64_t qemu_nvdimm_base(const struct emulate_job *job, unsigned int index);

/* The file that backs it, of a run whose directory is @dir. */
void qemu_nvdimm_path(const struct emulate_job *job, const char *dir, unsigned int index, char *buf,
		      size_t len);

/* RAM of the guest: more where its NVDIMMs want it for their struct pages. */
unsigned int qemu_ram_mib(const struct emulate_job *job);

/* Does the job need the plugin (checker/plugin), and with it TCG? */
bool qemu_wants_plugin(const struct emulate_job *job);

/* CPUs of the guest with the defaults filled in. */
unsigned int qemu_cpus(const struct emulate_job *job);

/*
 * The whole argument vector, malloc'ed strings, NULL-ended; qemu_free_argv()
 * frees it. -ENOENT: no QEMU, with what to do.
 */
int qemu_argv(const struct qemu_boot *boot, char ***ret, struct err *e);
void qemu_free_argv(char **argv);

#endif
