// SPDX-License-Identifier: GPL-2.0-or-later
#include "daxbench/pmem2.h"
#include "workloads/user.h"

enum { BY_PERSIST, BY_MEMCPY };

struct with_pmem2 {
	struct mapped file; /* first: prepare_user() and drop_data() take it for all */
	struct dx_pmem2 pmem2;
};

static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	struct with_pmem2 *s = dx_priv(dx);
	int r = prepare_user(dx, w, n);

	return r ? r : dx_pmem2_open(&s->pmem2, &s->file.map, &s->file.file);
}

/* As user-flush and user-nt do it, by a library's calls. */
static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	const struct with_pmem2 *s = dx_priv(dx);
	const struct dx_map *m = &s->file.map;
	uint64_t len = user_size(dx), at = 0;
	bool copy = dx_param(dx, "by") == BY_MEMCPY;

	for (uint64_t i = 0; i < n; i++, at = user_next(&s->file, at, len)) {
		if (copy) {
			dx_pmem2_memcpy(w, &s->pmem2, m, at, len);
		} else {
			for (uint64_t off = 0; off < len; off += LINE)
				dx_store64(w, m, at + off);
			dx_pmem2_persist(w, &s->pmem2, m, at, len);
		}
		dx_rely(w, m, at, len);
	}
	return 0;
}

static void finish(struct dx *dx, struct dx_worker *w)
{
	struct with_pmem2 *s = dx_priv(dx);

	dx_pmem2_close(&s->pmem2);
	drop_data(dx, w);
}

/* Whether memcpy stores past the caches, or writes back, is the library's own affair. */
static void expect(const struct dx *dx, uint64_t n, struct dx_counts *c)
{
	expect_user(c, n * (user_size(dx) / LINE));
	if (dx_param(dx, "by") == BY_MEMCPY)
		c->lines_written_back = DX_ANY;
}

DX_WORKLOAD(user_pmem2)
= {
	.name = "user-pmem2",
	.title = "libpmem2 on a mapping with MAP_SYNC: stores and persist, or memcpy",
	.op = "persist",
	.groups = "sync,user",
	.lacks = DX_LACKS_PMEM2,
	.needs = DX_NEED_DAX | DX_NEED_MAP_SYNC,
	.max_ops = 16384,
	.check_ops = 1, /* a store is a record, and of 2 MiB there are many */
	.priv_size = sizeof(struct with_pmem2),
	.params = { { "by", "kind", BY_PERSIST, BY_PERSIST, BY_MEMCPY,
		      "0 a store to each line and persist, 1 memcpy" },
		    SIZE_PARAM },
	.prepare = prepare,
	.run = run,
	.finish = finish,
	.expect = expect,
};
