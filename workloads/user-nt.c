// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/common.h"

#define LEN 256ULL

static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	struct mapped *s = dx_priv(dx);
	uint64_t size = (n * LEN + DX_PAGE) & ~(DX_PAGE - 1);
	int r = make_written(w, &s->file, "data", size);

	return r ? r : dx_map(w, &s->map, &s->file, 0, size, RW_PTE | DX_MAP_SYNC);
}

static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	const struct mapped *s = dx_priv(dx);
	bool fence = !dx_param(dx, "omit");

	for (uint64_t i = 0; i < n; i++) {
		dx_copy_nt(w, &s->map, i * LEN, LEN);
		if (fence)
			dx_drain(w);
		dx_rely(w, &s->map, i * LEN, LEN);
	}
	return 0;
}

DX_WORKLOAD(user_nt)
= {
	.name = "user-nt",
	.title = "256 bytes stored past the caches and drained by the program (MAP_SYNC)",
	.op = "copy+drain",
	.groups = "default,sync,user",
	.needs = DX_NEED_DAX | DX_NEED_MAP_SYNC,
	.max_ops = 16384,
	.priv_size = sizeof(struct mapped),
	.params = { { "omit", "kind", 0, 0, 1, "1 leaves out the fence" } },
	.prepare = prepare,
	.run = run,
	.finish = drop_data,
};
