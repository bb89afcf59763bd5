// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/user.h"

static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	const struct mapped *s = dx_priv(dx);
	uint64_t len = user_size(dx), at = 0;
	bool fence = !dx_param(dx, "omit");

	for (uint64_t i = 0; i < n; i++, at = user_next(s, at, len)) {
		dx_copy_nt(w, &s->map, at, len);
		if (fence)
			dx_drain(w);
		dx_rely(w, &s->map, at, len);
	}
	return 0;
}

/* What is stored past the caches needs no write-back. */
static void expect(const struct dx *dx, uint64_t n, struct dx_counts *c)
{
	(void)dx;
	(void)n;
	expect_user(c, 0);
}

DX_WORKLOAD(user_nt)
= {
	.name = "user-nt",
	.title = "Stores past the caches, drained by the program (MAP_SYNC)",
	.op = "copy+drain",
	.groups = "default,sync,user",
	.needs = DX_NEED_DAX | DX_NEED_MAP_SYNC,
	.max_ops = 16384,
	.priv_size = sizeof(struct mapped),
	.params = { { "omit", "kind", 0, 0, 1, "1 leaves out the fence" }, SIZE_PARAM },
	.prepare = prepare_user,
	.run = run,
	.finish = drop_data,
	.expect = expect,
};
