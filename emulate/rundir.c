// SPDX-License-Identifier: GPL-2.0-or-later
#include "emulate/rundir.h"
#include "emulate/emulate.h"
#include "lib/cleanup.h"
#include "lib/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/file.h>

#define BASE "build/run"

/* Held while directories are made or removed, so that none is taken before it is locked. */
static int lock_base(struct err *e)
{
	int fd, r = file_mkdirs(BASE, 0777);

	if (r)
		return err_sys(e, r, BASE, "make the directory");
	fd = open(BASE, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(e, -errno, BASE, "open");
	while (flock(fd, LOCK_EX))
		if (errno != EINTR) {
			r = err_sys(e, -errno, BASE, "lock");
			close(fd);
			return r;
		}
	return fd;
}

int rundir_make(struct rundir *ret, struct err *e)
{
	AUTO_CLOSE int base = lock_base(e);

	ret->lock_fd = -1;
	if (base < 0)
		return base;
	snprintf(ret->path, sizeof(ret->path), BASE "/XXXXXX");
	if (!mkdtemp(ret->path))
		return err_sys(e, -errno, BASE, "make a directory in it");
	ret->lock_fd = open(ret->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (ret->lock_fd < 0 || flock(ret->lock_fd, LOCK_EX | LOCK_NB)) {
		int r = err_sys(e, -errno, ret->path, "lock");

		rundir_release(ret);
		return r;
	}
	return 0;
}

int rundir_file(const struct rundir *d, const char *name, unsigned long long bytes, struct err *e)
{
	AUTO_CLOSE int fd = openat(d->lock_fd, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0)
		return err_sys(e, -errno, name, "create the backing file");
	if (ftruncate(fd, (off_t)bytes))
		return err_sys(e, -errno, name, "size the backing file");
	return 0;
}

void rundir_release(struct rundir *d)
{
	if (d->path[0])
		file_remove_tree(AT_FDCWD, d->path);
	if (d->lock_fd >= 0)
		close(d->lock_fd);
	d->path[0] = '\0';
	d->lock_fd = -1;
}

static bool is_left_over(int base, const char *name)
{
	AUTO_CLOSE int fd = openat(base, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	return fd >= 0 && !flock(fd, LOCK_EX | LOCK_NB);
}

int emulate_clean(bool remove, void (*say)(void *data, const char *path), void *data, struct err *e)
{
	AUTO_CLOSEDIR DIR *dir = NULL;
	AUTO_CLOSE int base = -1;
	struct dirent *entry;
	int r = 0;

	if (access(BASE, F_OK))
		return 0;
	base = lock_base(e);
	if (base < 0)
		return base;
	dir = opendir(BASE);
	if (!dir)
		return err_sys(e, -errno, BASE, "read");
	while (!r && (entry = readdir(dir))) {
		char path[PATH_MAX];

		if (entry->d_name[0] == '.' || !is_left_over(base, entry->d_name))
			continue;
		snprintf(path, sizeof(path), BASE "/%s", entry->d_name);
		if (say)
			say(data, path);
		if (remove)
			r = file_remove_tree(AT_FDCWD, path);
		if (r)
			err_sys(e, r, path, "remove");
	}
	return r;
}
