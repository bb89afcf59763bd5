// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/target/leftover.h"
#include "bench/target/guard_rules.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/proc.h"

#include <blkid/blkid.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <libmount/libmount.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <tracefs/tracefs.h>

#define TRACE_PREFIX "daxbench-"
#define DM_PREFIX    "DAXBENCH-"
#define DM_TIMEOUT   30000 /* ms */

struct sweep {
	bool remove;
	void (*say)(void *data, const char *what);
	void *data;
	struct err *e;
};

bool leftover_is_stale(const char *name)
{
	const char *digits = name + strlen(TRACE_PREFIX);
	char *end;
	long pid;

	if (strncmp(name, TRACE_PREFIX, strlen(TRACE_PREFIX)) != 0)
		return false;
	errno = 0;
	pid = strtol(digits, &end, 10);
	if (errno || end == digits || *end || pid <= 0 || pid > INT_MAX)
		return false;
	return kill((pid_t)pid, 0) && errno == ESRCH;
}

/* Removing its directory ends an instance. */
static int sweep_traces(const struct sweep *s)
{
	const char *tracing = tracefs_tracing_dir();
	AUTO_CLOSEDIR DIR *dir = NULL;
	char path[PATH_MAX];
	struct dirent *entry;

	if (!tracing)
		return 0;
	snprintf(path, sizeof(path), "%s/instances", tracing);
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		char instance[PATH_MAX + NAME_MAX + 2];

		if (!leftover_is_stale(entry->d_name))
			continue;
		snprintf(instance, sizeof(instance), "%s/%s", path, entry->d_name);
		s->say(s->data, instance);
		if (s->remove && unlinkat(dirfd(dir), entry->d_name, AT_REMOVEDIR))
			return err_sys(s->e, -errno, instance, "remove");
	}
	return 0;
}

/* A mount of a device that holds a file system which daxbench made. */
static bool is_own_mount(struct libmnt_fs *fs)
{
	const char *source = mnt_fs_get_source(fs), *type = mnt_fs_get_fstype(fs), *label;
	blkid_probe probe;
	bool own;

	if (!source || source[0] != '/' || !type)
		return false;
	/* Not blkid_get_tag_value(): it writes a cache. */
	probe = blkid_new_probe_from_filename(source);
	if (!probe)
		return false;
	blkid_probe_set_superblocks_flags(probe, BLKID_SUBLKS_LABEL);
	own = !blkid_do_safeprobe(probe) &&
	      !blkid_probe_lookup_value(probe, "LABEL", &label, NULL) &&
	      guard_is_own_content(type, label);
	blkid_free_probe(probe);
	return own;
}

static int sweep_mounts(const struct sweep *s)
{
	struct libmnt_table *table = mnt_new_table_from_file("/proc/self/mountinfo");
	struct libmnt_iter *iter = mnt_new_iter(MNT_ITER_BACKWARD);
	struct libmnt_fs *fs;
	int r = 0;

	while (table && iter && !r && !mnt_table_next_fs(table, iter, &fs)) {
		const char *dir = mnt_fs_get_target(fs);
		char what[PATH_MAX + 64];

		if (!is_own_mount(fs))
			continue;
		snprintf(what, sizeof(what), "%s: mount of %s", dir, mnt_fs_get_source(fs));
		s->say(s->data, what);
		if (s->remove && umount2(dir, UMOUNT_NOFOLLOW))
			r = err_sys(s->e, -errno, dir, "unmount");
	}
	mnt_free_iter(iter);
	mnt_unref_table(table);
	return r;
}

static int remove_dm(const char *name, struct err *e)
{
	char *argv[] = { (char *)"dmsetup", (char *)"remove", (char *)"--retry", (char *)name,
			 NULL };

	return proc_run(argv, NULL, 0, DM_TIMEOUT, e);
}

static int sweep_dm(const struct sweep *s)
{
	glob_t found;
	int r = 0;

	if (glob("/sys/block/dm-*/dm/uuid", 0, NULL, &found))
		return 0;
	for (size_t i = 0; !r && i < found.gl_pathc; i++) {
		char uuid[160], name[160], path[PATH_MAX], what[400];
		size_t dir = strlen(found.gl_pathv[i]) - strlen("uuid");

		snprintf(path, sizeof(path), "%.*sname", (int)dir, found.gl_pathv[i]);
		if (file_read_line(found.gl_pathv[i], uuid, sizeof(uuid)) ||
		    strncmp(uuid, DM_PREFIX, strlen(DM_PREFIX)) != 0 ||
		    file_read_line(path, name, sizeof(name)))
			continue;
		snprintf(what, sizeof(what), "/dev/mapper/%s: device-mapper, %s", name, uuid);
		s->say(s->data, what);
		if (s->remove)
			r = remove_dm(name, s->e);
	}
	globfree(&found);
	return r;
}

/* What lies on top goes first. */
int leftover_each(bool remove, void (*say)(void *data, const char *what), void *data, struct err *e)
{
	const struct sweep s = { .remove = remove, .say = say, .data = data, .e = e };
	int r = sweep_traces(&s);

	if (!r)
		r = sweep_mounts(&s);
	return r ? r : sweep_dm(&s);
}
