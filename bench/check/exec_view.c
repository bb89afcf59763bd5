// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/check/exec_view.h"
#include "emulate/guest.h"
#include "lib/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define OURS "/job" /* and in the view a place for the copies */

static int make_nodes(void)
{
	static const struct {
		const char *name;
		unsigned int minor;
	} nodes[] = { { "/dev/null", 3 },
		      { "/dev/zero", 5 },
		      { "/dev/full", 7 },
		      { "/dev/random", 8 },
		      { "/dev/urandom", 9 } };

	for (size_t i = 0; i < sizeof(nodes) / sizeof(nodes[0]); i++)
		if (mknod(nodes[i].name, S_IFCHR | 0666, makedev(1, nodes[i].minor)))
			return -1;
	return mkdir("/dev/shm", 01777) || symlink("/proc/self/fd", "/dev/fd") ? -1 : 0;
}

/* ---- copies ---- */

static int copy_tree(const char *from, const char *to);

static int copy_link(const char *from, const char *to)
{
	char target[PATH_MAX];
	ssize_t n = readlink(from, target, sizeof(target) - 1);

	if (n < 0)
		return -1;
	target[n] = '\0';
	return symlink(target, to);
}

static int copy_one(const char *from, const char *to)
{
	struct stat st;
	int r;

	if (lstat(from, &st))
		return -1;
	if (S_ISDIR(st.st_mode))
		return mkdir(to, st.st_mode & 07777) ? -1 : copy_tree(from, to);
	if (S_ISLNK(st.st_mode))
		return copy_link(from, to);
	if (!S_ISREG(st.st_mode))
		return 0;
	r = file_copy_sparse(from, to);
	errno = -r;
	return r ? -1 : chmod(to, st.st_mode & 07777);
}

/* All that is in the directory @from, into @to, which is there. */
static int copy_tree(const char *from, const char *to)
{
	char source[PATH_MAX], copy[PATH_MAX];
	DIR *d = opendir(from);
	const struct dirent *entry;
	int r = d ? 0 : -1;

	while (!r && (entry = readdir(d))) {
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		snprintf(source, sizeof(source), "%s/%s", from, entry->d_name);
		snprintf(copy, sizeof(copy), "%s/%s", to, entry->d_name);
		r = copy_one(source, copy);
	}
	if (d)
		closedir(d);
	return r;
}

static bool has_own_mount(const char *name, const char *program)
{
	static const char *const names[] = { "proc", "sys", "dev", "mnt", "job", "tmp", "run" };
	size_t len = strlen(name);

	/* What lies over it was taken away. */
	if (!strncmp(program + 1, name, len) && program[1 + len] == '/')
		return false;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(name, names[i]))
			return true;
	return false;
}

/* The directory of that name below / becomes a copy. */
static int replace(const char *name)
{
	char from[PATH_MAX], copy[PATH_MAX];
	struct stat st;

	snprintf(from, sizeof(from), "/%s", name);
	snprintf(copy, sizeof(copy), OURS "/%s", name);
	if (lstat(from, &st))
		return -1;
	if (!S_ISDIR(st.st_mode))
		return 0;
	if (mkdir(copy, st.st_mode & 07777) || copy_tree(from, copy))
		return -1;
	return mount(copy, from, NULL, MS_BIND, NULL);
}

static int replace_all(const char *program)
{
	DIR *d = opendir("/");
	const struct dirent *entry;
	int r = d ? 0 : -1;

	while (!r && (entry = readdir(d)))
		if (entry->d_name[0] != '.' && !has_own_mount(entry->d_name, program))
			r = replace(entry->d_name);
	if (d)
		closedir(d);
	return r;
}

/* ---- the view ---- */

/* What is in the archive below /tmp and /run lies under what init mounts there. */
static int uncover(const char *program)
{
	if (!strncmp(program, "/tmp/", 5))
		return umount2("/tmp", MNT_DETACH);
	return strncmp(program, "/run/", 5) ? 0 : umount2("/run", MNT_DETACH);
}

int exec_view_enter(const char *program)
{
	umask(0);
	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("daxbench", "/dev", "tmpfs", MS_NOSUID, "mode=755") || make_nodes())
		return -1;
	if (guest_is_collected() &&
	    (mount("daxbench", OURS, "tmpfs", MS_NOSUID, "mode=700,size=90%") || uncover(program) ||
	     replace_all(program)))
		return -1;
	umask(022);
	return 0;
}
