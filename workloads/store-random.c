// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/common.h"

/* Every page is mapped and writable before run(): what is timed is the copying alone. */
static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	struct mapped *s = dx_priv(dx);
	uint64_t span = dx_param(dx, "span");
	int r;

	(void)n;
	if (dx_param(dx, "size") > span)
		return -EINVAL;
	r = make_written(w, &s->file, "data", span);
	if (!r)
		r = dx_map(w, &s->map, &s->file, 0, span, RW_PTE);
	for (uint64_t off = 0; !r && off + DX_PAGE <= span; off += DX_PAGE)
		dx_store64(w, &s->map, off);
	return r;
}

/* Knuth's linear congruential generator (MMIX); its upper half scaled to the blocks. */
static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	const struct mapped *s = dx_priv(dx);
	uint64_t size = dx_param(dx, "size"), blocks = s->map.length / size, x = dx->seed;

	for (uint64_t i = 0; i < n; i++) {
		x = x * 6364136223846793005ULL + 1442695040888963407ULL;
		dx_copy(w, &s->map, (x >> 32) * blocks / (1ULL << 32) * size, size);
	}
	return 0;
}

static void expect(const struct dx *dx, uint64_t n, struct dx_counts *c)
{
	(void)dx;
	(void)n;
	set_counts(c, 0, 0, 0);
}

DX_WORKLOAD(store_random)
= {
	.name = "store-random",
	.title = "Copy 64 B to a random place of mapped, writable pages: no kernel at all",
	.op = "copy",
	.groups = "data",
	.needs = DX_NEED_FS,
	.priv_size = sizeof(struct mapped),
	.params = { { "size", "bytes", 64, 8, DX_PMD, "copied at once" },
		    { "span", "bytes", 1ULL << 20, DX_PAGE, 64ULL << 20, "of the file" } },
	.prepare = prepare,
	.run = run,
	.finish = drop_data,
	.expect = expect,
};
