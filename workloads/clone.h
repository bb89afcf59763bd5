/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file, mapped or not, and another that shares blocks with it. */
#ifndef WORKLOADS_CLONE_H
#define WORKLOADS_CLONE_H

#include "workloads/common.h"

struct two_files {
	struct mapped first; /* first: drop_data() takes it for all */
	struct dx_file second;
};

/* finish() of a workload whose files are "data" and "clone". */
static inline void drop_two_files(struct dx *dx, struct dx_worker *w)
{
	struct two_files *s = dx_priv(dx);

	dx_close(w, &s->second);
	dx_unlink(w, "clone");
	drop_data(dx, w);
}

#endif
