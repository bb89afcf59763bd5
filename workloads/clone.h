/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file, mapped or not, and another that shares blocks with it. */
#ifndef WORKLOADS_CLONE_H
#define WORKLOADS_CLONE_H

#include "workloads/common.h"

struct two_files {
	struct mapped first; /* first: drop_data() takes it for all */
	struct dx_file second;
};

/* For prepare(): the second file, open, has @len bytes of the first at @off in common with it. */
static inline int share_range(struct dx *dx, struct dx_worker *w, uint64_t off, uint64_t len)
{
	struct two_files *s = dx_priv(dx);
	int r = dx_reflink(w, &s->second, &s->first.file, off, off, len);

	return r == -EOPNOTSUPP ? dx_refuse(dx, r, "files here cannot share blocks (FICLONERANGE)")
				: r;
}

/* finish() of a workload whose files are "data" and "clone". */
static inline void drop_two_files(struct dx *dx, struct dx_worker *w)
{
	struct two_files *s = dx_priv(dx);

	dx_close(w, &s->second);
	dx_unlink(w, "clone");
	drop_data(dx, w);
}

#endif
