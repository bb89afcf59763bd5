// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A page of a mapped file fails, by MADV_HWPOISON: mf_generic_kill_procs() unmaps it and
 * kills who had it mapped, a process that is there for that. The next load, store, sync,
 * write and read of it are what is timed, once: the kernel has marked its struct page, and
 * neither DAX nor pmem looks there, only at the bad blocks that a real error would list. The
 * medium itself is whole, so the bytes are as they were. Clearing is what a write does to bad
 * blocks, through the firmware (nvdimm_clear_poison() in drivers/nvdimm/bus.c): QEMU's has no
 * such call, so here that is not to be seen.
 */
#include "workloads/common.h"

struct state {
	struct mapped data;   /* first: drop_data() takes it for all */
	struct dx_map victim; /* of the process that dies */
};

/* Dies in the call. */
static int poison(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	struct state *s = dx_priv(dx);
	int r = dx_map(w, &s->victim, &s->data.file, 0, DX_PAGE, DX_MAP_READ | DX_MAP_PTE);

	(void)n;
	if (r)
		return r;
	dx_load64(w, &s->victim, 0);
	r = dx_env_poison(w, &s->victim, 0);
	return r ? r : -EIO; /* it lives */
}

/* Debian's 6.1 cannot. */
static int let_page_fail(struct dx *dx)
{
	int r = dx_spawn(dx, 1, DX_PROCESS, poison);

	if (!r)
		r = dx_join(dx);
	if (r == -EINVAL)
		return dx_refuse(dx, -EOPNOTSUPP, "the kernel has no CONFIG_MEMORY_FAILURE");
	return r == -ECANCELED ? 0 : r;
}

static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	struct state *s = dx_priv(dx);
	int r = make_written(w, &s->data.file, "data", DX_PAGE);

	(void)n;
	if (!r)
		r = let_page_fail(dx);
	return r ? r : dx_map(w, &s->data.map, &s->data.file, 0, DX_PAGE, RW_PTE);
}

static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	struct state *s = dx_priv(dx);
	int r;

	(void)n;
	dx_load64(w, &s->data.map, 0);
	dx_store64(w, &s->data.map, 64);
	r = dx_msync(w, &s->data.map, 0, DX_PAGE, MS_SYNC);
	if (!r)
		r = dx_write(w, &s->data.file, 0, DX_PAGE);
	if (!r)
		r = dx_fsync(w, &s->data.file);
	return r ? r : dx_read(w, &s->data.file, 0, DX_PAGE);
}

static void expect(const struct dx *dx, uint64_t n, struct dx_counts *c)
{
	(void)dx;
	set_counts(c, 2 * n, 0, n);
}

DX_WORKLOAD(poisoned_page)
= {
	.name = "poisoned-page",
	.title = "Load, store, msync, write, read of a page after its memory failure",
	.op = "load+store+msync+write+fsync+read",
	.groups = "device",
	.needs = DX_NEED_DAX | DX_NEED_OWN_FS,
	.max_ops = 1,
	.priv_size = sizeof(struct state),
	.prepare = prepare,
	.run = run,
	.finish = drop_data,
	.expect = expect,
};
