// SPDX-License-Identifier: GPL-2.0-or-later
/* The acts on names, descriptors and the file system, and the table of all. */
#include "checker/gen/soup_model.h"

#include <linux/falloc.h>
#include <linux/fs.h>

/* ---- open and close ---- */

/* What the file is opened for. */
static uint64_t choose_open_flags(struct soup *s, struct soup_file *f)
{
	static const uint64_t accesses[] = { O_RDWR, O_RDWR, O_RDWR, O_RDWR, O_RDONLY, O_WRONLY };
	uint64_t flags = accesses[soup_pick(s, sizeof(accesses) / sizeof(accesses[0]))];

	f->can_read = flags != O_WRONLY;
	f->can_write = flags != O_RDONLY;
	if (f->can_write && soup_chance(s, 20))
		flags |= soup_chance(s, 50) ? O_SYNC : O_DSYNC;
	return flags;
}

/* The name of a file that is there, or of one to be made. */
static bool choose_file(struct soup *s, unsigned int *ret)
{
	if (soup_chance(s, 60) && soup_pick_file(s, ret))
		return true;
	return soup_pick_free(s, ret) || soup_pick_file(s, ret);
}

static bool open_name(struct soup *s, unsigned int slot, unsigned int name)
{
	struct soup_file f = { .open = true };
	uint64_t flags = choose_open_flags(s, &f);

	if (s->entry[name] == SOUP_FREE) {
		int inode = soup_new_inode(s);

		if (inode < 0)
			return false;
		s->inode[inode].links = 1;
		s->entry[name] = inode + 1;
		flags |= soup_chance(s, 30) ? O_CREAT | O_EXCL : O_CREAT;
	} else {
		flags |= soup_chance(s, 30) ? O_CREAT : 0;
	}
	f.inode = (unsigned int)s->entry[name] - 1;
	if (f.can_write && soup_chance(s, 6)) {
		flags |= O_TRUNC;
		s->inode[f.inode].size = 0;
	}
	s->inode[f.inode].opens++;
	soup_files(s)[slot] = f;
	SOUP_EMIT(s, .op = DX_OP_OPEN, .slot = slot, .arg = { flags, 0644 },
		  .text = { soup_name(name) });
	return true;
}

static bool open_act(struct soup *s)
{
	unsigned int slot = 0, name;

	while (slot < soup_slots(s) && soup_files(s)[slot].open)
		slot++;
	return slot < soup_slots(s) && choose_file(s, &name) && open_name(s, slot, name);
}

static void close_slot(struct soup *s, unsigned int slot)
{
	SOUP_EMIT(s, .op = DX_OP_CLOSE, .slot = slot);
	soup_close(s, slot);
}

static bool close_act(struct soup *s)
{
	int slot = soup_pick_open(s, SOUP_ANY);

	if (slot < 0 || soup_files(s)[slot].maps)
		return false;
	close_slot(s, (unsigned int)slot);
	return true;
}

/* ---- size, space and data ---- */

static bool truncate_act(struct soup *s)
{
	int slot = soup_pick_open(s, SOUP_WRITE);
	struct soup_inode *i;
	uint64_t size;

	if (slot < 0)
		return false;
	i = soup_inode_of(s, (unsigned int)slot);
	size = soup_offset(s, i->limit);
	if (i->limit > DX_PMD && soup_chance(s, 60))
		size = (1 + soup_pick(s, i->limit / DX_PMD)) * DX_PMD;
	i->size = size;
	SOUP_EMIT(s, .op = DX_OP_TRUNCATE, .slot = (uint32_t)slot, .arg = { size });
	return true;
}

static void emit_fallocate(struct soup *s, int slot, int mode, uint64_t off, uint64_t len)
{
	SOUP_EMIT(s, .op = DX_OP_FALLOCATE, .slot = (uint32_t)slot,
		  .arg = { (uint64_t)mode, off, len });
}

/* Modes that take any range up to the limit; without KEEP_SIZE the file grows to its end. */
static bool fallocate_range(struct soup *s, int mode)
{
	int slot = soup_pick_open(s, SOUP_WRITE);
	uint64_t limit, off, len;

	if (slot < 0)
		return false;
	limit = soup_inode_of(s, (unsigned int)slot)->limit;
	len = soup_chance(s, 25) ? limit : soup_length(s, limit);
	off = soup_offset(s, limit - len);
	if (!(mode & FALLOC_FL_KEEP_SIZE))
		soup_grow_to(s, (unsigned int)slot, off + len);
	emit_fallocate(s, slot, mode, off, len);
	return true;
}

static bool allocate_act(struct soup *s)
{
	return fallocate_range(s, soup_chance(s, 50) ? FALLOC_FL_KEEP_SIZE : 0);
}

static bool punch_act(struct soup *s)
{
	return fallocate_range(s, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE);
}

static bool zero_act(struct soup *s)
{
	return fallocate_range(s, FALLOC_FL_ZERO_RANGE |
					  (soup_chance(s, 50) ? FALLOC_FL_KEEP_SIZE : 0));
}

/* Whole blocks, of which none is the last of the file. */
static bool collapse_act(struct soup *s)
{
	int slot = soup_pick_open(s, SOUP_WRITE);
	uint64_t blocks, first, count;
	struct soup_inode *i;

	if (slot < 0)
		return false;
	i = soup_inode_of(s, (unsigned int)slot);
	blocks = i->size ? (i->size - 1) / DX_PAGE : 0; /* those before the last */
	if (!blocks)
		return false;
	first = soup_pick(s, blocks);
	count = 1 + soup_pick(s, blocks - first < 8 ? blocks - first : 8);
	i->size -= count * DX_PAGE;
	emit_fallocate(s, slot, FALLOC_FL_COLLAPSE_RANGE, first * DX_PAGE, count * DX_PAGE);
	return true;
}

/* Whole blocks, before the end of the file. */
static bool insert_act(struct soup *s)
{
	int slot = soup_pick_open(s, SOUP_WRITE);
	uint64_t room, first, count;
	struct soup_inode *i;

	if (slot < 0)
		return false;
	i = soup_inode_of(s, (unsigned int)slot);
	room = (i->limit - i->size) / DX_PAGE;
	if (!i->size || !room)
		return false;
	first = soup_pick(s, (i->size - 1) / DX_PAGE + 1);
	count = 1 + soup_pick(s, room < 8 ? room : 8);
	i->size += count * DX_PAGE;
	emit_fallocate(s, slot, FALLOC_FL_INSERT_RANGE, first * DX_PAGE, count * DX_PAGE);
	return true;
}

static bool unshare_act(struct soup *s)
{
	int slot = soup_pick_open(s, SOUP_WRITE);
	uint64_t size, off, len;

	if (slot < 0)
		return false;
	size = soup_inode_of(s, (unsigned int)slot)->size;
	if (!size)
		return false;
	len = soup_chance(s, 30) ? size : soup_length(s, size);
	off = soup_offset(s, size - len);
	emit_fallocate(s, slot, FALLOC_FL_UNSHARE_RANGE, off, len);
	return true;
}

static bool write_with(struct soup *s, enum dx_log_op op)
{
	int slot = soup_pick_open(s, SOUP_WRITE);
	uint64_t limit, off, len, flags = 0;

	if (slot < 0)
		return false;
	limit = soup_inode_of(s, (unsigned int)slot)->limit;
	len = soup_length(s, limit);
	off = soup_offset(s, limit - len);
	if (soup_chance(s, 15))
		flags = soup_chance(s, 50) ? RWF_DSYNC : RWF_SYNC;
	soup_grow_to(s, (unsigned int)slot, off + len);
	SOUP_EMIT(s, .op = (uint16_t)op, .slot = (uint32_t)slot, .arg = { off, len, flags });
	return true;
}

static bool write_act(struct soup *s)
{
	return write_with(s, DX_OP_WRITE);
}

static bool writev_act(struct soup *s)
{
	return write_with(s, DX_OP_WRITEV);
}

static bool read_act(struct soup *s)
{
	int slot = soup_pick_open(s, SOUP_READ);
	uint64_t size, len;

	if (slot < 0)
		return false;
	size = soup_inode_of(s, (unsigned int)slot)->size;
	if (!size)
		return false;
	len = soup_length(s, size);
	SOUP_EMIT(s, .op = DX_OP_READ, .slot = (uint32_t)slot,
		  .arg = { soup_offset(s, size - len), len });
	return true;
}

/* Whole blocks; in one file the ranges do not meet. */
static bool reflink_act(struct soup *s)
{
	int from = soup_pick_open(s, SOUP_READ), to = soup_pick_open(s, SOUP_WRITE);
	uint64_t blocks, room, count, first, at;

	if (from < 0 || to < 0)
		return false;
	blocks = soup_inode_of(s, (unsigned int)from)->size / DX_PAGE;
	room = soup_inode_of(s, (unsigned int)to)->limit / DX_PAGE;
	if (!blocks)
		return false;
	count = 1 + soup_pick(s, soup_chance(s, 80) && blocks > 8 ? 8 : blocks);
	count = count < room ? count : room;
	first = soup_pick(s, blocks - count + 1);
	at = soup_pick(s, room - count + 1);
	if (soup_files(s)[from].inode == soup_files(s)[to].inode && first < at + count &&
	    at < first + count)
		return false;
	soup_grow_to(s, (unsigned int)to, (at + count) * DX_PAGE);
	SOUP_EMIT(s, .op = DX_OP_REFLINK, .slot = (uint32_t)to,
		  .arg = { (uint64_t)from, first * DX_PAGE, at * DX_PAGE, count * DX_PAGE });
	return true;
}

/* ---- attributes ---- */

static bool chmod_act(struct soup *s)
{
	int slot = soup_pick_open(s, SOUP_ANY);

	if (slot < 0)
		return false;
	SOUP_EMIT(s, .op = DX_OP_CHMOD, .slot = (uint32_t)slot, .arg = { 0600 | soup_pick(s, 64) });
	return true;
}

/* In the inode or beside it, and all of a file in one block: an ext4 has no more room. */
#define ATTRIBUTES	3U
#define ATTRIBUTE_BYTES 1000U

static bool setxattr_act(struct soup *s)
{
	int slot = soup_pick_open(s, SOUP_ANY);
	uint64_t number;

	if (slot < 0)
		return false;
	number = soup_pick(s, ATTRIBUTES);
	soup_inode_of(s, (unsigned int)slot)->attributes |= 1U << number;
	SOUP_EMIT(s, .op = DX_OP_SETXATTR, .slot = (uint32_t)slot,
		  .arg = { number, 1 + soup_pick(s, soup_chance(s, 50) ? 32 : ATTRIBUTE_BYTES) });
	return true;
}

static bool removexattr_act(struct soup *s)
{
	int slot = soup_pick_open(s, SOUP_ANY);
	struct soup_inode *i;
	unsigned int number;

	if (slot < 0)
		return false;
	i = soup_inode_of(s, (unsigned int)slot);
	if (!i->attributes)
		return false;
	number = (unsigned int)__builtin_ctz(i->attributes);
	i->attributes &= ~(1U << number);
	SOUP_EMIT(s, .op = DX_OP_REMOVEXATTR, .slot = (uint32_t)slot, .arg = { number });
	return true;
}

/* ---- names ---- */

static bool rename_to_free(struct soup *s, unsigned int from)
{
	uint64_t flags = soup_chance(s, 40) ? RENAME_NOREPLACE : 0;
	unsigned int to;

	if (!soup_pick_free(s, &to))
		return false;
	s->entry[to] = s->entry[from];
	s->entry[from] = SOUP_FREE;
	SOUP_EMIT(s, .op = DX_OP_RENAME, .arg = { flags },
		  .text = { soup_name(from), soup_name(to) });
	return true;
}

/* Over what is there, or both ways. Of two links of one file rename(2) does nothing. */
static bool rename_to_taken(struct soup *s, unsigned int from)
{
	bool exchange = soup_chance(s, 40);
	unsigned int to;
	int was;

	if (!soup_pick_taken(s, &to) || to == from)
		return false;
	was = s->entry[from];
	if (exchange) {
		s->entry[from] = s->entry[to];
		s->entry[to] = was;
	} else if (was != s->entry[to] || was == SOUP_SYMLINK) {
		soup_drop_name(s, to);
		s->entry[to] = was;
		s->entry[from] = SOUP_FREE;
	}
	SOUP_EMIT(s, .op = DX_OP_RENAME, .arg = { exchange ? RENAME_EXCHANGE : 0 },
		  .text = { soup_name(from), soup_name(to) });
	return true;
}

static bool rename_act(struct soup *s)
{
	unsigned int from;

	if (!soup_pick_taken(s, &from))
		return false;
	return soup_chance(s, 40) ? rename_to_free(s, from) : rename_to_taken(s, from);
}

static bool link_act(struct soup *s)
{
	unsigned int from, to;

	if (!soup_pick_file(s, &from) || !soup_pick_free(s, &to))
		return false;
	s->entry[to] = s->entry[from];
	s->inode[s->entry[to] - 1].links++;
	SOUP_EMIT(s, .op = DX_OP_LINK, .text = { soup_name(from), soup_name(to) });
	return true;
}

static bool symlink_act(struct soup *s)
{
	unsigned int name, target = (unsigned int)soup_pick(s, SOUP_NAMES);

	if (!soup_pick_free(s, &name))
		return false;
	s->entry[name] = SOUP_SYMLINK;
	SOUP_EMIT(s, .op = DX_OP_SYMLINK, .text = { soup_name(target), soup_name(name) });
	return true;
}

static bool unlink_act(struct soup *s)
{
	unsigned int name;

	if (!soup_pick_taken(s, &name))
		return false;
	soup_drop_name(s, name);
	SOUP_EMIT(s, .op = DX_OP_UNLINK, .text = { soup_name(name) });
	return true;
}

static bool mkdir_act(struct soup *s)
{
	unsigned int dir = (unsigned int)soup_pick(s, SOUP_DIRS);

	if (s->dir[dir])
		return false;
	s->dir[dir] = true;
	SOUP_EMIT(s, .op = DX_OP_MKDIR, .text = { soup_dir(dir) });
	return true;
}

static bool rmdir_act(struct soup *s)
{
	unsigned int dir = (unsigned int)soup_pick(s, SOUP_DIRS);

	if (!s->dir[dir] || !soup_is_empty(s, dir))
		return false;
	s->dir[dir] = false;
	SOUP_EMIT(s, .op = DX_OP_RMDIR, .text = { soup_dir(dir) });
	return true;
}

/* ---- promises ---- */

static bool sync_with(struct soup *s, enum dx_log_op op)
{
	int slot = soup_pick_open(s, SOUP_ANY);

	if (slot < 0)
		return false;
	SOUP_EMIT(s, .op = (uint16_t)op, .slot = (uint32_t)slot);
	return true;
}

static bool fsync_act(struct soup *s)
{
	return sync_with(s, DX_OP_FSYNC);
}

static bool fdatasync_act(struct soup *s)
{
	return sync_with(s, DX_OP_FDATASYNC);
}

static bool syncfs_act(struct soup *s)
{
	return sync_with(s, DX_OP_SYNCFS);
}

/* Any of its flags, or none: that is a call too. */
static bool sync_file_range_act(struct soup *s)
{
	int slot = soup_pick_open(s, SOUP_ANY);
	uint64_t limit, len;

	if (slot < 0)
		return false;
	limit = soup_inode_of(s, (unsigned int)slot)->limit;
	len = soup_length(s, limit);
	SOUP_EMIT(s, .op = DX_OP_SYNC_FILE_RANGE, .slot = (uint32_t)slot,
		  .arg = { soup_offset(s, limit - len), len, soup_pick(s, 8) });
	return true;
}

static bool sync_act(struct soup *s)
{
	SOUP_EMIT(s, .op = DX_OP_SYNC);
	return true;
}

/* ---- what happens to a file system ---- */

static void close_all_of(struct soup *s)
{
	for (unsigned int i = 0; i < soup_slots(s); i++) {
		if (!soup_maps(s)[i].flags)
			continue;
		SOUP_EMIT(s, .op = DX_OP_UNMAP, .slot = i);
		soup_unmap(s, i);
	}
	for (unsigned int i = 0; i < soup_slots(s); i++)
		if (soup_files(s)[i].open)
			close_slot(s, i);
}

/* Nobody has anything open. */
static void close_all(struct soup *s)
{
	for (s->turn = s->workers; s->turn-- > 0;)
		close_all_of(s);
	s->turn = 0;
}

/* Reads one file through a descriptor of its own. */
static void read_one(struct soup *s)
{
	unsigned int name;

	if (!soup_pick_file(s, &name) || !s->inode[s->entry[name] - 1].size)
		return;
	SOUP_EMIT(s, .op = DX_OP_OPEN, .arg = { O_RDONLY, 0644 }, .text = { soup_name(name) });
	SOUP_EMIT(s, .op = DX_OP_READ, .arg = { 0, 1 });
	SOUP_EMIT(s, .op = DX_OP_CLOSE);
}

static bool remount_act(struct soup *s)
{
	close_all(s);
	SOUP_EMIT(s, .op = DX_OP_ENV_REMOUNT, .arg = { 1 });
	if (soup_chance(s, 50))
		read_one(s);
	SOUP_EMIT(s, .op = DX_OP_ENV_REMOUNT, .arg = { 0 });
	return true;
}

/* A second process holds the directory: with one there is no umount. */
static bool umount_act(struct soup *s)
{
	if (s->workers > 1)
		return false;
	close_all(s);
	SOUP_EMIT(s, .op = DX_OP_ENV_UMOUNT);
	SOUP_EMIT(s, .op = DX_OP_ENV_MOUNT);
	return true;
}

static bool drop_caches_act(struct soup *s)
{
	SOUP_EMIT(s, .op = DX_OP_ENV_DROP_CACHES);
	return true;
}

/* Now and then as long as a journal waits before it commits: ext4's 5 seconds. */
static bool pass_time_act(struct soup *s)
{
	bool is_long = soup_chance(s, 6) && s->o->features & SOUP_OWN_FS;
	uint64_t ms = is_long ? 6000 : 1 + soup_pick(s, 20);

	SOUP_EMIT(s, .op = DX_OP_ENV_PASS_TIME, .arg = { ms });
	return true;
}

/* ---- all acts ---- */

/* The order is part of what a seed means. */
static const struct soup_act acts[] = {
	{ "open", 48, 0, open_act },
	{ "close", 12, 0, close_act },
	{ "truncate", 24, 0, truncate_act },
	{ "allocate", 16, 0, allocate_act },
	{ "punch", 16, 0, punch_act },
	{ "zero", 12, SOUP_SHIFT, zero_act },
	{ "collapse", 8, SOUP_SHIFT, collapse_act },
	{ "insert", 8, SOUP_SHIFT, insert_act },
	{ "unshare", 12, SOUP_UNSHARE, unshare_act },
	{ "write", 64, 0, write_act },
	{ "writev", 32, 0, writev_act },
	{ "read", 16, 0, read_act },
	{ "reflink", 32, SOUP_REFLINK, reflink_act },
	{ "chmod", 12, 0, chmod_act },
	{ "setxattr", 16, 0, setxattr_act },
	{ "removexattr", 10, 0, removexattr_act },
	{ "rename", 24, 0, rename_act },
	{ "link", 12, 0, link_act },
	{ "symlink", 3, 0, symlink_act },
	{ "unlink", 20, 0, unlink_act },
	{ "mkdir", 12, 0, mkdir_act },
	{ "rmdir", 6, 0, rmdir_act },
	{ "map", 48, 0, soup_map_act },
	{ "unmap", 12, 0, soup_unmap_act },
	{ "store", 128, 0, soup_store },
	{ "store-bytes", 64, 0, soup_store_bytes },
	{ "store-unaligned", 32, 0, soup_store_unaligned },
	{ "fill", 48, 0, soup_fill },
	{ "copy", 48, 0, soup_copy },
	{ "copy-nt", 48, 0, soup_copy_nt },
	{ "load", 16, 0, soup_load },
	{ "populate", 12, 0, soup_populate },
	{ "msync", 64, 0, soup_msync },
	{ "flush", 64, 0, soup_flush },
	{ "drain", 48, 0, soup_drain },
	{ "persist", 24, SOUP_MAP_SYNC, soup_persist },
	{ "fsync", 48, 0, fsync_act },
	{ "fdatasync", 32, 0, fdatasync_act },
	{ "syncfs", 4, 0, syncfs_act },
	{ "sync-file-range", 8, 0, sync_file_range_act },
	{ "sync", 3, SOUP_OWN_FS, sync_act },
	{ "remount", 1, SOUP_OWN_FS, remount_act },
	{ "umount", 1, SOUP_OWN_FS, umount_act },
	{ "drop-caches", 3, SOUP_OWN_FS, drop_caches_act },
	{ "pass-time", 3, 0, pass_time_act },
};

_Static_assert(sizeof(acts) / sizeof(acts[0]) <= SOUP_ACTS, "struct soup has room for them");

const struct soup_act *soup_acts(size_t *ret_n)
{
	*ret_n = sizeof(acts) / sizeof(acts[0]);
	return acts;
}
