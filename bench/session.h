/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a command's work is done: here (a directory, a claimed device, or a
 * device of the guest that we are in) or in a guest that runs the same command
 * line. Shared by run, record and what else touches a device.
 */
#ifndef BENCH_SESSION_H
#define BENCH_SESSION_H

#include <argp.h>

#include "bench/target/target.h"
#include "emulate/emulate.h"

#define SESSION_MAX_KERNELS 8
#define SESSION_MAX_FS	    8
#define SESSION_MAX_SYSFS   8

/* Filled by session_argp: --target --device --fs --emulate --kernel --modules --cpus --timeout
 * --flush --persistence --pmem --layer --nvdimm-size --sysfs --deterministic --seed. */
struct session {
	const char *target;
	const char *device;
	const char *rt; /* --rt */
	bool emulate;
	bool deterministic;
	uint64_t seed;
	const char *modules;
	unsigned int cpus;
	enum emulate_flush flush;
	bool cpu_cache_persists;
	bool legacy_pmem;      /* the data device is RAM that memmap= gives away */
	enum layer_kind layer; /* between the guest's NVDIMMs and the file system */
	bool no_write_cache;   /* not an option of all: the guest's kernel is told not to flush */
	bool no_barriers;      /* likewise: its block layer is not to flush */
	uint64_t nvdimm_bytes; /* of each of the guest's data NVDIMMs; 0: the default */
	uint64_t timeout_ms;   /* of a guest; 0: the default */
	const char
		*sysfs[SESSION_MAX_SYSFS + 1];	/* NULL-ended: what its kernel is told (sysfs.h) */
	char *kernels[SESSION_MAX_KERNELS + 1]; /* NULL-ended; none: the default */
	char *fs[SESSION_MAX_FS + 1];		/* NULL-ended; none: the command's default */
	char *kernels_text, *fs_text;		/* what the pointers above point into */
	char **guest_argv;			/* of session_job() */
};

/* Argp child: a command names it in its argp_child table with input = its struct session. */
extern const struct argp session_argp;

/* True if the work is done in a guest that we boot. */
bool session_is_emulated(const struct session *s);

/* "clwb": what the guest's CPUs write lines back with. */
const char *session_flush_name(const struct session *s);

/* Contradictions among the options: -EINVAL that names them. */
int session_check(const struct session *s, struct err *e);

/*
 * Opens a target here, with @fs if it is of kind TARGET_FS: the directory, the claimed
 * device after the guard, or the guest's first NVDIMM, whose namespace is made what the
 * kind wants, and a second one for a realtime file system. @claims keep the devices'
 * locks. -EOPNOTSUPP: what the options name is not of that kind.
 */
int session_open_target(const struct session *s, enum target_kind kind, const char *fs,
			unsigned int needs, struct target_claims *claims, struct target **ret,
			struct err *e);

/* After target_close(). */
void session_release_claims(struct target_claims *claims);

/* Job for a guest that runs @argv; the caller adds its callbacks. @kernel: of s->kernels, or NULL.
 */
int session_job(struct session *s, const char *kernel, char *const argv[], struct emulate_job *job,
		struct err *e);

void session_release(struct session *s);

#endif
