/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Transfers that each begin where the file ends. */
#ifndef WORKLOADS_APPEND_H
#define WORKLOADS_APPEND_H

#include "workloads/transfer.h"

/* A file of so many bytes that the first transfer misses its alignment as it is to. */
static inline int prepare_append(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	struct transfer *t = dx_priv(dx);
	int r = make_transfer_file(dx, w, t);

	(void)n;
	plan_transfers(dx, t, false);
	return r ? r : fill_file(w, &t->data.file, t->at);
}

#endif
