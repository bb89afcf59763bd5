/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A guest with NVDIMMs in which the same command line runs.
 *
 *	contents.c	what goes in: our init, daxbench, the tools that it calls, their
 *			libraries (closure.c), some modules of one kernel (modules.c)
 *	image.c		the initramfs, written entry by entry (cpio.c) as an ordinary
 *			user, the same bytes each time
 *	kernel.c	which kernel: "6.1", "6.12" under build/guest, or a bzImage's path
 *	qemu.c		which QEMU, and its command line
 *	rundir.c	the private directory of one boot, and what killed ones left
 *	console.c	the end of the console, printable
 *	proxy.c		one boot: streams its output, takes its files and its end
 *	emulate.c	KVM tried, else TCG: emulate_run()
 *	frame.h		what goes over the results port
 *	init.c		PID 1 in the guest: a static program of its own
 *
 * Everything lives under build/ and the caller's results directory.
 */
#ifndef EMULATE_EMULATE_H
#define EMULATE_EMULATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/err.h"

/* NVDIMMs of the default guest: data, second data device, operation log. */
#define EMULATE_NVDIMMS 3
enum emulate_nvdimm { EMULATE_DATA, EMULATE_DATA2, EMULATE_OPLOG };

/*
 * What a data NVDIMM may be: whole sections of Linux' memory, and no more than the
 * guest's RAM holds a struct page for of each 4 KiB of both (64 bytes).
 */
#define EMULATE_NVDIMM_STEP (128ULL << 20)
#define EMULATE_MIN_NVDIMM  (512ULL << 20)
#define EMULATE_MAX_NVDIMM  (16ULL << 30)

/* The best instruction of the CPUs to write a cache line back with. */
enum emulate_flush { EMULATE_CLWB, EMULATE_CLFLUSHOPT, EMULATE_CLFLUSH };

struct emulate_job {
	const char *kernel;  /* "6.1", "6.12" or the path of a bzImage */
	const char *modules; /* directory with its modules; NULL: found, or none */
	char *const *argv;   /* what the guest runs; argv[0] "daxbench" is our own binary */
	const char *const
		*files;	    /* host files to bring along as "HOST:GUEST", NULL-ended; or NULL */
	bool padded;	    /* more in the initramfs than is needed: all lies elsewhere in memory */
	bool deterministic; /* icount, one vCPU, fixed clock and seed */
	bool as_host;	    /* no token: daxbench in the guest treats it as a real host */
	bool interactive;   /* console on our terminal (daxbench shell) */
	const char *accel;  /* NULL: KVM if it works, else TCG; or "tcg", "kvm" */
	enum emulate_flush flush;
	bool cpu_cache_persists; /* the NVDIMMs say so: the kernel flushes nothing */
	bool legacy_pmem;	 /* RAM too that the kernel takes for pmem (e820 type 12) */
	unsigned int cpus;	 /* 0: 2, or 1 when deterministic or with counts */
	uint64_t nvdimm_bytes[EMULATE_NVDIMMS]; /* 0: 512 MiB, 512 MiB, 64 MiB */
	/* What backs it, of that many bytes; NULL: a sparse file of zeros, gone with the guest */
	const char *nvdimm_file[EMULATE_NVDIMMS];
	const char *trace_dir;	/* records store traces and logs to it (qemu.h); NULL: no plugin */
	bool trace_loads;	/* loads too */
	bool trace_alone;	/* no copy of the log NVDIMM beside each trace */
	bool counts;		/* the plugin counts, and answers COUNTS marks (daxbench/oplog.h) */
	bool functions;		/* with counts: PROFILE marks too, for twice the time */
	bool reads;		/* it notes what is read, and answers READS marks */
	const char *keep_oplog; /* copy of the log NVDIMM's file to leave here; or NULL */
	bool keep_only_of_dead; /* and only if the guest came to no end of its own */
	uint64_t timeout_ms;	/* for the whole; 0: one hour */
	uint64_t silence_ms;	/* nothing on any channel for this long: hung; 0: 120 s */
	const char *console_log; /* where the console goes, whole; NULL: kept in memory, its end */

	/* Called from emulate_run(), never from another thread. Any may be NULL. */
	void (*on_output)(void *data, bool is_stderr, const char *text, size_t len);
	/* A file of the results: @append adds to it. @name is checked: [A-Za-z0-9._-]+. */
	int (*on_file)(void *data, const char *name, bool append, const void *content, size_t len,
		       struct err *e);
	void *data;
	const volatile int *interrupted; /* a signal's number: end the guest and return -EINTR */
};

enum emulate_verdict {
	EMULATE_ENDED,	  /* the command ended, exit_status is its own */
	EMULATE_NO_START, /* QEMU did not start or the guest never said hello */
	EMULATE_PANICKED, /* kernel panic or oops on the console */
	EMULATE_DIED,	  /* QEMU ended without a final record */
	EMULATE_HUNG,	  /* silence limit */
	EMULATE_TIMEOUT,  /* time limit */
	EMULATE_INTERRUPTED,
};

/* "ended", "not started", "panicked", "died", "hung", "timeout", "interrupted". */
const char *emulate_verdict_name(enum emulate_verdict v);

struct emulate_outcome {
	enum emulate_verdict verdict;
	int exit_status;     /* of the command; 128 + n for signal n */
	char accel[8];	     /* "kvm" or "tcg" */
	char accel_why[128]; /* and why */
	char kernel[128];    /* uname -r of the guest, once it said hello */
	char qemu[64];	     /* version */
	uint64_t boot_ms;    /* start of QEMU to hello */
	uint64_t total_ms;
	char console_end[4096]; /* the last lines, printable */
};

/*
 * Boots, runs, ends. 0: the guest came to an end of its own and @ret tells
 * which; anything but EMULATE_ENDED also gives a negative errno and an error
 * that says what happened with the end of the console.
 */
int emulate_run(const struct emulate_job *job, struct emulate_outcome *ret, struct err *e);

/* The default kernel: "6.12" if fetched, else "6.1"; an error with what to type if neither. */
int emulate_default_kernel(const char **ret, struct err *e);

/* QEMU that would be used: build/qemu's or the system's. @ret_version like "10.0.8". */
int emulate_find_qemu(char *ret_path, size_t len, char *ret_version, size_t version_len,
		      struct err *e);

/*
 * Would KVM be tried for a guest here, and why (not)? From /dev/kvm and what
 * came of it since the machine was booted; boots nothing.
 */
bool emulate_kvm_usable(char *why, size_t len);

/*
 * Directories under build/run that a killed run left: each is told to @say (may
 * be NULL), and removed if @remove. Those of living runs are locked, and left.
 */
int emulate_clean(bool remove, void (*say)(void *data, const char *path), void *data,
		  struct err *e);

#endif
