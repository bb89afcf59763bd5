// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Unshare, where a page beside the shared one is dirty. XFS makes room for a copy in
 * pieces of 32 blocks (its default cowextsize), so that both are copied and both move;
 * what is stored to the second afterwards must be written back from its new place.
 */
#include "workloads/clone.h"

#define PIECE (32 * DX_PAGE)

/* The first page of each piece is shared. */
static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	struct two_files *s = dx_priv(dx);
	int r = make_written(w, &s->first.file, "data", n * PIECE);

	if (!r)
		r = dx_map(w, &s->first.map, &s->first.file, 0, n * PIECE, RW_PTE);
	if (!r)
		r = make_file(w, &s->second, "clone");
	for (uint64_t i = 0; !r && i < n; i++)
		r = share_range(dx, w, i * PIECE, DX_PAGE);
	return r ? r : dx_fsync(w, &s->second);
}

static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	struct two_files *s = dx_priv(dx);
	int r = 0;

	for (uint64_t at = 0; !r && at < n * PIECE; at += PIECE) {
		dx_store64(w, &s->first.map, at + DX_PAGE);
		r = dx_fallocate(w, &s->first.file, FALLOC_FL_UNSHARE_RANGE, at, 2 * DX_PAGE);
		dx_store64(w, &s->first.map, at + DX_PAGE);
		if (!r)
			r = dx_fsync(w, &s->first.file);
	}
	return r;
}

static void expect(const struct dx *dx, uint64_t n, struct dx_counts *c)
{
	(void)dx;
	set_counts(c, 2 * n, 0, 2 * n);
}

DX_WORKLOAD(unshare_dirty)
= {
	.name = "unshare-dirty",
	.title = "Unshare a block beside a dirty one, store to that, and fsync",
	.op = "store+unshare+store+fsync",
	.groups = "space",
	.needs = DX_NEED_DAX,
	.max_ops = 128,
	.priv_size = sizeof(struct two_files),
	.prepare = prepare,
	.run = run,
	.finish = drop_two_files,
	.expect = expect,
};
