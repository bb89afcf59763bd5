// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/device.h"

/* What a program can forget: for checkers, that they see it. */
enum { OMIT_NOTHING, OMIT_FLUSH, OMIT_FENCE };

#define LINE 64ULL

static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	uint64_t size = dx_param(dx, "size");

	if (!dx_cpu_has_flush((enum dx_flush_kind)dx_param(dx, "with")))
		return dx_refuse(dx, -EOPNOTSUPP, "the CPU has no such instruction");
	if (size % LINE)
		return dx_refuse(dx, -EINVAL, "size: want a multiple of 64");
	return map_devdax_written(dx, w, dx_priv(dx), device_slots(n, size) * size);
}

/* All that makes bytes of device-dax durable: the kernel has no part in it. */
static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	const struct mapped *s = dx_priv(dx);
	enum dx_flush_kind with = (enum dx_flush_kind)dx_param(dx, "with");
	uint64_t size = dx_param(dx, "size"), slots = device_slots(n, size);
	uint64_t omit = dx_param(dx, "omit"), flushed = omit == OMIT_FLUSH ? size - LINE : size;

	for (uint64_t i = 0; i < n; i++) {
		uint64_t at = device_slot(i, slots, size);

		dx_fill(w, &s->map, at, size);
		dx_flush(w, &s->map, at, flushed, with);
		if (omit != OMIT_FENCE)
			dx_drain(w);
		dx_rely(w, &s->map, at, size);
	}
	return 0;
}

static void expect(const struct dx *dx, uint64_t n, struct dx_counts *c)
{
	uint64_t lines = dx_param(dx, "size") / LINE - (dx_param(dx, "omit") == OMIT_FLUSH);

	expect_no_dax(dx, n, c);
	c->lines_written_back = (int64_t)(n * lines);
}

DX_WORKLOAD(devdax_flush)
= {
	.name = "devdax-flush",
	.title = "Stores to mapped device-dax, written back and drained by the program",
	.op = "stores+flush",
	.groups = "device,sync,user",
	.needs = DX_NEED_DEVDAX,
	.priv_size = sizeof(struct mapped),
	.params = { { "size", "bytes", LINE, LINE, DX_PMD, "stored, a multiple of 64" },
		    { "with", "kind", DX_CLWB, DX_CLWB, DX_CLFLUSH,
		      "0 CLWB, 1 CLFLUSHOPT, 2 CLFLUSH" },
		    { "omit", "kind", OMIT_NOTHING, OMIT_NOTHING, OMIT_FENCE,
		      "1 leaves out the flush of the last line, 2 the fence" } },
	.prepare = prepare,
	.run = run,
	.finish = close_device,
	.expect = expect,
};
