// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/common.h"

/* What makes a write a synchronous one. */
enum { BY_O_DSYNC, BY_O_SYNC, BY_RWF_DSYNC, BY_RWF_SYNC };

static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	static const int open_flags[] = { O_DSYNC, O_SYNC, 0, 0 };
	struct mapped *s = dx_priv(dx);
	uint64_t size = (dx_param(dx, "size") + DX_PAGE - 1) & ~(DX_PAGE - 1);
	int r = make_written(w, &s->file, "data", size);

	(void)n;
	if (!r)
		r = dx_close(w, &s->file);
	return r ? r : dx_open(w, &s->file, "data", O_RDWR | open_flags[dx_param(dx, "by")]);
}

static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	static const int write_flags[] = { 0, 0, RWF_DSYNC, RWF_SYNC };
	int flags = write_flags[dx_param(dx, "by")], r = 0;
	uint64_t size = dx_param(dx, "size");
	struct mapped *s = dx_priv(dx);

	for (uint64_t i = 0; !r && i < n; i++)
		r = dx_write_flags(w, &s->file, 0, size, flags);
	return r;
}

/*
 * The kernel stores past the caches, but for a tail of less than 8 bytes, whose line it
 * writes back (__copy_user_flushcache() in arch/x86/lib/usercopy_64.c).
 */
static void expect(const struct dx *dx, uint64_t n, struct dx_counts *c)
{
	uint64_t size = dx_param(dx, "size");

	set_counts(c, 0, 0, 0);
	c->lines_written_back = size % 8 && size != 4 ? (int64_t)n : 0;
}

DX_WORKLOAD(write_synced)
= {
	.name = "write-synced",
	.title = "pwritev2(2) over what is there, synchronous by O_DSYNC, O_SYNC or RWF_*",
	.op = "write",
	.groups = "sync",
	.needs = DX_NEED_DAX,
	.priv_size = sizeof(struct mapped),
	.params = { { "by", "kind", BY_O_DSYNC, BY_O_DSYNC, BY_RWF_SYNC,
		      "0 O_DSYNC, 1 O_SYNC, 2 RWF_DSYNC, 3 RWF_SYNC" },
		    { "size", "bytes", DX_PAGE, 1, DX_PMD, "bytes of each write" } },
	.prepare = prepare,
	.run = run,
	.finish = drop_data,
	.expect = expect,
};
