// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Each call of the API that any file system can do, in each operation. No
 * figure of it means anything: it is there so that tests/lens.sh compares the
 * lenses of all calls, and so that all of them have run in a guest.
 */
#include "workloads/common.h"

#define SIZE (4 * DX_PAGE)

struct state {
	struct mapped data;
	bool has[DX_CLFLUSH + 1]; /* instructions of dx_flush() */
	bool has_xattrs;	  /* not every file system has them */
};

static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	struct state *s = dx_priv(dx);
	int r = make_written(w, &s->data.file, "data", SIZE);

	(void)n;
	for (int kind = DX_CLWB; kind <= DX_CLFLUSH; kind++)
		s->has[kind] = dx_cpu_has_flush((enum dx_flush_kind)kind);
	if (!r)
		s->has_xattrs = !dx_setxattr(w, &s->data.file, 0, 1);
	return r ? r : dx_map(w, &s->data.map, &s->data.file, 0, SIZE, RW_PTE | DX_MAP_POPULATE);
}

static int change_names(struct dx_worker *w)
{
	struct dx_file file = { 0 };
	int r = dx_mkdir(w, "dir");

	if (!r)
		r = dx_open(w, &file, "dir/file", O_RDWR | O_CREAT | O_EXCL);
	if (!r)
		r = dx_link(w, "dir/file", "link");
	if (!r)
		r = dx_symlink(w, "link", "symlink");
	if (!r)
		r = dx_rename(w, "link", "renamed", 0);
	dx_close(w, &file);
	if (!r)
		r = dx_unlink(w, "renamed");
	if (!r)
		r = dx_unlink(w, "symlink");
	if (!r)
		r = dx_unlink(w, "dir/file");
	return r ? r : dx_rmdir(w, "dir");
}

static int change_attributes(struct dx_worker *w, struct dx_file *f, bool has_xattrs)
{
	int r = dx_chmod(w, f, 0600);

	if (r || !has_xattrs)
		return r;
	r = dx_setxattr(w, f, 1, 100);
	return r ? r : dx_removexattr(w, f, 1);
}

static int write_and_sync(struct dx_worker *w, struct dx_file *f)
{
	int r = dx_write(w, f, 5, 100);

	if (!r)
		r = dx_write_flags(w, f, DX_PAGE, DX_PAGE, RWF_DSYNC);
	if (!r)
		r = dx_writev(w, f, 2 * DX_PAGE + 7, 1000, 0);
	if (!r)
		r = dx_read(w, f, 5, 100);
	if (!r)
		r = dx_sync_file_range(w, f, 0, DX_PAGE, SYNC_FILE_RANGE_WRITE);
	if (!r)
		r = dx_fdatasync(w, f);
	if (!r)
		r = dx_fsync(w, f);
	if (!r)
		r = dx_syncfs(w, f);
	return r ? r : dx_sync(w);
}

static int change_blocks(struct dx_worker *w, struct dx_file *f)
{
	int r = dx_fallocate(w, f, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, DX_PAGE, DX_PAGE);

	if (!r)
		r = dx_fallocate(w, f, 0, DX_PAGE, DX_PAGE);
	if (!r)
		r = dx_truncate(w, f, SIZE - DX_PAGE);
	return r ? r : dx_truncate(w, f, SIZE);
}

static int store_and_flush(struct dx_worker *w, const struct state *s)
{
	const struct dx_map *m = &s->data.map;
	int r;

	dx_store64(w, m, 0);
	dx_store32(w, m, 8);
	dx_store16(w, m, 12);
	dx_store8(w, m, 15);
	dx_store_bytes(w, m, 17, 30);
	dx_store_unaligned(w, m, 61);
	dx_fill(w, m, 64, 192);
	dx_copy(w, m, 259, 100);
	for (int kind = DX_CLWB; kind <= DX_CLFLUSH; kind++)
		if (s->has[kind])
			dx_flush(w, m, 0, 384, (enum dx_flush_kind)kind);
	dx_drain(w);
	dx_copy_nt(w, m, 512, 128);
	dx_persist(w, m, 512, 128, DX_CLFLUSH);
	dx_load64(w, m, 512);
	r = dx_populate(w, m, 0, SIZE, true);
	return r ? r : dx_msync(w, m, 0, DX_PAGE, MS_SYNC);
}

static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	struct state *s = dx_priv(dx);
	int r = 0;

	for (uint64_t i = 0; !r && i < n; i++) {
		r = change_names(w);
		if (!r)
			r = change_attributes(w, &s->data.file, s->has_xattrs);
		if (!r)
			r = write_and_sync(w, &s->data.file);
		if (!r)
			r = change_blocks(w, &s->data.file);
		if (!r)
			r = store_and_flush(w, s);
	}
	return r;
}

static void finish(struct dx *dx, struct dx_worker *w)
{
	struct state *s = dx_priv(dx);

	/* Here, where it may fail: not every file system can share blocks. */
	if (s->data.file.id)
		dx_reflink(w, &s->data.file, &s->data.file, 0, SIZE, DX_PAGE);
	drop_file(w, &s->data, "data");
}

DX_WORKLOAD(every_call)
= {
	.name = "every-call",
	.title = "Each call of the API once: for tests, no figure means anything",
	.op = "all calls",
	.groups = "test",
	.needs = DX_NEED_FS,
	.check_ops = 2,
	.priv_size = sizeof(struct state),
	.prepare = prepare,
	.run = run,
	.finish = finish,
};
