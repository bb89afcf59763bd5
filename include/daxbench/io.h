/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bodies of the dx_ calls. Included by workload.h only.
 *
 * Each body stands here once, for both lenses: DX_BEGIN() and DX_END() are
 * nothing under the bench lens, so that dx_fsync() compiles to the system call
 * and a dx_store64() to one store; under the check lens they write a record of
 * the operation log (oplog.h). Addresses, sizes and order of what is done are
 * the same in both; the value stored is a constant in one and a pattern that
 * names its origin in the other.
 *
 * Stores are volatile: one store instruction each, in the order written.
 */
#ifndef DAXBENCH_IO_H
#define DAXBENCH_IO_H

#ifndef DAXBENCH_WORKLOAD_H
#error "include daxbench/workload.h"
#endif

#include <cpuid.h>
#include <errno.h>
#include <fcntl.h>
#include <immintrin.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "daxbench/oplog.h"

/* What the bench lens stores: a constant that the loop need not load. */
#define DX_BENCH_VALUE 0x6463796279746521ULL

/*
 * Handles of files and mappings: the worker in the upper bits. None is given
 * twice in a log, which is full before the count is; under the bench lens a
 * handle says only that something is open.
 */
#define DX_HANDLE(w) ((w)->id << DX_HANDLE_BITS | ++(w)->next_handle)

/*
 * checker/log/oplog_write.c. A full log gives a scratch record: the area says so.
 * Declared for both lenses, called in one: tests/lens.sh looks.
 *
 * A file is tracked while it is open, so that what promises something can log
 * the extents of what it covered: of one handle, or of all open files (handle
 * 0). Those of a file that is closed are logged as it is closed: DAX allocates
 * when it writes, so they stay until a call through another handle moves them.
 * A mapping whose file is closed has no extents of its own (-EBADF): a workload
 * keeps a file open as long as it syncs a mapping of it.
 */
struct dx_rec *dx_log_begin(struct dx_worker *w, enum dx_log_op op, uint32_t handle, uint64_t a0,
			    uint64_t a1, uint64_t a2, uint64_t a3);
void dx_log_end(struct dx_worker *w, struct dx_rec *rec, int64_t result);
void dx_log_text(struct dx_worker *w, const char *text);
void dx_log_extents(struct dx_worker *w, uint32_t handle);
void dx_log_write_extents(struct dx_worker *w, uint32_t handle, int rwf_flags);
void dx_log_drain_extents(struct dx_worker *w);
void dx_log_track(struct dx_worker *w, const struct dx_file *f, int open_flags);
void dx_log_track_map(struct dx_worker *w, const struct dx_map *m);
void dx_log_untrack(struct dx_worker *w, const struct dx_file *f);
uint64_t dx_log_generation(struct dx_worker *w);
void dx_log_pattern(struct dx_worker *w, uint32_t file, uint64_t offset, void *buf, uint64_t len,
		    uint64_t generation);

#ifdef DX_LENS_CHECK

#define DX_BEGIN(w, op, handle, a0, a1, a2, a3)                                                    \
	struct dx_rec *dx_rec_ = dx_log_begin(w, op, handle, a0, a1, a2, a3)
#define DX_TEXT(w, text)		   dx_log_text(w, text)
#define DX_END(w, result)		   dx_log_end(w, dx_rec_, result)
#define DX_EXTENTS(w, handle)		   dx_log_extents(w, handle)
#define DX_WRITE_EXTENTS(w, handle, rwf)   dx_log_write_extents(w, handle, rwf)
#define DX_DRAIN_EXTENTS(w)		   dx_log_drain_extents(w)
#define DX_GENERATION(w)		   uint64_t dx_gen_ = dx_log_generation(w)
#define DX_GEN				   dx_gen_
#define DX_VALUE64(w, m, off)		   dx_pattern64((w)->dx->seed, (m)->file, (m)->offset + (off), dx_gen_)
#define DX_PATTERN(w, file, off, buf, len) dx_log_pattern(w, file, off, buf, len, dx_gen_)
#define DX_XATTR_VALUE(w, number, size)	   dx_xattr_value(number, dx_gen_, (w)->buf, size)
#define DX_TRACK(w, f, flags)		   dx_log_track(w, f, flags)
#define DX_TRACK_MAP(w, m)		   dx_log_track_map(w, m)
#define DX_UNTRACK(w, f)		   dx_log_untrack(w, f)
#define DX_LOG_HOLDS(dx, count)		   ((count) < DX_LOG_WORKERS)
#define DX_FITS(w, len)			   ((len) <= (w)->buf_size)

/*
 * A CPU takes a write-back for a load: of a page that is not mapped it faults (SDM
 * volume 2, CLWB, exceptions). QEMU takes it for nothing, and the line would stay
 * in the caches that another mapping left it in: so each page is loaded from first.
 */
#define DX_FAULT_IN(from, end)                                                                     \
	do {                                                                                       \
		for (unsigned char *p_ = (from); p_ < (end);                                       \
		     p_ = (unsigned char *)(((uintptr_t)p_ | (DX_PAGE - 1)) + 1))                  \
			(void)*(volatile unsigned char *)p_;                                       \
	} while (0)

#else

#define DX_BEGIN(w, op, handle, a0, a1, a2, a3) ((void)0)
#define DX_TEXT(w, text)			((void)0)
#define DX_END(w, result)			((void)0)
#define DX_EXTENTS(w, handle)			((void)0)
#define DX_WRITE_EXTENTS(w, handle, rwf)	((void)0)
#define DX_DRAIN_EXTENTS(w)			((void)0)
#define DX_GENERATION(w)			((void)0)
#define DX_GEN					0
#define DX_VALUE64(w, m, off)			DX_BENCH_VALUE
#define DX_PATTERN(w, file, off, buf, len)	((void)0)
/* Another than before: a file system may do nothing for the same (ext4_xattr_set_handle()). */
#define DX_XATTR_VALUE(w, number, size)		((void)(w)->buf[0]++)
#define DX_TRACK(w, f, flags)			((void)0)
#define DX_TRACK_MAP(w, m)			((void)0)
#define DX_UNTRACK(w, f)			((void)0)
#define DX_LOG_HOLDS(dx, count)			true
#define DX_FITS(w, len)				true
#define DX_FAULT_IN(from, end)			((void)0)

#endif

#define DX_INLINE static inline __attribute__((always_inline, unused))

/* Eight bytes at any address, which may be anything else too. */
typedef unsigned char dx_word[8];

/* ---- files: names are relative to the directory of the cell ---- */

/*
 * @flags as open(2) has them; a created file has mode 0644. -EINVAL for
 * O_APPEND: dx_write() names the offset, and Linux would not write there.
 */
DX_INLINE int dx_open(struct dx_worker *w, struct dx_file *f, const char *name, int flags)
{
	int r = 0;

	if (flags & O_APPEND)
		return -EINVAL;
	f->id = DX_HANDLE(w);
	DX_BEGIN(w, DX_OP_OPEN, f->id, (uint64_t)flags, 0644, 0, 0);
	DX_TEXT(w, name);
	f->fd = openat(w->dx->root, name, flags | O_CLOEXEC, 0644);
	if (f->fd < 0) {
		r = -errno;
		f->id = 0;
	} else {
		DX_TRACK(w, f, flags);
	}
	DX_END(w, r);
	return r;
}

DX_INLINE int dx_close(struct dx_worker *w, struct dx_file *f)
{
	int r;

	(void)w;
	if (!f->id)
		return 0;
	DX_BEGIN(w, DX_OP_CLOSE, f->id, 0, 0, 0, 0);
	DX_EXTENTS(w, f->id);
	DX_UNTRACK(w, f);
	r = close(f->fd) ? -errno : 0;
	f->fd = -1;
	f->id = 0;
	DX_END(w, r);
	return r;
}

DX_INLINE int dx_truncate(struct dx_worker *w, struct dx_file *f, uint64_t length)
{
	int r;

	(void)w;
	DX_BEGIN(w, DX_OP_TRUNCATE, f->id, length, 0, 0, 0);
	r = ftruncate(f->fd, (off_t)length) ? -errno : 0;
	DX_END(w, r);
	return r;
}

/*
 * For prepare(): in what unit the file's blocks are allocated, freed and moved, in bytes;
 * of a realtime file that is the realtime extent (st_blksize: fs/xfs/xfs_iops.c).
 */
DX_INLINE int dx_file_unit(const struct dx_file *f, uint64_t *ret)
{
	struct stat st;

	if (fstat(f->fd, &st))
		return -errno;
	*ret = (uint64_t)st.st_blksize;
	return 0;
}

/* @mode: FALLOC_FL_*, 0 allocates and extends. */
DX_INLINE int dx_fallocate(struct dx_worker *w, struct dx_file *f, int mode, uint64_t off,
			   uint64_t len)
{
	int r;

	(void)w;
	DX_BEGIN(w, DX_OP_FALLOCATE, f->id, (uint64_t)mode, off, len, 0);
	r = fallocate(f->fd, mode, (off_t)off, (off_t)len) ? -errno : 0;
	DX_END(w, r);
	return r;
}

/*
 * @len bytes of @to at @to_off share the blocks of @from at @from_off. All three
 * are multiples of the block size, but that a range may end where @from does.
 */
DX_INLINE int dx_reflink(struct dx_worker *w, struct dx_file *to, const struct dx_file *from,
			 uint64_t from_off, uint64_t to_off, uint64_t len)
{
	struct file_clone_range range = {
		.src_fd = from->fd, .src_offset = from_off, .src_length = len, .dest_offset = to_off
	};
	int r;

	(void)w;
	DX_BEGIN(w, DX_OP_REFLINK, to->id, from->id, from_off, to_off, len);
	r = ioctl(to->fd, FICLONERANGE, &range) ? -errno : 0;
	DX_END(w, r);
	return r;
}

DX_INLINE int dx_unlink(struct dx_worker *w, const char *name)
{
	int r;

	DX_BEGIN(w, DX_OP_UNLINK, 0, 0, 0, 0, 0);
	DX_TEXT(w, name);
	r = unlinkat(w->dx->root, name, 0) ? -errno : 0;
	DX_END(w, r);
	return r;
}

DX_INLINE int dx_rename(struct dx_worker *w, const char *from, const char *to, unsigned int flags)
{
	int r;

	DX_BEGIN(w, DX_OP_RENAME, 0, flags, 0, 0, 0);
	DX_TEXT(w, from);
	DX_TEXT(w, to);
	r = renameat2(w->dx->root, from, w->dx->root, to, flags) ? -errno : 0;
	DX_END(w, r);
	return r;
}

DX_INLINE int dx_link(struct dx_worker *w, const char *existing, const char *name)
{
	int r;

	DX_BEGIN(w, DX_OP_LINK, 0, 0, 0, 0, 0);
	DX_TEXT(w, existing);
	DX_TEXT(w, name);
	r = linkat(w->dx->root, existing, w->dx->root, name, 0) ? -errno : 0;
	DX_END(w, r);
	return r;
}

DX_INLINE int dx_symlink(struct dx_worker *w, const char *target, const char *name)
{
	int r;

	DX_BEGIN(w, DX_OP_SYMLINK, 0, 0, 0, 0, 0);
	DX_TEXT(w, target);
	DX_TEXT(w, name);
	r = symlinkat(target, w->dx->root, name) ? -errno : 0;
	DX_END(w, r);
	return r;
}

DX_INLINE int dx_mkdir(struct dx_worker *w, const char *name)
{
	int r;

	DX_BEGIN(w, DX_OP_MKDIR, 0, 0, 0, 0, 0);
	DX_TEXT(w, name);
	r = mkdirat(w->dx->root, name, 0755) ? -errno : 0;
	DX_END(w, r);
	return r;
}

DX_INLINE int dx_rmdir(struct dx_worker *w, const char *name)
{
	int r;

	DX_BEGIN(w, DX_OP_RMDIR, 0, 0, 0, 0, 0);
	DX_TEXT(w, name);
	r = unlinkat(w->dx->root, name, AT_REMOVEDIR) ? -errno : 0;
	DX_END(w, r);
	return r;
}

/* ---- attributes of a file or directory, open in whatever way ---- */

/*
 * fchmod(2). @mode: permission bits, 0 to 0777. -EINVAL for others: a write takes set-id bits
 * away, and the log would not say so.
 */
DX_INLINE int dx_chmod(struct dx_worker *w, struct dx_file *f, unsigned int mode)
{
	int r;

	(void)w;
	if (mode & ~0777U)
		return -EINVAL;
	DX_BEGIN(w, DX_OP_CHMOD, f->id, mode, 0, 0, 0);
	r = fchmod(f->fd, mode) ? -errno : 0;
	DX_END(w, r);
	return r;
}

/* The name of extended attribute @number, below DX_XATTRS. */
DX_INLINE const char *dx_xattr_name(uint64_t number)
{
	static const char names[DX_XATTRS][sizeof(DX_XATTR_PREFIX "0")] = {
		DX_XATTR_PREFIX "0", DX_XATTR_PREFIX "1", DX_XATTR_PREFIX "2", DX_XATTR_PREFIX "3",
		DX_XATTR_PREFIX "4", DX_XATTR_PREFIX "5", DX_XATTR_PREFIX "6", DX_XATTR_PREFIX "7",
	};

	return names[number];
}

/*
 * Makes or replaces extended attribute @number, below DX_XATTRS: @size bytes, 1 to DX_XATTR_MAX.
 * -EOPNOTSUPP where files have none; -ENOSPC where all of them need more than a block.
 */
DX_INLINE int dx_setxattr(struct dx_worker *w, struct dx_file *f, uint64_t number, uint64_t size)
{
	int r;

	if (number >= DX_XATTRS || !size || size > DX_XATTR_MAX)
		return -EINVAL;
	DX_GENERATION(w);
	DX_XATTR_VALUE(w, number, size);
	DX_BEGIN(w, DX_OP_SETXATTR, f->id, number, size, 0, DX_GEN);
	r = fsetxattr(f->fd, dx_xattr_name(number), w->buf, size, 0) ? -errno : 0;
	DX_END(w, r);
	return r;
}

/* -ENODATA: there is none. */
DX_INLINE int dx_removexattr(struct dx_worker *w, struct dx_file *f, uint64_t number)
{
	int r;

	(void)w;
	if (number >= DX_XATTRS)
		return -EINVAL;
	DX_BEGIN(w, DX_OP_REMOVEXATTR, f->id, number, 0, 0, 0);
	r = fremovexattr(f->fd, dx_xattr_name(number)) ? -errno : 0;
	DX_END(w, r);
	return r;
}

/* ---- data through descriptors ---- */

/*
 * @len at most w->buf_size: the check lens refuses more (-EINVAL), the bench
 * lens trusts. A short write is -EIO. @flags: RWF_*, but not RWF_APPEND.
 */
DX_INLINE int dx_write_flags(struct dx_worker *w, struct dx_file *f, uint64_t off, uint64_t len,
			     int flags)
{
	struct iovec iov = { .iov_base = w->buf, .iov_len = len };
	ssize_t put;
	int r;

	if (!DX_FITS(w, len) || flags & RWF_APPEND)
		return -EINVAL;
	DX_GENERATION(w);
	DX_PATTERN(w, f->id, off, w->buf, len);
	DX_BEGIN(w, DX_OP_WRITE, f->id, off, len, (uint64_t)flags, DX_GEN);
	put = pwritev2(f->fd, &iov, 1, (off_t)off, flags);
	r = put == (ssize_t)len ? 0 : put < 0 ? -errno : -EIO;
	DX_END(w, put < 0 ? r : put);
	DX_WRITE_EXTENTS(w, f->id, flags);
	return r;
}

/* pwrite(2). */
DX_INLINE int dx_write(struct dx_worker *w, struct dx_file *f, uint64_t off, uint64_t len)
{
	ssize_t put;
	int r;

	if (!DX_FITS(w, len))
		return -EINVAL;
	DX_GENERATION(w);
	DX_PATTERN(w, f->id, off, w->buf, len);
	DX_BEGIN(w, DX_OP_WRITE, f->id, off, len, 0, DX_GEN);
	put = pwrite(f->fd, w->buf, len, (off_t)off);
	r = put == (ssize_t)len ? 0 : put < 0 ? -errno : -EIO;
	DX_END(w, put < 0 ? r : put);
	DX_WRITE_EXTENTS(w, f->id, 0);
	return r;
}

/* pwritev2(2) of three pieces, the first two a third each: otherwise as dx_write_flags(). */
DX_INLINE int dx_writev(struct dx_worker *w, struct dx_file *f, uint64_t off, uint64_t len,
			int flags)
{
	uint64_t third = len / 3;
	struct iovec iov[] = { { w->buf, third },
			       { w->buf + third, third },
			       { w->buf + 2 * third, len - 2 * third } };
	ssize_t put;
	int r;

	if (!DX_FITS(w, len) || flags & RWF_APPEND)
		return -EINVAL;
	DX_GENERATION(w);
	DX_PATTERN(w, f->id, off, w->buf, len);
	DX_BEGIN(w, DX_OP_WRITEV, f->id, off, len, (uint64_t)flags, DX_GEN);
	put = pwritev2(f->fd, iov, 3, (off_t)off, flags);
	r = put == (ssize_t)len ? 0 : put < 0 ? -errno : -EIO;
	DX_END(w, put < 0 ? r : put);
	DX_WRITE_EXTENTS(w, f->id, flags);
	return r;
}

/* pread(2) to w->buf; a short read is -EIO. */
DX_INLINE int dx_read(struct dx_worker *w, struct dx_file *f, uint64_t off, uint64_t len)
{
	ssize_t got;
	int r;

	if (!DX_FITS(w, len))
		return -EINVAL;
	DX_BEGIN(w, DX_OP_READ, f->id, off, len, 0, 0);
	got = pread(f->fd, w->buf, len, (off_t)off);
	r = got == (ssize_t)len ? 0 : got < 0 ? -errno : -EIO;
	DX_END(w, got < 0 ? r : got);
	return r;
}

/* ---- mappings ---- */

/*
 * Finds room for @len bytes whose address is congruent to @off modulo 2 MiB: if
 * that is the offset in the file, 2 MiB faults are possible. The caller maps over it.
 */
DX_INLINE unsigned char *dx_reserve_aligned(uint64_t off, uint64_t len)
{
	unsigned char *p = mmap(NULL, len + DX_PMD, PROT_NONE,
				MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	uint64_t skip;

	if (p == MAP_FAILED)
		return NULL;
	skip = ((off % DX_PMD) + DX_PMD - (uintptr_t)p % DX_PMD) % DX_PMD;
	if (skip)
		munmap(p, skip);
	munmap(p + skip + len, DX_PMD - skip);
	return p + skip;
}

/*
 * What mmap() itself cannot be told. A kernel without huge mappings knows no
 * MADV_NOHUGEPAGE (-EINVAL), and needs none.
 */
DX_INLINE int dx_map_advise(unsigned char *p, uint64_t len, unsigned int flags)
{
	int how = flags & DX_MAP_WRITE ? MADV_POPULATE_WRITE : MADV_POPULATE_READ;

	if (!(flags & DX_MAP_PTE))
		return 0;
	if (madvise(p, len, MADV_NOHUGEPAGE) && errno != EINVAL)
		return -errno;
	return flags & DX_MAP_POPULATE && madvise(p, len, how) ? -errno : 0;
}

/* @off and @len multiples of 4 KiB, @len > 0. @flags: enum dx_map_flag. */
DX_INLINE int dx_map(struct dx_worker *w, struct dx_map *m, const struct dx_file *f, uint64_t off,
		     uint64_t len, unsigned int flags)
{
	int prot = (flags & DX_MAP_READ ? PROT_READ : 0) | (flags & DX_MAP_WRITE ? PROT_WRITE : 0);
	int how = flags & DX_MAP_PRIVATE ? MAP_PRIVATE : MAP_SHARED_VALIDATE;
	unsigned char *at = NULL, *p;
	int r;

	m->id = DX_HANDLE(w);
	DX_BEGIN(w, DX_OP_MAP, m->id, f->id, off, len, flags);
	if (flags & DX_MAP_SYNC)
		how |= MAP_SYNC;
	if (flags & DX_MAP_POPULATE && !(flags & DX_MAP_PTE))
		how |= MAP_POPULATE;
	if (flags & (DX_MAP_PMD | DX_MAP_SKEWED)) {
		at = dx_reserve_aligned(flags & DX_MAP_SKEWED ? off + DX_PAGE : off, len);
		how |= at ? MAP_FIXED : 0;
	}
	p = mmap(at, len, prot, how, f->fd, (off_t)off);
	r = p == MAP_FAILED ? -errno : dx_map_advise(p, len, flags);
	if (r) {
		if (p != MAP_FAILED || at)
			munmap(p != MAP_FAILED ? p : at, len);
		m->id = 0;
	} else {
		m->base = p;
		m->length = len;
		m->offset = off;
		m->file = f->id;
		m->flags = flags;
		DX_TRACK_MAP(w, m);
	}
	DX_END(w, r ? r : (intptr_t)p);
	return r;
}

DX_INLINE int dx_unmap(struct dx_worker *w, struct dx_map *m)
{
	int r;

	(void)w;
	if (!m->id)
		return 0;
	DX_BEGIN(w, DX_OP_UNMAP, m->id, 0, 0, 0, 0);
	r = munmap(m->base, m->length) ? -errno : 0;
	m->base = NULL;
	m->id = 0;
	DX_END(w, r);
	return r;
}

/*
 * Faults in the pages of @len bytes at @off, multiples of 4 KiB: as loads would, or with
 * @write as stores would, but no byte is stored. What was faulted for writing is dirty.
 * -EINVAL: a kernel before 5.14, or a mapping that does not allow it.
 */
DX_INLINE int dx_populate(struct dx_worker *w, const struct dx_map *m, uint64_t off, uint64_t len,
			  bool write)
{
	int r;

	(void)w;
	DX_BEGIN(w, DX_OP_POPULATE, m->id, off, len, write, 0);
	r = madvise(m->base + off, len, write ? MADV_POPULATE_WRITE : MADV_POPULATE_READ) ? -errno
											  : 0;
	DX_END(w, r);
	return r;
}

/* One store of 8 bytes at @off of the mapping, a multiple of 8. */
DX_INLINE void dx_store64(struct dx_worker *w, const struct dx_map *m, uint64_t off)
{
	(void)w;
	DX_GENERATION(w);
	DX_BEGIN(w, DX_OP_STORE, m->id, off, 8, 0, DX_GEN);
	*(volatile uint64_t *)(m->base + off) = DX_VALUE64(w, m, off);
	DX_END(w, 0);
}

/* The same with 4, 2 and 1 bytes; @off a multiple of the size. */
#define DX_STORE_SMALL(bits, type)                                                                 \
	DX_INLINE void dx_store##bits(struct dx_worker *w, const struct dx_map *m, uint64_t off)   \
	{                                                                                          \
		type value = (type)DX_BENCH_VALUE;                                                 \
		(void)w;                                                                           \
		DX_GENERATION(w);                                                                  \
		DX_PATTERN(w, m->file, m->offset + off, &value, sizeof(value));                    \
		DX_BEGIN(w, DX_OP_STORE, m->id, off, sizeof(value), 0, DX_GEN);                    \
		*(volatile type *)(m->base + off) = value;                                         \
		DX_END(w, 0);                                                                      \
	}
DX_STORE_SMALL(32, uint32_t)
DX_STORE_SMALL(16, uint16_t)
DX_STORE_SMALL(8, uint8_t)
#undef DX_STORE_SMALL

/* @len bytes, 1 to DX_MAX_BYTES, as stores of 1, upwards; at any @off. */
#define DX_MAX_BYTES 64

DX_INLINE void dx_store_bytes(struct dx_worker *w, const struct dx_map *m, uint64_t off,
			      uint64_t len)
{
	const unsigned char *from = w->buf;

	DX_GENERATION(w);
	DX_PATTERN(w, m->file, m->offset + off, w->buf, len);
	DX_BEGIN(w, DX_OP_STORE_BYTES, m->id, off, len, 0, DX_GEN);
	for (volatile unsigned char *to = m->base + off; len; len--)
		*to++ = *from++;
	DX_END(w, 0);
}

/*
 * One store of 8 bytes at any @off. Where that is no multiple of 8 it touches
 * two words, maybe of two lines or pages: they need not become durable together.
 */
DX_INLINE void dx_store_unaligned(struct dx_worker *w, const struct dx_map *m, uint64_t off)
{
	uint64_t value = DX_BENCH_VALUE;

	(void)w;
	DX_GENERATION(w);
	DX_PATTERN(w, m->file, m->offset + off, &value, sizeof(value));
	DX_BEGIN(w, DX_OP_STORE_UNALIGNED, m->id, off, sizeof(value), 0, DX_GEN);
	__asm__ volatile("movq %1, %0" : "=m"(*(dx_word *)(m->base + off)) : "r"(value));
	DX_END(w, 0);
}

/* @len bytes as stores of 8, upwards; @off and @len multiples of 8. */
DX_INLINE void dx_fill(struct dx_worker *w, const struct dx_map *m, uint64_t off, uint64_t len)
{
	(void)w;
	DX_GENERATION(w);
	DX_BEGIN(w, DX_OP_FILL, m->id, off, len, 0, DX_GEN);
	for (uint64_t end = off + len; off < end; off += 8)
		*(volatile uint64_t *)(m->base + off) = DX_VALUE64(w, m, off);
	DX_END(w, 0);
}

/* memcpy(3) of @len bytes, at most w->buf_size: for where the copy is the subject. */
DX_INLINE void dx_copy(struct dx_worker *w, const struct dx_map *m, uint64_t off, uint64_t len)
{
	DX_GENERATION(w);
	DX_PATTERN(w, m->file, m->offset + off, w->buf, len);
	DX_BEGIN(w, DX_OP_COPY, m->id, off, len, 0, DX_GEN);
	memcpy(m->base + off, w->buf, len);
	DX_END(w, 0);
}

/* Non-temporal stores of 8, durable after the next dx_drain(); @off and @len multiples of 8. */
DX_INLINE void dx_copy_nt(struct dx_worker *w, const struct dx_map *m, uint64_t off, uint64_t len)
{
	(void)w;
	DX_GENERATION(w);
	DX_BEGIN(w, DX_OP_COPY_NT, m->id, off, len, 0, DX_GEN);
	for (uint64_t end = off + len; off < end; off += 8)
		_mm_stream_si64((long long *)(m->base + off), (long long)DX_VALUE64(w, m, off));
	DX_END(w, 0);
}

/*
 * One load of 8 bytes. It changes no byte and yet is logged: a read fault puts
 * an entry into the mapping's tree, and some kernels mark that dirty.
 */
DX_INLINE uint64_t dx_load64(struct dx_worker *w, const struct dx_map *m, uint64_t off)
{
	uint64_t value;

	(void)w;
	DX_BEGIN(w, DX_OP_LOAD, m->id, off, 8, 0, 0);
	value = *(const volatile uint64_t *)(m->base + off);
	DX_END(w, 0);
	return value;
}

/* ---- promises ---- */

/* @off a multiple of 4 KiB; @flags: MS_SYNC or MS_ASYNC. */
DX_INLINE int dx_msync(struct dx_worker *w, const struct dx_map *m, uint64_t off, uint64_t len,
		       int flags)
{
	int r;

	(void)w;
	DX_BEGIN(w, DX_OP_MSYNC, m->id, off, len, (uint64_t)flags, 0);
	r = msync(m->base + off, len, flags) ? -errno : 0;
	DX_END(w, r);
	DX_EXTENTS(w, m->file);
	return r;
}

#define DX_SYNC_CALL(name, op, covered)                                                            \
	DX_INLINE int dx_##name(struct dx_worker *w, struct dx_file *f)                            \
	{                                                                                          \
		int r;                                                                             \
		(void)w;                                                                           \
		DX_BEGIN(w, op, f->id, 0, 0, 0, 0);                                                \
		r = name(f->fd) ? -errno : 0;                                                      \
		DX_END(w, r);                                                                      \
		DX_EXTENTS(w, covered);                                                            \
		return r;                                                                          \
	}
DX_SYNC_CALL(fsync, DX_OP_FSYNC, f->id)
DX_SYNC_CALL(fdatasync, DX_OP_FDATASYNC, f->id)
DX_SYNC_CALL(syncfs, DX_OP_SYNCFS, 0)
#undef DX_SYNC_CALL

/* sync_file_range(2), @flags: SYNC_FILE_RANGE_*. Promises nothing: it flushes no device cache. */
DX_INLINE int dx_sync_file_range(struct dx_worker *w, struct dx_file *f, uint64_t off, uint64_t len,
				 unsigned int flags)
{
	int r;

	(void)w;
	DX_BEGIN(w, DX_OP_SYNC_FILE_RANGE, f->id, off, len, flags, 0);
	r = sync_file_range(f->fd, (off_t)off, (off_t)len, flags) ? -errno : 0;
	DX_END(w, r);
	return r;
}

/* sync(2): every file system of the machine. */
DX_INLINE int dx_sync(struct dx_worker *w)
{
	(void)w;
	DX_BEGIN(w, DX_OP_SYNC, 0, 0, 0, 0, 0);
	sync();
	DX_END(w, 0);
	DX_EXTENTS(w, 0);
	return 0;
}

/* Which instruction dx_flush() uses. The CPU must have it, or that is SIGILL. */
enum dx_flush_kind { DX_CLWB, DX_CLFLUSHOPT, DX_CLFLUSH };

/* For prepare(): CPUID is slow, and serialises. Every x86-64 has CLFLUSH. */
DX_INLINE bool dx_cpu_has_flush(enum dx_flush_kind kind)
{
	unsigned int a, b, c, d;

	if (kind == DX_CLFLUSH)
		return true;
	if (!__get_cpuid_count(7, 0, &a, &b, &c, &d))
		return false;
	return b & (kind == DX_CLWB ? bit_CLWB : bit_CLFLUSHOPT);
}

typedef unsigned char dx_line[64];

/* User-space write-back of each line in the range. A promise only after dx_drain(). */
DX_INLINE void dx_flush(struct dx_worker *w, const struct dx_map *m, uint64_t off, uint64_t len,
			enum dx_flush_kind kind)
{
	unsigned char *line = (unsigned char *)((uintptr_t)(m->base + off) & ~63UL);
	unsigned char *end = m->base + off + len;

	(void)w;
	DX_BEGIN(w, DX_OP_FLUSH, m->id, off, len, kind, 0);
	DX_FAULT_IN(m->base + off, end);
	for (; line < end; line += 64) {
		/* All of the line: no store to it may be moved across. */
		volatile dx_line *at = (volatile dx_line *)line;

		if (kind == DX_CLWB)
			__asm__ volatile(".byte 0x66; xsaveopt %0" : "+m"(*at)); /* clwb */
		else if (kind == DX_CLFLUSHOPT)
			__asm__ volatile(".byte 0x66; clflush %0" : "+m"(*at)); /* clflushopt */
		else
			__asm__ volatile("clflush %0" : "+m"(*at));
	}
	DX_END(w, 0);
}

/* sfence: what was flushed or stored non-temporally before is durable now. */
DX_INLINE void dx_drain(struct dx_worker *w)
{
	(void)w;
	DX_BEGIN(w, DX_OP_DRAIN, 0, 0, 0, 0, 0);
	__asm__ volatile("sfence" ::: "memory");
	DX_END(w, 0);
	DX_DRAIN_EXTENTS(w);
}

/*
 * From here on the application takes these bytes of the mapping as durable:
 * flushed, or stored past the caches, and drained. Does nothing; the checker
 * holds it to its word. For mappings with MAP_SYNC, and device-dax.
 */
DX_INLINE void dx_rely(struct dx_worker *w, const struct dx_map *m, uint64_t off, uint64_t len)
{
	(void)w;
	(void)m;
	(void)off;
	(void)len;
	DX_BEGIN(w, DX_OP_RELY, m->id, off, len, 0, 0);
	DX_END(w, 0);
	DX_EXTENTS(w, m->file);
}

/* Flush and drain. */
DX_INLINE void dx_persist(struct dx_worker *w, const struct dx_map *m, uint64_t off, uint64_t len,
			  enum dx_flush_kind kind)
{
	dx_flush(w, m, off, len, kind);
	dx_drain(w);
}

/* ---- workers: see workload.h ---- */

/* Under the check lens -E2BIG for more workers than the operation log has areas. */
DX_INLINE int dx_spawn(struct dx *dx, uint32_t count, enum dx_worker_kind kind, dx_worker_fn fn)
{
	int r;

	if (!DX_LOG_HOLDS(dx, count))
		return -E2BIG;
	DX_BEGIN(&dx->worker[0], DX_OP_SPAWN, 0, count, kind, 0, 0);
	r = dx_workers_spawn(dx, count, kind, fn);
	DX_END(&dx->worker[0], r);
	return r;
}

DX_INLINE int dx_barrier(struct dx_worker *w)
{
	int r;

	DX_BEGIN(w, DX_OP_BARRIER, 0, 0, 0, 0, 0);
	r = dx_workers_barrier(w);
	DX_END(w, r);
	return r;
}

DX_INLINE int dx_join(struct dx *dx)
{
	int r;

	DX_BEGIN(&dx->worker[0], DX_OP_JOIN, 0, 0, 0, 0, 0);
	r = dx_workers_join(dx);
	DX_END(&dx->worker[0], r);
	return r;
}

/* ---- environment: rare, untimed ---- */

#define DX_ENV_CALL(name, opcode, call, a0, ...)                                                   \
	DX_INLINE int dx_env_##name(struct dx_worker *w, ##__VA_ARGS__)                            \
	{                                                                                          \
		int r = -EOPNOTSUPP;                                                               \
		DX_BEGIN(w, opcode, 0, (uint64_t)(a0), 0, 0, 0);                                   \
		if (w->dx->env && w->dx->env->name)                                                \
			r = w->dx->env->call;                                                      \
		DX_END(w, r);                                                                      \
		if ((opcode) == DX_OP_ENV_REMOUNT)                                                 \
			DX_EXTENTS(w, 0);                                                          \
		return r;                                                                          \
	}
DX_ENV_CALL(umount, DX_OP_ENV_UMOUNT, umount(w->dx), 0)
DX_ENV_CALL(mount, DX_OP_ENV_MOUNT, mount(w->dx), 0)
DX_ENV_CALL(remount, DX_OP_ENV_REMOUNT, remount(w->dx, read_only), read_only, bool read_only)
DX_ENV_CALL(mkfs, DX_OP_ENV_MKFS, mkfs(w->dx), 0)
DX_ENV_CALL(drop_caches, DX_OP_ENV_DROP_CACHES, drop_caches(w->dx), 0)
DX_ENV_CALL(pass_time, DX_OP_ENV_PASS_TIME, pass_time(w->dx, ms), ms, uint64_t ms)
/*
 * Mappings of the device stay, without pages: who touches one dies of SIGBUS. Before
 * dx_env_bind() they and its files must go.
 */
DX_ENV_CALL(unbind, DX_OP_ENV_UNBIND, unbind(w->dx), 0)
DX_ENV_CALL(bind, DX_OP_ENV_BIND, bind(w->dx), 0)
#undef DX_ENV_CALL

/*
 * The page at @off of the mapping, which must be faulted in, fails: the kernel unmaps it
 * everywhere and sends SIGBUS to each process that had it mapped, the caller's first. So
 * it is called from a process of dx_spawn() that is to die, and returns only where it
 * cannot be done: -EINVAL from a kernel without CONFIG_MEMORY_FAILURE.
 */
DX_INLINE int dx_env_poison(struct dx_worker *w, const struct dx_map *m, uint64_t off)
{
	int r = -EOPNOTSUPP;

	DX_BEGIN(w, DX_OP_ENV_POISON, m->id, off, 0, 0, 0);
	if (w->dx->env && w->dx->env->poison)
		r = w->dx->env->poison(w->dx, m->base + off);
	DX_END(w, r);
	return r;
}

#endif
