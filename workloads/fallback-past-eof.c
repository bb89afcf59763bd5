// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A file that ends a page before 2 MiB do: beyond the end nothing may be mapped, so 2 MiB
 * are not (dax_fault_check_fallback()). There is one such place in a file: each operation
 * maps it anew, for where a page of 4 KiB is mapped, 2 MiB are not tried again.
 */
#include "workloads/fallback.h"

static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	struct mapped *s = dx_priv(dx);

	(void)n;
	return make_written(w, &s->file, "data", DX_PMD - DX_PAGE);
}

static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	struct mapped *s = dx_priv(dx);
	int r = 0;

	for (uint64_t i = 0; !r && i < n; i++) {
		r = dx_map(w, &s->map, &s->file, 0, DX_PMD, RW_PMD);
		if (r)
			return r;
		dx_store64(w, &s->map, 0);
		r = dx_unmap(w, &s->map);
	}
	return r;
}

DX_WORKLOAD(fallback_past_eof)
= {
	.name = "fallback-past-eof",
	.title = "mmap, store to the last, incomplete 2 MiB of a file, munmap: falls back",
	.op = "mmap+store+munmap",
	.groups = "fault",
	.needs = DX_NEED_DAX,
	.priv_size = sizeof(struct mapped),
	.prepare = prepare,
	.run = run,
	.finish = drop_data,
	.expect = expect_fallbacks,
};
