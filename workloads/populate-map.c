// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mmap() populates a shared mapping by read faults, even one that is writable: it would
 * not dirty what nobody stores to (mm/gup.c, populate_vma_page_range()). With the blocks
 * at 2 MiB boundaries these are of 2 MiB, but for what is left over at the end.
 */
#include "workloads/common.h"

static uint64_t whole_pages(const struct dx *dx)
{
	return dx_param(dx, "size") / DX_PAGE * DX_PAGE;
}

static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	struct mapped *s = dx_priv(dx);

	(void)n;
	return make_written(w, &s->file, "data", whole_pages(dx));
}

/* Both calls in each operation, and those that find an aligned address. */
static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	uint64_t size = whole_pages(dx);
	struct mapped *s = dx_priv(dx);
	int r = 0;

	for (uint64_t i = 0; !r && i < n; i++) {
		r = dx_map(w, &s->map, &s->file, 0, size, RW_PMD | DX_MAP_POPULATE);
		if (!r)
			r = dx_unmap(w, &s->map);
	}
	return r;
}

static void expect(const struct dx *dx, uint64_t n, struct dx_counts *c)
{
	uint64_t size = whole_pages(dx), rest = size % DX_PMD;

	set_counts(c, n * (rest / DX_PAGE), n * (size / DX_PMD), 0);
	if (rest)
		c->pmd_fallbacks = DX_ANY; /* none where a neighbour has pages in these 2 MiB */
}

DX_WORKLOAD(populate_map)
= {
	.name = "populate-map",
	.title = "mmap with MAP_POPULATE of written blocks, 2 MiB faults, and munmap",
	.op = "mmap+munmap",
	.groups = "default,fault",
	.needs = DX_NEED_DAX,
	.check_ops = 2,
	.priv_size = sizeof(struct mapped),
	.params = { { "size", "bytes", 8 << 20, DX_PAGE, 128 << 20,
		      "bytes mapped, rounded down to 4K" } },
	.prepare = prepare,
	.run = run,
	.finish = drop_data,
	.expect = expect,
};
