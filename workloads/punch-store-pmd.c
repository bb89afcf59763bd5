// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/common.h"

struct state {
	struct mapped data; /* first: drop_data() takes it for all */
	uint64_t unit;
};

static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	struct state *s = dx_priv(dx);
	int r = make_clean(w, &s->data, n * DX_PMD, RW_PMD);

	return r ? r : dx_file_unit(&s->data.file, &s->unit);
}

static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	const int punch = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;
	struct state *s = dx_priv(dx);
	bool dirty = dx_param(dx, "dirty");
	int r = 0;

	for (uint64_t off = 0; !r && off < n * DX_PMD; off += DX_PMD) {
		if (dirty)
			dx_store64(w, &s->data.map, off);
		r = dx_fallocate(w, &s->data.file, punch, off + DX_PMD / 2, DX_PAGE);
		dx_store64(w, &s->data.map, off);
		if (!r)
			r = dx_fsync(w, &s->data.file);
	}
	return r;
}

/*
 * The whole entry goes, written back if it is dirty or not (see punch-store). What is left
 * of the blocks cannot be mapped with 2 MiB any more, but where they are freed in no
 * smaller unit: there the page is zeroed, and maps as before. Kernels with locks of single
 * mappings try 2 MiB twice on ext4, once under such a lock, before they fall back.
 */
static void expect(const struct dx *dx, uint64_t n, struct dx_counts *c)
{
	const struct state *s = dx_priv(dx);
	bool whole = s->unit >= DX_PMD, dirty = dx_param(dx, "dirty");

	set_counts(c, whole ? 0 : n, (whole ? n : 0) + (dirty ? n : 0), n);
	if (!whole)
		c->pmd_fallbacks = DX_ANY;
	if (dirty)
		c->entries_written_back = c->lines_written_back = DX_ANY;
}

DX_WORKLOAD(punch_store_pmd)
= {
	.name = "punch-store-pmd",
	.title = "Punch 4 KiB out of a mapped 2 MiB page, store beside it, and fsync",
	.op = "punch+store+fsync",
	.groups = "space,tree",
	.needs = DX_NEED_DAX,
	.max_ops = 32,
	.check_ops = 2,
	.priv_size = sizeof(struct state),
	.params = { { "dirty", "kind", 0, 0, 1, "1: store to the page before it is punched" } },
	.prepare = prepare,
	.run = run,
	.finish = drop_data,
	.expect = expect,
};
