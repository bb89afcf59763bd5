// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The blocks are contiguous and lie 4 KiB beside a 2 MiB boundary of the medium, since the
 * file lost its first page: no 2 MiB page can map them (dax_iomap_direct_access()).
 */
#include "workloads/fallback.h"

static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	struct mapped *s = dx_priv(dx);
	int r = make_written(w, &s->file, "data", (n + 1) * DX_PMD);

	if (!r)
		r = dx_fallocate(w, &s->file, FALLOC_FL_COLLAPSE_RANGE, 0, DX_PAGE);
	if (r == -EINVAL)
		return dx_refuse(dx, -EOPNOTSUPP, "blocks of this file system cannot lie beside");
	if (!r)
		r = dx_fsync(w, &s->file);
	return r ? r : dx_map(w, &s->map, &s->file, 0, n * DX_PMD, RW_PMD);
}

DX_WORKLOAD(fallback_shifted_blocks)
= {
	.name = "fallback-shifted-blocks",
	.title = "Store to blocks 4 KiB beside a 2 MiB boundary: 2 MiB fault falls back",
	.op = "store",
	.groups = "fault",
	.needs = DX_NEED_DAX,
	.max_ops = 8,
	.priv_size = sizeof(struct mapped),
	.prepare = prepare,
	.run = store_each_pmd,
	.finish = drop_data,
	.expect = expect_fallbacks,
};
