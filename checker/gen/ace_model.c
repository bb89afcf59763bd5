// SPDX-License-Identifier: GPL-2.0-or-later
#include "checker/gen/ace_model.h"
#include "checker/gen/ace_names.h"
#include "checker/gen/soup.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <string.h>

#include "daxbench/workload.h"

/* ---- pages ---- */

bool ace_model_pages_are(const struct ace_inode *inode, uint64_t offset, uint64_t length,
			 unsigned int mask, unsigned int want)
{
	for (uint64_t p = offset / ACE_PAGE; p * ACE_PAGE < offset + length; p++)
		if ((inode->page[p] & mask) != want)
			return false;
	return true;
}

static bool fits(uint64_t offset, uint64_t length)
{
	return offset <= ACE_PAGES * ACE_PAGE && length <= ACE_PAGES * ACE_PAGE - offset;
}

/* Is written to: a page that was shared is copied, and no longer is. */
static void write_pages(struct ace_inode *i, uint64_t offset, uint64_t length, unsigned int flags)
{
	for (uint64_t p = offset / ACE_PAGE; p * ACE_PAGE < offset + length; p++)
		i->page[p] = (uint8_t)((i->page[p] & ACE_STORED) | ACE_WRITTEN | flags);
}

static void sync_pages(struct ace_inode *i, uint64_t offset, uint64_t length)
{
	for (uint64_t p = offset / ACE_PAGE; p < ACE_PAGES && p * ACE_PAGE < offset + length; p++)
		i->page[p] &= (uint8_t) ~(ACE_UNSYNCED | ACE_STORED);
}

/* ---- size and space ---- */

static int do_truncate(struct ace_inode *i, uint64_t size)
{
	uint64_t first = (size + ACE_PAGE - 1) / ACE_PAGE;

	if (!fits(size, 0))
		return -ENOBUFS;
	if (size == i->size)
		return ACE_NOTHING;
	if (size < i->size)
		memset(i->page + first, ACE_HOLE, ACE_PAGES - first);
	i->size = size;
	return 0;
}

/* Space in holes; more size, unless it is kept. */
static int allocate(struct ace_inode *i, uint64_t off, uint64_t len, bool keep)
{
	int r = !keep && off + len > i->size ? ACE_CHANGED : ACE_NOTHING;

	for (uint64_t p = off / ACE_PAGE; p * ACE_PAGE < off + len; p++)
		if ((i->page[p] & ACE_KIND) == ACE_HOLE) {
			i->page[p] = ACE_UNWRITTEN;
			r = ACE_CHANGED;
		}
	if (!keep && off + len > i->size)
		i->size = off + len;
	return r;
}

/* What whole pages of the range become, if they are not that yet; parts of others get zeros. */
static int blank(struct ace_inode *i, uint64_t off, uint64_t len, unsigned int kind)
{
	int r = ACE_NOTHING;

	for (uint64_t p = off / ACE_PAGE; p * ACE_PAGE < off + len; p++) {
		bool whole = p * ACE_PAGE >= off && (p + 1) * ACE_PAGE <= off + len;
		unsigned int was = i->page[p] & ACE_KIND;

		if (whole ? was == kind || (kind == ACE_HOLE && was == ACE_HOLE)
			  : was != ACE_WRITTEN)
			continue;
		r = ACE_CHANGED;
		if (whole)
			i->page[p] = (uint8_t)kind;
		else
			write_pages(i, p * ACE_PAGE, 1, ACE_UNSYNCED);
	}
	return r;
}

static int zero(struct ace_inode *i, uint64_t off, uint64_t len, bool keep)
{
	int blanked = blank(i, off, len, ACE_UNWRITTEN), allocated = allocate(i, off, len, keep);

	return blanked == ACE_CHANGED || allocated == ACE_CHANGED ? ACE_CHANGED : ACE_NOTHING;
}

static int check_shift(const struct ace_inode *i, uint64_t off, uint64_t len)
{
	return off % ACE_PAGE || len % ACE_PAGE || off >= i->size ? -EINVAL : 0;
}

static int collapse(struct ace_inode *i, uint64_t off, uint64_t len)
{
	uint64_t first = off / ACE_PAGE, n = len / ACE_PAGE;
	int r = check_shift(i, off, len);

	if (r || off + len >= i->size)
		return -EINVAL;
	memmove(i->page + first, i->page + first + n, ACE_PAGES - first - n);
	memset(i->page + ACE_PAGES - n, ACE_HOLE, n);
	i->size -= len;
	return 0;
}

static int insert(struct ace_inode *i, uint64_t off, uint64_t len)
{
	uint64_t first = off / ACE_PAGE, n = len / ACE_PAGE;
	int r = check_shift(i, off, len);

	if (r)
		return r;
	if (!fits(i->size, len))
		return -ENOBUFS;
	memmove(i->page + first + n, i->page + first, ACE_PAGES - first - n);
	memset(i->page + first, ACE_HOLE, n);
	i->size += len;
	return 0;
}

static int unshare(struct ace_inode *i, uint64_t off, uint64_t len)
{
	int r = ACE_NOTHING;

	for (uint64_t p = off / ACE_PAGE; p * ACE_PAGE < off + len; p++) {
		if (i->page[p] & ACE_SHARED)
			r = ACE_CHANGED;
		i->page[p] &= (uint8_t)~ACE_SHARED;
	}
	return r;
}

static unsigned int feature_of_mode(uint64_t mode)
{
	if (mode & FALLOC_FL_UNSHARE_RANGE)
		return SOUP_UNSHARE;
	return mode & (FALLOC_FL_ZERO_RANGE | FALLOC_FL_COLLAPSE_RANGE | FALLOC_FL_INSERT_RANGE)
		       ? SOUP_SHIFT
		       : 0;
}

static int do_fallocate(struct ace_model *m, struct ace_inode *i, const uint64_t *arg)
{
	uint64_t mode = arg[0], off = arg[1], len = arg[2];

	if (feature_of_mode(mode) & ~m->features)
		return -EOPNOTSUPP;
	if (!len)
		return -EINVAL;
	if (!fits(off, len))
		return -ENOBUFS;
	switch (mode) {
	case 0:
	case FALLOC_FL_KEEP_SIZE:
		return allocate(i, off, len, mode);
	case FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE:
		return blank(i, off, len, ACE_HOLE);
	case FALLOC_FL_ZERO_RANGE:
	case FALLOC_FL_ZERO_RANGE | FALLOC_FL_KEEP_SIZE:
		return zero(i, off, len, mode & FALLOC_FL_KEEP_SIZE);
	case FALLOC_FL_COLLAPSE_RANGE:
		return collapse(i, off, len);
	case FALLOC_FL_INSERT_RANGE:
		return insert(i, off, len);
	case FALLOC_FL_UNSHARE_RANGE:
		return unshare(i, off, len);
	default:
		return -EOPNOTSUPP;
	}
}

/* ---- descriptors ---- */

static int do_open(struct ace_model *m, const struct dx_list_op *op)
{
	struct ace_name *n = ace_names_find(m, op->text[0]);
	int flags = (int)op->arg[0], r = 0;

	if (op->slot >= ACE_SLOTS || m->file[op->slot].open)
		return -ENOBUFS;
	if (n && flags & O_CREAT && flags & O_EXCL)
		return -EEXIST;
	if (!n && !(flags & O_CREAT))
		return -ENOENT;
	if (flags & O_TRUNC)
		return -ENOSYS;
	r = n ? (int)n->inode : ace_names_make(m, op->text[0], ACE_FILE);
	if (r < 0)
		return r;
	if (m->inode[r].type == ACE_SYMLINK)
		return -ENOSYS; /* ace opens none */
	if (m->inode[r].type == ACE_DIR && (flags & O_ACCMODE) != O_RDONLY)
		return -EISDIR;
	m->inode[r].opens++;
	m->file[op->slot].open = true;
	m->file[op->slot].inode = (unsigned int)r;
	m->file[op->slot].flags = flags;
	return ACE_CHANGED;
}

/* Not while a mapping made of it is there: the log could not say where its blocks are. */
static int do_close(struct ace_model *m, uint32_t slot)
{
	struct ace_inode *i = &m->inode[m->file[slot].inode];

	if (m->file[slot].maps)
		return -EBUSY;
	m->file[slot].open = false;
	i->opens--;
	ace_names_put_inode(i);
	return 0;
}

static int do_write(struct ace_model *m, const struct dx_list_op *op, struct ace_inode *i)
{
	uint64_t off = op->arg[0], len = op->arg[1];
	bool synced = m->file[op->slot].flags & O_DSYNC || op->arg[2];

	if (!len)
		return ACE_NOTHING;
	if (!fits(off, len))
		return -ENOBUFS;
	write_pages(i, off, len, synced ? 0 : ACE_UNSYNCED);
	if (off + len > i->size)
		i->size = off + len;
	return 0;
}

/* Whole blocks, from one file to another. */
static int do_reflink(struct ace_model *m, const struct dx_list_op *op, struct ace_inode *to)
{
	uint64_t from_off = op->arg[1], off = op->arg[2], len = op->arg[3];
	struct ace_inode *from;

	if (!(m->features & SOUP_REFLINK))
		return -EOPNOTSUPP;
	if (op->arg[0] >= ACE_SLOTS || !m->file[op->arg[0]].open)
		return -EBADF;
	from = &m->inode[m->file[op->arg[0]].inode];
	if (from == to || from_off % ACE_PAGE || off % ACE_PAGE || len % ACE_PAGE || !len ||
	    from_off + len > from->size)
		return -EINVAL;
	if (!fits(off, len))
		return -ENOBUFS;
	for (uint64_t p = 0; p < len / ACE_PAGE; p++) {
		uint8_t *a = &from->page[from_off / ACE_PAGE + p];

		if (*a & ACE_WRITTEN)
			*a |= ACE_SHARED;
		to->page[off / ACE_PAGE + p] = *a;
	}
	if (off + len > to->size)
		to->size = off + len;
	return 0;
}

static bool writes(const struct dx_list_op *op)
{
	return op->op == DX_OP_TRUNCATE || op->op == DX_OP_FALLOCATE || op->op == DX_OP_WRITE ||
	       op->op == DX_OP_WRITEV || op->op == DX_OP_REFLINK;
}

static int do_file(struct ace_model *m, const struct dx_list_op *op)
{
	struct ace_inode *i;

	if (op->slot >= ACE_SLOTS || !m->file[op->slot].open)
		return -EBADF;
	i = &m->inode[m->file[op->slot].inode];
	if (writes(op) && (m->file[op->slot].flags & O_ACCMODE) == O_RDONLY)
		return -EBADF;
	switch (op->op) {
	case DX_OP_CLOSE:
		return do_close(m, op->slot);
	case DX_OP_TRUNCATE:
		return do_truncate(i, op->arg[0]);
	case DX_OP_FALLOCATE:
		return do_fallocate(m, i, op->arg);
	case DX_OP_WRITE:
	case DX_OP_WRITEV:
		return do_write(m, op, i);
	case DX_OP_REFLINK:
		return do_reflink(m, op, i);
	default: /* fsync, fdatasync */
		sync_pages(i, 0, ACE_PAGES * ACE_PAGE);
		return 0;
	}
}

/* ---- mappings ---- */

static int do_map(struct ace_model *m, const struct dx_list_op *op)
{
	unsigned int file = (unsigned int)op->arg[0], flags = (unsigned int)op->arg[3];
	int access;

	if (op->slot >= ACE_SLOTS || m->map[op->slot].length)
		return -ENOBUFS;
	if (file >= ACE_SLOTS || !m->file[file].open)
		return -EBADF;
	if (op->arg[1] % ACE_PAGE || !op->arg[2])
		return -EINVAL;
	access = m->file[file].flags & O_ACCMODE;
	if (access == O_WRONLY || (flags & DX_MAP_WRITE && access == O_RDONLY))
		return -EACCES;
	if (flags & DX_MAP_SYNC && !(m->features & SOUP_MAP_SYNC))
		return -EOPNOTSUPP;
	m->file[file].maps++;
	m->map[op->slot].file = file;
	m->map[op->slot].inode = m->file[file].inode;
	m->map[op->slot].offset = op->arg[1];
	m->map[op->slot].length = op->arg[2];
	m->map[op->slot].flags = flags;
	return 0;
}

/* Beyond the end of the file is SIGBUS, and in its last page nobody promises anything. */
static int check_access(const struct ace_model *m, const struct dx_list_op *op)
{
	uint64_t off = op->arg[0], len = op->arg[1], length = m->map[op->slot].length;
	uint64_t size = m->inode[m->map[op->slot].inode].size;

	if (off > length || len > length - off)
		return -EFAULT;
	return m->map[op->slot].offset + off + len > size ? -EFAULT : 0;
}

static int do_store(struct ace_model *m, const struct dx_list_op *op)
{
	int r = check_access(m, op);

	if (r)
		return r;
	if (!(m->map[op->slot].flags & DX_MAP_WRITE))
		return -EFAULT;
	if (op->arg[1])
		write_pages(&m->inode[m->map[op->slot].inode], m->map[op->slot].offset + op->arg[0],
			    op->arg[1], ACE_UNSYNCED | ACE_STORED);
	return op->arg[1] ? ACE_CHANGED : ACE_NOTHING;
}

static int do_msync(struct ace_model *m, const struct dx_list_op *op)
{
	uint64_t off = op->arg[0], end = (off + op->arg[1] + ACE_PAGE - 1) & ~(ACE_PAGE - 1);

	if (off % ACE_PAGE)
		return -EINVAL;
	if (off > m->map[op->slot].length || end > m->map[op->slot].length)
		return -ENOMEM;
	sync_pages(&m->inode[m->map[op->slot].inode], m->map[op->slot].offset + off, end - off);
	return 0;
}

static int do_mapping(struct ace_model *m, const struct dx_list_op *op)
{
	if (op->slot >= ACE_SLOTS || !m->map[op->slot].length)
		return -EFAULT;
	switch (op->op) {
	case DX_OP_UNMAP:
		m->file[m->map[op->slot].file].maps--;
		m->map[op->slot].length = 0;
		return 0;
	case DX_OP_MSYNC:
		return do_msync(m, op);
	case DX_OP_LOAD:
	case DX_OP_FLUSH:
	case DX_OP_RELY:
		return check_access(m, op);
	default:
		return do_store(m, op);
	}
}

/* ---- all of them ---- */

static int sync_all(struct ace_model *m, const struct dx_list_op *op)
{
	if (op->op == DX_OP_SYNC && !(m->features & SOUP_OWN_FS))
		return -EOPNOTSUPP;
	if (op->op == DX_OP_SYNCFS && (op->slot >= ACE_SLOTS || !m->file[op->slot].open))
		return -EBADF;
	for (unsigned int i = 0; i < ACE_INODES; i++)
		sync_pages(&m->inode[i], 0, ACE_PAGES * ACE_PAGE);
	return 0;
}

int ace_model_do(struct ace_model *m, const struct dx_list_op *op)
{
	switch (op->op) {
	case DX_OP_OPEN:
		return do_open(m, op);
	case DX_OP_CLOSE:
	case DX_OP_TRUNCATE:
	case DX_OP_FALLOCATE:
	case DX_OP_WRITE:
	case DX_OP_WRITEV:
	case DX_OP_REFLINK:
	case DX_OP_FSYNC:
	case DX_OP_FDATASYNC:
		return do_file(m, op);
	case DX_OP_MAP:
		return do_map(m, op);
	case DX_OP_UNMAP:
	case DX_OP_STORE:
	case DX_OP_STORE_BYTES:
	case DX_OP_FILL:
	case DX_OP_COPY_NT:
	case DX_OP_LOAD:
	case DX_OP_MSYNC:
	case DX_OP_FLUSH:
	case DX_OP_RELY:
		return do_mapping(m, op);
	case DX_OP_SYNC:
	case DX_OP_SYNCFS:
		return sync_all(m, op);
	case DX_OP_DRAIN:
		return 0;
	default:
		return ace_names_do(m, op);
	}
}
