// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Blocks that hold other files' bytes. Files are filled, synced, and removed; new ones get their
 * blocks by a fault, by fallocate and by append, some synced and some not. No crash may show in
 * them what the old ones held.
 */
#include "workloads/names.h"

#define ROOM	  (4 * DX_PAGE)
#define OLD_FILES 8 /* for each operation: more than its new ones need */

static const char *const kinds[] = { "fault", "room", "append", "loose" };

/* Truncated first: else XFS frees its blocks later, from a kernel thread. */
static int remove_old(struct dx_worker *w, uint64_t i)
{
	struct dx_file f = { 0 };
	char name[16];
	int r = dx_open(w, &f, name_of(name, "old", i), O_RDWR | O_TRUNC);

	dx_close(w, &f);
	return r ? r : dx_unlink(w, name);
}

static int make_old(struct dx_worker *w, uint64_t files)
{
	char name[16];
	int r = 0;

	for (uint64_t i = 0; !r && i < files; i++) {
		struct dx_file f = { 0 };

		r = make_named(w, &f, name_of(name, "old", i), ROOM);
		if (!r)
			r = dx_fsync(w, &f);
		dx_close(w, &f);
	}
	return r;
}

/* What a mount has in mind of where it gave out blocks last is gone (ext4_mb_release()). */
static int mount_anew(struct dx_worker *w)
{
	int r = dx_env_umount(w);

	return r ? r : dx_env_mount(w);
}

/*
 * The new files are to get the same blocks, so they are as small and made in the same state: by a
 * mount that has given out nothing yet, in a file system that was written to (ext4 passes over
 * groups of blocks that are in use and that it has not looked at: ext4_mb_good_group_nolock()).
 */
static int make_freed(struct dx_worker *w, uint64_t files)
{
	int r = mount_anew(w);

	if (!r)
		r = make_old(w, files);
	for (uint64_t i = 0; !r && i < files; i++)
		r = remove_old(w, i);
	return r ? r : mount_anew(w);
}

static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	struct dx_file f = { 0 };
	int r = make_written(w, &f, "try", DX_PAGE);

	if (!r)
		r = refuse_large_units(dx, &f);
	dx_close(w, &f);
	dx_unlink(w, "try");
	if (!r)
		r = prepare_names(dx, w, n);
	return r ? r : make_freed(w, n * OLD_FILES);
}

/* Two of four pages of a hole, of which the first is synced. */
static int allocate_by_fault(struct dx_worker *w, const char *name)
{
	struct mapped s = { 0 };
	int r = make_named(w, &s.file, name, 0);

	if (!r)
		r = dx_truncate(w, &s.file, ROOM);
	if (!r)
		r = dx_map(w, &s.map, &s.file, 0, ROOM, RW_PTE);
	if (!r) {
		dx_store64(w, &s.map, DX_PAGE);
		dx_store64(w, &s.map, 2 * DX_PAGE + 64);
		r = dx_msync(w, &s.map, DX_PAGE, DX_PAGE, MS_SYNC);
	}
	dx_unmap(w, &s.map);
	dx_close(w, &s.file);
	return r;
}

/* A few bytes of blocks that are allocated, and unwritten but for them; then past the end. */
static int allocate_room(struct dx_worker *w, const char *name)
{
	struct dx_file f = { 0 };
	int r = make_named(w, &f, name, 0);

	if (!r)
		r = dx_fallocate(w, &f, 0, 0, ROOM);
	if (!r)
		r = dx_write(w, &f, DX_PAGE + 1000, 100);
	if (!r)
		r = dx_fsync(w, &f);
	if (!r)
		r = dx_fallocate(w, &f, FALLOC_FL_KEEP_SIZE, ROOM, ROOM);
	if (!r)
		r = dx_truncate(w, &f, ROOM + 5000);
	dx_close(w, &f);
	return r;
}

static int append(struct dx_worker *w, const char *name, bool synced)
{
	struct dx_file f = { 0 };
	int r = make_named(w, &f, name, 0);

	for (uint64_t k = 0; !r && k < 3; k++)
		r = dx_write(w, &f, k * NAMES_ODD_BYTES, NAMES_ODD_BYTES);
	if (!r && synced)
		r = dx_fdatasync(w, &f);
	dx_close(w, &f);
	return r;
}

static int one(struct dx_worker *w, uint64_t i)
{
	char name[16];
	int r = append(w, name_of(name, "loose", i), false);

	if (!r)
		r = allocate_by_fault(w, name_of(name, "fault", i));
	if (!r)
		r = allocate_room(w, name_of(name, "room", i));
	return r ? r : append(w, name_of(name, "append", i), true);
}

static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	(void)dx;
	return do_each(w, n, one);
}

static void finish(struct dx *dx, struct dx_worker *w)
{
	const struct names *s = dx_priv(dx);
	char name[16];

	drop_names(dx, w, kinds, sizeof(kinds) / sizeof(kinds[0]));
	for (uint64_t i = 0; i < s->made * OLD_FILES; i++)
		dx_unlink(w, name_of(name, "old", i));
}

/* Of the two pages stored to one is synced; lines: as expect_no_faults() has it. */
static void expect(const struct dx *dx, uint64_t n, struct dx_counts *c)
{
	(void)dx;
	set_counts(c, 2 * n, 0, n);
	c->lines_written_back = DX_ANY;
}

DX_WORKLOAD(reuse_freed)
= {
	.name = "reuse-freed",
	.title = "New files in blocks of others that were filled and removed: none of it",
	.op = "4 files",
	.groups = "space",
	.needs = DX_NEED_FS | DX_NEED_OWN_FS,
	.max_ops = 64,
	.check_ops = 2,
	.priv_size = sizeof(struct names),
	.prepare = prepare,
	.run = run,
	.finish = finish,
	.expect = expect,
};
