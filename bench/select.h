/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From words on the command line to cells of the matrix.
 *
 * A word is a name, a glob over names, "@group" or a group's bare name where no
 * workload has it, each with optional ":param=value,param=value". A value can be
 * many (sweep.h): then each combination is a selection. A glob or group
 * without parameters leaves out workloads that need a path (ops:list=FILE), and ace,
 * which is many lists.
 *
 * The jobs of fio (fio_jobs.h) are workloads of the bench lens: "fio:NAME",
 * "fio:GLOB" and the group "fio" mean them, no other glob does; "fio:PATH", with a
 * slash, is a job file of the user's own.
 */
#ifndef BENCH_SELECT_H
#define BENCH_SELECT_H

#include <stddef.h>

#include "daxbench/workload.h"
#include "lib/err.h"

struct exec_job;

enum lens { LENS_BENCH, LENS_CHECK };

#define SELECT_MAX 1000 /* selections in all */

/* All workloads of a lens, sorted by name. @ret_n > 0 in any build. */
const struct dx_workload *const *select_all(enum lens lens, size_t *ret_n);

/* By exact name, or NULL. */
const struct dx_workload *select_find(enum lens lens, const char *name);

/* Is it a path, not a count? A workload's last parameter can be one. */
bool select_is_path(const struct dx_param *p);

/* Number of parameters that @w declares. */
size_t select_param_count(const struct dx_workload *w);

/* One workload with its parameters settled. */
struct selection {
	const struct dx_workload *workload;
	uint64_t values[DX_MAX_PARAMS];
	const char *path; /* of the parameter that is one, in the word; NULL: not given */
	const struct exec_job *exec; /* what the workload "exec" runs (exec.h); NULL: another one */
};

/*
 * Turns @words (none: "default") into selections, in the order given, each
 * (workload, values) once. @ret is malloc'ed. Errors, -EINVAL each, name the
 * word: unknown name ("did you mean pte-store-hole?"), unknown parameter (the
 * hint lists them), value that is no number or out of range (the hint has the
 * range and the unit), more than SELECT_MAX selections.
 */
int select_words(enum lens lens, char *const words[], size_t n, struct selection **ret,
		 size_t *ret_n, struct err *e);

/* "pages=1000,size=2M": parameters that @w declares, all of them; "" if none. Returns @buf. */
char *select_format_params(const struct selection *s, char *buf, size_t len);

#endif
