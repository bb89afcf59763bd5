// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Each thing that the target can do to a file system, with a file that must
 * live through it; through mkfs it must not. Only in the check lens: nobody
 * would time it.
 */
#include "workloads/common.h"

#ifdef DX_LENS_CHECK

static int write_file(struct dx_worker *w, struct dx_file *f)
{
	int r = dx_open(w, f, "data", O_RDWR | O_CREAT);

	if (!r)
		r = dx_write(w, f, 0, DX_PAGE);
	if (!r)
		r = dx_fsync(w, f);
	return r;
}

/* dx_env_umount() while a file is open must be refused, and leave all as it was. */
static int refuse_umount(struct dx_worker *w, struct dx_file *f)
{
	int r = dx_env_umount(w);

	if (r != -EBUSY)
		return r ? r : -EEXIST;
	r = dx_close(w, f);
	return r ? r : dx_open(w, f, "data", O_RDWR);
}

static int make_anew(struct dx_worker *w)
{
	int r = dx_env_umount(w);

	if (!r)
		r = dx_env_mkfs(w);
	return r ? r : dx_env_mount(w);
}

static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	struct mapped *s = dx_priv(dx);
	int r = write_file(w, &s->file);

	(void)n;
	if (!r)
		r = refuse_umount(w, &s->file);
	if (!r)
		r = dx_read(w, &s->file, 0, DX_PAGE);
	if (!r)
		r = dx_close(w, &s->file);
	if (!r)
		r = dx_env_remount(w, true);
	if (!r)
		r = dx_env_remount(w, false);
	if (!r)
		r = dx_env_umount(w);
	if (!r)
		r = dx_env_mount(w);
	if (!r)
		r = dx_env_drop_caches(w);
	if (!r)
		r = dx_env_pass_time(w, 5);
	if (!r)
		r = dx_open(w, &s->file, "data", O_RDWR);
	if (!r)
		r = dx_read(w, &s->file, 0, DX_PAGE);
	if (!r)
		r = dx_close(w, &s->file);
	if (!r)
		r = make_anew(w);
	return r ? r : write_file(w, &s->file);
}

DX_WORKLOAD(env_acts)
= {
	.name = "env-acts",
	.title = "Each thing that can be done to a file system, once: for tests",
	.op = "all acts",
	.groups = "test",
	.needs = DX_NEED_FS | DX_NEED_OWN_FS,
	.max_ops = 1,
	.priv_size = sizeof(struct mapped),
	.run = run,
	.finish = drop_data,
};

#endif
