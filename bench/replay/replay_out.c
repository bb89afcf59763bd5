// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/replay/replay_out.h"
#include "bench/interrupt.h"
#include "lib/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>

#define ZEROS (1U << 20)

/* Replaying onto the log would eat it while it is read. */
static int refuse_log(const struct replay_out *o, const char *log, struct err *e)
{
	struct stat a, b;

	if (fstat(o->fd, &a) || stat(log, &b))
		return err_sys(e, -errno, o->path, "stat");
	if ((a.st_dev == b.st_dev && a.st_ino == b.st_ino) ||
	    (o->device && S_ISBLK(b.st_mode) && a.st_rdev == b.st_rdev))
		return err_set(e, -EINVAL, o->path, "is the log itself");
	return 0;
}

int replay_out_image(struct replay_out *o, const char *path, const char *log, struct err *e)
{
	struct stat st;

	*o = (struct replay_out){ .path = path, .fd = -1 };
	o->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0666);
	if (o->fd < 0)
		return err_sys(e, -errno, path, "open");
	if (fstat(o->fd, &st))
		return err_sys(e, -errno, path, "stat");
	if (!S_ISREG(st.st_mode)) {
		err_set(e, -EINVAL, path, "is no file: an image is one");
		return err_hint(e, "a block device is given with --device, and must be claimed");
	}
	o->size = (uint64_t)st.st_size;
	return refuse_log(o, log, e);
}

int replay_out_device(struct replay_out *o, const char *path, const char *log, struct err *e)
{
	struct guard_claim claim;
	int r = guard_device(path, &claim, e);

	*o = (struct replay_out){ .path = path, .fd = -1 };
	if (r)
		return r;
	o->claim = claim;
	o->device = true;
	o->size = claim.id.size;
	if (claim.id.character)
		return err_set(e, -EINVAL, path, "is device-dax, which has no sectors");
	/* Without O_EXCL, which would keep a --check program out; the lock is held. */
	o->fd = open(claim.id.path, O_RDWR | O_CLOEXEC);
	if (o->fd < 0)
		return err_sys(e, -errno, path, "open");
	return refuse_log(o, log, e);
}

static int write_all(struct replay_out *o, uint64_t offset, const char *data, size_t len)
{
	while (len) {
		ssize_t n = pwrite(o->fd, data, len, (off_t)offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (!n)
			return -ENOSPC;
		data += n;
		len -= (size_t)n;
		offset += (uint64_t)n;
	}
	return 0;
}

int replay_out_write(struct replay_out *o, uint64_t offset, const void *data, size_t len,
		     struct err *e)
{
	int r = write_all(o, offset, data, len);

	if (r)
		return err_sys(e, r, o->path, "write");
	if (offset + len > o->size)
		o->size = offset + len;
	return 0;
}

/* Where neither a hole nor a range of zeros can be made. */
static int write_zeros(struct replay_out *o, uint64_t offset, uint64_t len)
{
	AUTO_FREE char *zeros = calloc(1, ZEROS);
	int r = zeros ? 0 : -ENOMEM;

	while (!r && len) {
		size_t n = len < ZEROS ? (size_t)len : ZEROS;

		r = interrupted ? -EINTR : write_all(o, offset, zeros, n);
		offset += n;
		len -= n;
	}
	return r;
}

static int zero(struct replay_out *o, uint64_t offset, uint64_t len)
{
	static const int how[] = { FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
				   FALLOC_FL_ZERO_RANGE | FALLOC_FL_KEEP_SIZE };

	for (size_t i = 0; i < sizeof(how) / sizeof(how[0]); i++) {
		if (!fallocate(o->fd, how[i], (off_t)offset, (off_t)len))
			return 0;
		if (errno != EOPNOTSUPP && errno != ENOSYS && errno != EINTR)
			return -errno;
	}
	return write_zeros(o, offset, len);
}

int replay_out_discard(struct replay_out *o, uint64_t offset, uint64_t len, struct err *e)
{
	uint64_t end = offset + len, had = o->size;
	int r;

	/* What an image is longer by is a hole already. */
	if (!o->device && end > o->size) {
		if (ftruncate(o->fd, (off_t)end))
			return err_sys(e, -errno, o->path, "make longer");
		o->size = end;
	}
	if (offset >= had)
		return 0;
	r = zero(o, offset, (end < had ? end : had) - offset);
	return r ? err_sys(e, r, o->path, "discard") : 0;
}

/*
 * The time of the last write, set to one that no write gives: clocks tick too
 * coarsely to compare the times before and after.
 */
static const struct timespec unwritten[2] = { { 0, UTIME_OMIT }, { 1, 0 } };

int replay_out_show(struct replay_out *o, struct err *e)
{
	if (o->device)
		return replay_out_sync(o, e);
	return futimens(o->fd, unwritten) ? err_sys(e, -errno, o->path, "set its time") : 0;
}

static int seen_image(struct replay_out *o, struct err *e)
{
	static const struct timespec now[2] = { { 0, UTIME_OMIT }, { 0, UTIME_NOW } };
	struct stat st;

	if (fstat(o->fd, &st))
		return err_sys(e, -errno, o->path, "stat");
	if (st.st_mtim.tv_sec != unwritten[1].tv_sec || (uint64_t)st.st_size != o->size) {
		err_set(e, -EBUSY, o->path,
			"was written by the check: what follows would be replayed onto that");
		return err_hint(e, "let it read only (e2fsck -n), or work on a copy");
	}
	return futimens(o->fd, now) ? err_sys(e, -errno, o->path, "set its time") : 0;
}

int replay_out_seen(struct replay_out *o, struct err *e)
{
	int fd;

	if (!o->device)
		return seen_image(o, e);
	fd = open(o->claim.id.path, O_RDWR | O_EXCL | O_CLOEXEC);
	if (fd < 0) {
		err_sys(e, -errno, o->path, "after the check: open it alone");
		return err_hint(e, "did the check leave it mounted?");
	}
	close(fd);
	return 0;
}

int replay_out_sync(struct replay_out *o, struct err *e)
{
	return fsync(o->fd) ? err_sys(e, -errno, o->path, "fsync") : 0;
}

void replay_out_close(struct replay_out *o)
{
	if (o->fd >= 0)
		close(o->fd);
	o->fd = -1;
	if (o->device)
		guard_release(&o->claim);
	o->device = false;
}
