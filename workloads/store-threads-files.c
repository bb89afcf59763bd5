// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/fallback.h"
#include "workloads/threads.h"

struct own_files {
	struct mapped of[DX_LOG_WORKERS];
};

static const char *own_name(char *buf, size_t len, uint32_t id)
{
	snprintf(buf, len, "data-%u", id);
	return buf;
}

static int store_own(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	const struct own_files *s = dx_priv(dx);
	uint64_t pages = share_begins(dx, n, w->id + 1) - share_begins(dx, n, w->id);
	int r = meet(w);

	if (r)
		return r;
	for (uint64_t i = 0; i < pages; i++)
		dx_store64(w, &s->of[w->id].map, i * DX_PAGE);
	return meet(w);
}

static int thread(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	int r = dx_barrier(w);

	return r ? r : store_own(dx, w, n);
}

/*
 * Each file has room for the largest share. XFS gives the first that faults 4 KiB of a hole
 * all of a realtime device, and the second's store a SIGBUS
 * (docs/findings/xfs-rt-fault-takes-all.md).
 */
static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	uint32_t threads = (uint32_t)dx_param(dx, "threads");
	uint64_t size = (n / threads + 1) * DX_PAGE;
	struct own_files *s = dx_priv(dx);
	char name[16];
	int r = has_large_units(w);

	if (r > 0)
		return dx_refuse(dx, -EOPNOTSUPP, "on XFS realtime the first file takes all");
	for (uint32_t i = 0; !r && i < threads; i++) {
		r = make_hole(w, &s->of[i].file, own_name(name, sizeof(name), i), size);
		if (!r)
			r = dx_map(w, &s->of[i].map, &s->of[i].file, 0, size, RW_PTE);
	}
	return r ? r : start_threads(dx, w, thread);
}

static void finish(struct dx *dx, struct dx_worker *w)
{
	struct own_files *s = dx_priv(dx);
	char name[16];

	dx_join(dx);
	for (uint32_t i = 0; i < DX_LOG_WORKERS; i++)
		drop_file(w, &s->of[i], own_name(name, sizeof(name), i));
}

DX_WORKLOAD(store_threads_files)
= {
	.name = "store-threads-files",
	.title = "First stores to holes by several threads, each to a file of its own",
	.op = "store",
	.groups = "fault,scaling,threads",
	.needs = DX_NEED_DAX | DX_NEED_THREADS,
	.max_ops = 4096,
	.priv_size = sizeof(struct own_files),
	.params = { THREADS_PARAM },
	.prepare = prepare,
	.run = store_own,
	.finish = finish,
	.expect = expect_pte_each,
};
