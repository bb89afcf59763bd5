// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/user.h"

/* What a program can forget: for checkers, that they see it. */
enum { OMIT_NOTHING, OMIT_FLUSH, OMIT_FENCE, OMIT_RIGHT_LINE };

static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	if (!dx_cpu_has_flush((enum dx_flush_kind)dx_param(dx, "with")))
		return dx_refuse(dx, -EOPNOTSUPP, "the CPU has no such instruction");
	return prepare_user(dx, w, n);
}

/* MAP_SYNC: the blocks are the file's already, and the data is the program's own affair. */
static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	const struct mapped *s = dx_priv(dx);
	enum dx_flush_kind with = (enum dx_flush_kind)dx_param(dx, "with");
	uint64_t omit = dx_param(dx, "omit"), len = user_size(dx), at = 0;

	for (uint64_t i = 0; i < n; i++, at = user_next(s, at, len)) {
		for (uint64_t off = 0; off < len; off += LINE)
			dx_store64(w, &s->map, at + off);
		if (omit == OMIT_FLUSH)
			dx_flush(w, &s->map, at, len - LINE, with);
		else
			dx_flush(w, &s->map, omit == OMIT_RIGHT_LINE ? at + LINE : at, len, with);
		if (omit != OMIT_FENCE)
			dx_drain(w);
		dx_rely(w, &s->map, at, len);
	}
	return 0;
}

static void expect(const struct dx *dx, uint64_t n, struct dx_counts *c)
{
	uint64_t lines = user_size(dx) / LINE;

	expect_user(c, n * (dx_param(dx, "omit") == OMIT_FLUSH ? lines - 1 : lines));
}

DX_WORKLOAD(user_flush)
= {
	.name = "user-flush",
	.title = "A store to each line, written back and drained by the program (MAP_SYNC)",
	.op = "stores+flush",
	.groups = "default,sync,user",
	.needs = DX_NEED_DAX | DX_NEED_MAP_SYNC,
	.max_ops = 16384,
	.check_ops = 1, /* a store is a record, and of 2 MiB there are many */
	.priv_size = sizeof(struct mapped),
	.params = { { "with", "kind", DX_CLFLUSH, DX_CLWB, DX_CLFLUSH,
		      "0 CLWB, 1 CLFLUSHOPT, 2 CLFLUSH, which every CPU has" },
		    { "omit", "kind", OMIT_NOTHING, OMIT_NOTHING, OMIT_RIGHT_LINE,
		      "1 leaves out a flush, 2 the fence, 3 flushes a line beside" },
		    SIZE_PARAM },
	.prepare = prepare,
	.run = run,
	.finish = drop_data,
	.expect = expect,
};
