// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/common.h"

/* What a program can forget: for checkers, that they see it. */
enum { OMIT_NOTHING, OMIT_FLUSH, OMIT_FENCE, OMIT_RIGHT_LINE };

#define LINE  64ULL
#define LINES 4 /* of an operation */

static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	struct mapped *s = dx_priv(dx);
	uint64_t size = (n * LINES * LINE + DX_PAGE) & ~(DX_PAGE - 1);
	int r;

	if (!dx_cpu_has_flush((enum dx_flush_kind)dx_param(dx, "with")))
		return -EOPNOTSUPP;
	r = make_written(w, &s->file, "data", size);
	return r ? r : dx_map(w, &s->map, &s->file, 0, size, RW_PTE | DX_MAP_SYNC);
}

/* MAP_SYNC: the blocks are the file's already, and the data is the program's own affair. */
static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	const struct mapped *s = dx_priv(dx);
	enum dx_flush_kind with = (enum dx_flush_kind)dx_param(dx, "with");
	uint64_t omit = dx_param(dx, "omit");

	for (uint64_t i = 0; i < n; i++) {
		uint64_t at = i * LINES * LINE, len = LINES * LINE;

		for (uint64_t line = 0; line < LINES; line++)
			dx_store64(w, &s->map, at + line * LINE);
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

DX_WORKLOAD(user_flush)
= {
	.name = "user-flush",
	.title = "Stores to 4 lines, written back and drained by the program (MAP_SYNC)",
	.op = "4 stores+flush",
	.groups = "default,sync,user",
	.needs = DX_NEED_DAX | DX_NEED_MAP_SYNC,
	.max_ops = 16384,
	.priv_size = sizeof(struct mapped),
	.params = { { "with", "kind", DX_CLFLUSH, DX_CLWB, DX_CLFLUSH,
		      "0 CLWB, 1 CLFLUSHOPT, 2 CLFLUSH, which every CPU has" },
		    { "omit", "kind", OMIT_NOTHING, OMIT_NOTHING, OMIT_RIGHT_LINE,
		      "1 leaves out a flush, 2 the fence, 3 flushes a line beside" } },
	.prepare = prepare,
	.run = run,
	.finish = drop_data,
};
