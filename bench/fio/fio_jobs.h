/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Jobs of fio as workloads: "fio:NAME" is workloads/jobs/NAME.fio, a job file of fio's
 * own with one job in it. What a list shows stands in its comments:
 *
 *	# title: what happens, in one line
 *	# sync: what the engine really does where a sync was asked for
 *	# op: what one operation is
 *	# needs: fs, dax, map_sync or devdax
 *	# ops: operations of a run
 *
 * They are of the bench lens alone: fio writes no operation log.
 */
#ifndef BENCH_FIO_FIO_JOBS_H
#define BENCH_FIO_FIO_JOBS_H

#include <stdbool.h>
#include <stddef.h>

#include "daxbench/workload.h"
#include "lib/err.h"

#define FIO_PREFIX "fio:"

struct fio_job {
	struct dx_workload workload; /* its name, title, op, needs and max_ops; its job is this */
	const char *text;	     /* the job file; the caller's */
	const char *path;	     /* of a job of the user's own (fio_own.h); NULL: built in */
	char name[80], title[73], sync[240], op[32], engine[32];
};

/* Is @word of a command line about jobs by their names? Else they are meant by their group. */
bool fio_jobs_are_meant(const char *word);

/* All that are built in, sorted by name. */
const struct dx_workload *const *fio_jobs_all(size_t *ret_n);

/*
 * Reads @text, which stays the caller's, into @ret. What no comment says has a
 * default. -EINVAL: not one job, a comment that is too long or says nothing known.
 */
int fio_job_parse(const char *name, const char *text, struct fio_job *ret, struct err *e);

#endif
