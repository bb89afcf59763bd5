/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any program as a workload: `daxbench check --exec -- PROGRAM [ARGUMENT]...`. It keeps no
 * operation log, so nothing is known of its files; what can be said without is in
 * docs/man/daxbench-check.md.
 */
#ifndef BENCH_CHECK_EXEC_H
#define BENCH_CHECK_EXEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench/check/oplist_source.h"
#include "lib/err.h"

#define EXEC_WORKLOAD	"exec"
#define EXEC_TIMEOUT_MS 60000

/* No functions: exec_run() is its run(). Not one of select_all(). */
extern const struct dx_workload exec_workload;

/* Is that the name of this workload, in a log or a cell? */
bool exec_is_meant(const char *workload);

/* What is to be run, and where goes what it leaves. */
struct exec_job {
	char *const *argv;   /* [0]: an absolute path */
	uint64_t timeout_ms; /* of the guest's clock */
	int out, err, maps;  /* files that get its output, and what was mapped (mapped.h) */
};

/*
 * The file that @word means: a path, or a name in PROC_PATH. As it is called here it is called
 * in the guest. -EINVAL: there is none, or it cannot be run. The caller frees @ret.
 */
int exec_find(const char *word, char **ret, struct err *e);

/*
 * Adds what the guest needs to run @program: the file, of a script its interpreter, and @bring,
 * NULL-ended (or NULL). Libraries come along by themselves.
 */
int exec_pack(const char *program, char *const *bring, struct oplist_luggage *ret, struct err *e);

/*
 * In the guest: runs it in the directory @dir to its end, and ends what it left running.
 * It sees no device of ours: neither the log's nor the host's port. 0: it exited with 0. Else
 * @e has its status or signal and the last lines of its standard error. -ETIMEDOUT: killed.
 */
int exec_run(const struct exec_job *job, int dir, struct err *e);

#endif
