// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/file.h"
#include "lib/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

int file_read(int dirfd, const char *path, size_t max, char **ret_data, size_t *ret_len)
{
	AUTO_FREE char *data = NULL;
	AUTO_CLOSE int fd = -1;
	size_t len = 0, room = 0;

	fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	for (;;) {
		ssize_t got;

		if (len == room) {
			char *bigger;

			room = room ? room * 2 : 4096;
			bigger = realloc(data, room + 1);
			if (!bigger)
				return -ENOMEM;
			data = bigger;
		}
		got = read(fd, data + len, room - len);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (!got)
			break;
		len += (size_t)got;
		if (len > max)
			return -EFBIG;
	}
	data[len] = '\0';
	*ret_data = steal_ptr(data);
	if (ret_len)
		*ret_len = len;
	return 0;
}

int file_read_line(const char *path, char *buf, size_t len)
{
	AUTO_CLOSE int fd = -1;
	ssize_t got;

	buf[0] = '\0';
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	got = read(fd, buf, len - 1);
	if (got < 0) {
		buf[0] = '\0';
		return -errno;
	}
	buf[got] = '\0';
	buf[strcspn(buf, "\n")] = '\0';
	return 0;
}

int file_poke(const char *path, const char *text)
{
	AUTO_CLOSE int fd = open(path, O_WRONLY | O_CLOEXEC);
	size_t len = strlen(text);
	ssize_t put;

	if (fd < 0)
		return -errno;
	put = write(fd, text, len);
	if (put < 0)
		return -errno;
	return (size_t)put == len ? 0 : -EIO;
}

int file_write_all(int fd, const void *data, size_t len)
{
	const char *p = data;

	while (len) {
		ssize_t put = write(fd, p, len);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -errno;
		p += put;
		len -= (size_t)put;
	}
	return 0;
}

/* The new content under its temporary name, on the medium. */
static int write_temporary(int dirfd, const char *temporary, const void *data, size_t len)
{
	AUTO_CLOSE int fd = -1;
	int r;

	fd = openat(dirfd, temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0666);
	if (fd < 0)
		return -errno;
	r = file_write_all(fd, data, len);
	if (!r && fsync(fd))
		r = -errno;
	return r;
}

int file_write_atomic(int dirfd, const char *name, const void *data, size_t len)
{
	char temporary[NAME_MAX];
	int r;

	if (snprintf(temporary, sizeof(temporary), "%s.tmp", name) >= (int)sizeof(temporary))
		return -ENAMETOOLONG;
	r = write_temporary(dirfd, temporary, data, len);
	if (!r && renameat(dirfd, temporary, dirfd, name))
		r = -errno;
	if (!r && dirfd != AT_FDCWD && fsync(dirfd))
		r = -errno;
	if (r)
		unlinkat(dirfd, temporary, 0);
	return r;
}

static bool is_zero(const char *data, size_t len)
{
	return !data[0] && !memcmp(data, data + 1, len - 1);
}

/* Copies [@start, @end) of both descriptors' files; where zeros are, @out has a hole. */
static int copy_range(int in, int out, off_t start, off_t end)
{
	char chunk[65536];

	while (start < end) {
		size_t want = end - start < (off_t)sizeof(chunk) ? (size_t)(end - start)
								 : sizeof(chunk);
		ssize_t got = pread(in, chunk, want, start);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got ? -errno : -EIO;
		if (!is_zero(chunk, (size_t)got)) {
			ssize_t put = pwrite(out, chunk, (size_t)got, start);

			if (put != got)
				return put < 0 ? -errno : -ENOSPC;
		}
		start += got;
	}
	return 0;
}

int file_copy_sparse(const char *from, const char *to)
{
	AUTO_CLOSE int in = open(from, O_RDONLY | O_CLOEXEC);
	AUTO_CLOSE int out = -1;
	struct stat st;
	off_t start = 0;
	int r = 0;

	if (in < 0 || fstat(in, &st))
		return -errno;
	out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (out < 0 || ftruncate(out, st.st_size))
		return -errno;
	while (!r && (start = lseek(in, start, SEEK_DATA)) >= 0) {
		off_t end = lseek(in, start, SEEK_HOLE);

		if (end < 0)
			return -errno;
		r = copy_range(in, out, start, end);
		start = end;
	}
	return r;
}

static int copy_durably(const char *from, const char *to)
{
	AUTO_CLOSE int fd = -1;
	int r = file_copy_sparse(from, to);

	if (r)
		return r;
	fd = open(to, O_RDONLY | O_CLOEXEC);
	return fd < 0 || fsync(fd) ? -errno : 0;
}

int file_copy_atomic(const char *from, const char *to)
{
	char temporary[PATH_MAX];
	int r;

	if (snprintf(temporary, sizeof(temporary), "%s.tmp", to) >= (int)sizeof(temporary))
		return -ENAMETOOLONG;
	r = copy_durably(from, temporary);
	if (!r && rename(temporary, to))
		r = -errno;
	if (r)
		unlink(temporary);
	return r;
}

int file_mkdirs(const char *path, mode_t mode)
{
	char part[PATH_MAX];

	if (snprintf(part, sizeof(part), "%s", path) >= (int)sizeof(part))
		return -ENAMETOOLONG;
	for (char *slash = strchr(part + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(part, mode) && errno != EEXIST)
			return -errno;
		*slash = '/';
	}
	if (mkdir(part, mode) && errno != EEXIST)
		return -errno;
	return 0;
}

static int remove_children(int dirfd)
{
	AUTO_CLOSEDIR DIR *dir = NULL;
	struct dirent *entry;
	int fd = dup(dirfd);
	int r = 0;

	if (fd < 0)
		return -errno;
	dir = fdopendir(fd);
	if (!dir) {
		r = -errno;
		close(fd);
		return r;
	}
	while (!r && (entry = readdir(dir))) {
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		r = file_remove_tree(dirfd, entry->d_name);
	}
	return r;
}

int file_remove_tree(int dirfd, const char *path)
{
	AUTO_CLOSE int fd = -1;
	struct stat parent, self;
	int r;

	if (!unlinkat(dirfd, path, 0))
		return 0;
	if (errno != EISDIR && errno != EPERM)
		return -errno;
	fd = openat(dirfd, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (dirfd != AT_FDCWD && !fstat(dirfd, &parent) && !fstat(fd, &self) &&
	    parent.st_dev != self.st_dev)
		return -EXDEV;
	r = remove_children(fd);
	if (!r && unlinkat(dirfd, path, AT_REMOVEDIR))
		r = -errno;
	return r;
}
