// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kernel's exclusive open is the strongest rule: it sees mounts in other
 * namespaces, swap, device-mapper, md and file systems with several devices.
 * The rules before it exist to say what it is that holds the device, and those
 * after it for what the kernel does not hold at all: a loop device or a
 * program on top of it, and data that nobody has open.
 *
 * What cannot be looked up is no "no": each rule refuses then.
 */
#include "bench/target/guard_rules.h"
#include "lib/cleanup.h"
#include "lib/file.h"

#include <blkid/blkid.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <libmount/libmount.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#define OUR_LABEL "daxbench"

void guard_sysfs(const struct guard_identity *id, const char *leaf, char *buf, size_t len)
{
	snprintf(buf, len, "/sys/dev/%s/%u:%u/%s", id->character ? "char" : "block", major(id->dev),
		 minor(id->dev), leaf);
}

/* Is @dev the device @id itself, or a partition of it? */
static bool is_part_of(dev_t dev, dev_t device)
{
	dev_t disk = dev;

	if (dev == device)
		return true;
	/* Major 0: a file system without a device of its own. */
	return major(dev) && !blkid_devno_to_wholedisk(dev, NULL, 0, &disk) && disk == device;
}

/* ---- mounts, in every namespace that can be seen ---- */

int guard_find_mount(const char *path, dev_t dev, char *ret_dir, size_t len)
{
	struct libmnt_table *table = mnt_new_table_from_file(path);
	struct libmnt_iter *iter = mnt_new_iter(MNT_ITER_FORWARD);
	struct libmnt_fs *fs;
	int found = table && iter ? 0 : -EIO;

	while (!found && !mnt_table_next_fs(table, iter, &fs)) {
		if (!is_part_of(mnt_fs_get_devno(fs), dev))
			continue;
		snprintf(ret_dir, len, "%s", mnt_fs_get_target(fs));
		found = 1;
	}
	mnt_free_iter(iter);
	mnt_unref_table(table);
	return found;
}

/*
 * The mount namespace of @pid as a text that tells it from others. False where
 * the process is gone or not ours to look at: O_EXCL answers for those.
 */
static bool read_namespace(const char *pid, char *buf, size_t len)
{
	char path[64];
	ssize_t got;

	snprintf(path, sizeof(path), "/proc/%.20s/ns/mnt", pid);
	got = readlink(path, buf, len - 1);
	if (got <= 0)
		return false;
	buf[got] = '\0';
	return true;
}

/* Remembers namespaces that were looked at: most processes share one. */
struct seen {
	char text[64][32];
	size_t n;
};

static bool seen_before(struct seen *seen, const char *namespace)
{
	for (size_t i = 0; i < seen->n; i++)
		if (!strcmp(seen->text[i], namespace))
			return true;
	if (seen->n < sizeof(seen->text) / sizeof(seen->text[0]))
		snprintf(seen->text[seen->n++], sizeof(seen->text[0]), "%s", namespace);
	return false;
}

static int refuse_mount(const struct guard_identity *id, const char *dir, const char *pid,
			struct err *e)
{
	if (pid)
		err_set(e, -EBUSY, id->path, "is mounted on %s, as process %s sees it", dir, pid);
	else
		err_set(e, -EBUSY, id->path, "is mounted on %s", dir);
	return err_hint(e, "unmount it or give another device");
}

static int check_other_namespaces(const struct guard_identity *id, struct err *e)
{
	AUTO_CLOSEDIR DIR *proc = opendir("/proc");
	char namespace[32], path[64], dir[PATH_MAX];
	struct seen seen = { .n = 0 };
	struct dirent *entry;

	if (!proc)
		return err_sys(e, -errno, "/proc", "read the processes");
	if (read_namespace("self", namespace, sizeof(namespace)))
		seen_before(&seen, namespace);
	while ((entry = readdir(proc))) {
		if (!isdigit((unsigned char)entry->d_name[0]) ||
		    !read_namespace(entry->d_name, namespace, sizeof(namespace)) ||
		    seen_before(&seen, namespace))
			continue;
		snprintf(path, sizeof(path), "/proc/%.20s/mountinfo", entry->d_name);
		if (guard_find_mount(path, id->dev, dir, sizeof(dir)) > 0)
			return refuse_mount(id, dir, entry->d_name, e);
	}
	return 0;
}

static int check_mounts(const struct guard_identity *id, struct err *e)
{
	char dir[PATH_MAX];
	int found = guard_find_mount("/proc/self/mountinfo", id->dev, dir, sizeof(dir));

	if (found < 0)
		return err_set(e, found, "/proc/self/mountinfo", "cannot be read");
	return found ? refuse_mount(id, dir, NULL, e) : check_other_namespaces(id, e);
}

/* ---- other users that the kernel names ---- */

static int check_swap(const struct guard_identity *id, struct err *e)
{
	AUTO_FREE char *text = NULL;
	char *rest, *line;
	int r = file_read(AT_FDCWD, "/proc/swaps", 1 << 20, &text, NULL);

	if (r == -ENOENT)
		return 0; /* a kernel without swap */
	if (r)
		return err_sys(e, r, "/proc/swaps", "read");
	for (rest = text; (line = strsep(&rest, "\n"));) {
		struct stat st;

		line[strcspn(line, " \t")] = '\0';
		if (line[0] != '/' || stat(line, &st) || !S_ISBLK(st.st_mode) ||
		    !is_part_of(st.st_rdev, id->dev))
			continue;
		err_set(e, -EBUSY, id->path, "is used as swap (%s)", line);
		return err_hint(e, "swapoff %s, or give another device", line);
	}
	return 0;
}

/* device-mapper, md, bcache: whoever is stacked on it is a link in holders/. */
static int check_holders(const struct guard_identity *id, struct err *e)
{
	AUTO_CLOSEDIR DIR *holders = NULL;
	char path[PATH_MAX];
	struct dirent *entry;

	guard_sysfs(id, "holders", path, sizeof(path));
	holders = opendir(path);
	if (!holders)
		return err_sys(e, -errno, path, "read");
	while ((entry = readdir(holders))) {
		if (entry->d_name[0] == '.')
			continue;
		err_set(e, -EBUSY, id->path, "is held by %s", entry->d_name);
		return err_hint(e, "take %s down or give another device", entry->d_name);
	}
	return 0;
}

/* A loop device holds its backing file open, but not exclusively: nothing else tells. */
static int check_loops(const struct guard_identity *id, struct err *e)
{
	char backing[PATH_MAX];
	struct stat st;
	int r = 0;
	glob_t found;

	if (glob("/sys/block/loop*/loop/backing_file", 0, NULL, &found))
		return 0;
	for (size_t i = 0; !r && i < found.gl_pathc; i++) {
		const char *name = found.gl_pathv[i] + strlen("/sys/block/");
		int len = (int)strcspn(name, "/");

		if (file_read_line(found.gl_pathv[i], backing, sizeof(backing)) ||
		    stat(backing, &st) || !S_ISBLK(st.st_mode) || !is_part_of(st.st_rdev, id->dev))
			continue;
		err_set(e, -EBUSY, id->path, "is what /dev/%.*s is made of", len, name);
		r = err_hint(e, "losetup -d /dev/%.*s, or give another device", len, name);
	}
	globfree(&found);
	return r;
}

static int check_partitions(const struct guard_identity *id, struct err *e)
{
	AUTO_CLOSEDIR DIR *self = NULL;
	char path[PATH_MAX];
	struct dirent *entry;

	guard_sysfs(id, "", path, sizeof(path));
	self = opendir(path);
	if (!self)
		return err_sys(e, -errno, path, "read");
	while ((entry = readdir(self))) {
		char part[NAME_MAX + sizeof("/partition")];

		snprintf(part, sizeof(part), "%s/partition", entry->d_name);
		if (entry->d_name[0] == '.' || faccessat(dirfd(self), part, F_OK, 0))
			continue;
		err_set(e, -EBUSY, id->path, "has partitions (%s)", entry->d_name);
		return err_hint(e, "give one without, or remove its partition table");
	}
	return 0;
}

static int check_writable(const struct guard_identity *id, struct err *e)
{
	char path[PATH_MAX], text[8];
	int r;

	guard_sysfs(id, "ro", path, sizeof(path));
	r = file_read_line(path, text, sizeof(text));
	if (r)
		return err_sys(e, r, path, "read");
	if (text[0] == '0')
		return 0;
	err_set(e, -EROFS, id->path, "is read-only");
	return err_hint(e, "blockdev --setrw %s, or give another device", id->path);
}

/* For writing too: who may not write is told so here and not by mkfs. */
static int check_exclusive(const struct guard_identity *id, struct err *e)
{
	AUTO_CLOSE int fd = open(id->path, O_RDWR | O_EXCL | O_CLOEXEC);
	int r = -errno;

	if (fd >= 0)
		return 0;
	if (r == -EBUSY) {
		err_set(e, r, id->path, "is in use: the kernel does not open it exclusively");
		return err_hint(e, "find who has it (lsof, lsblk), or give another device");
	}
	err_sys(e, r, id->path, "open for writing");
	return r == -EACCES ? err_hint(e, "writing a device needs root") : r;
}

/* ---- programs that have it open ---- */

/*
 * Has process @pid the device among its descriptors (@what "fd") or mappings
 * ("map_files", which outlive the descriptor)? The link's own mode tells how:
 * a reader of a block device (udev, blkid) comes and goes and harms nothing.
 */
static bool has_open(const char *pid, const char *what, const struct guard_identity *id)
{
	AUTO_CLOSEDIR DIR *dir = NULL;
	char path[64];
	struct dirent *entry;

	snprintf(path, sizeof(path), "/proc/%.20s/%s", pid, what);
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		struct stat st, link;

		if (fstatat(dirfd(dir), entry->d_name, &st, 0) || st.st_rdev != id->dev ||
		    (id->character ? !S_ISCHR(st.st_mode) : !S_ISBLK(st.st_mode)))
			continue;
		if (id->character ||
		    (!fstatat(dirfd(dir), entry->d_name, &link, AT_SYMLINK_NOFOLLOW) &&
		     link.st_mode & S_IWUSR))
			return true;
	}
	return false;
}

static int check_openers(const struct guard_identity *id, struct err *e)
{
	AUTO_CLOSEDIR DIR *proc = opendir("/proc");
	struct dirent *entry;
	char self[16];

	if (!proc)
		return err_sys(e, -errno, "/proc", "read the processes");
	snprintf(self, sizeof(self), "%d", (int)getpid());
	while ((entry = readdir(proc))) {
		if (!isdigit((unsigned char)entry->d_name[0]) || !strcmp(entry->d_name, self))
			continue;
		if (!has_open(entry->d_name, "fd", id) && !has_open(entry->d_name, "map_files", id))
			continue;
		err_set(e, -EBUSY, id->path, "is used by process %s", entry->d_name);
		return err_hint(e, "end it or give another device");
	}
	return 0;
}

/* ---- what is on it ---- */

bool guard_is_own_content(const char *type, const char *label)
{
	return !strcmp(label, OUR_LABEL) &&
	       (!strcmp(type, "ext4") || !strcmp(type, "ext2") || !strcmp(type, "xfs"));
}

static int judge_content(const struct guard_identity *id, blkid_probe probe, struct err *e)
{
	const char *type = "", *label = "", *table = "";

	blkid_probe_lookup_value(probe, "PTTYPE", &table, NULL);
	blkid_probe_lookup_value(probe, "TYPE", &type, NULL);
	blkid_probe_lookup_value(probe, "LABEL", &label, NULL);
	if (!table[0] && guard_is_own_content(type, label))
		return 0;
	if (!type[0])
		return err_set(e, -EEXIST, id->path, "holds a partition table (%s)", table);
	return err_set(e, -EEXIST, id->path, "holds %s%s%s, which is not ours", type,
		       label[0] ? " labelled " : "", label);
}

/*
 * A superblock whose checksum is wrong counts too: damaged data is data. And
 * several kinds at once are refused even if one of them is ours.
 */
static int check_contents(const struct guard_identity *id, struct err *e)
{
	blkid_probe probe = blkid_new_probe_from_filename(id->path);
	int r = 0;

	if (!probe)
		return err_sys(e, errno ? -errno : -EIO, id->path, "look for what is on it");
	blkid_probe_enable_partitions(probe, 1);
	blkid_probe_enable_superblocks(probe, 1);
	blkid_probe_set_superblocks_flags(probe, BLKID_SUBLKS_TYPE | BLKID_SUBLKS_LABEL |
							 BLKID_SUBLKS_BADCSUM);
	switch (blkid_do_safeprobe(probe)) {
	case 0:
		r = judge_content(id, probe, e);
		break;
	case 1:
		break;
	case -2:
		r = err_set(e, -EEXIST, id->path, "holds signatures of several kinds");
		break;
	default:
		r = err_set(e, -EIO, id->path, "cannot be read to see what is on it");
	}
	blkid_free_probe(probe);
	if (r == -EEXIST)
		err_hint(e, "if all of it may go: wipefs -a %s", id->path);
	return r;
}

static int check_size(const struct guard_identity *id, struct err *e)
{
	if (id->size >= GUARD_MIN_BYTES)
		return 0;
	err_set(e, -ENOSPC, id->path, "is too small: %llu MiB",
		(unsigned long long)(id->size >> 20));
	return err_hint(e, "at least %llu MiB are needed", GUARD_MIN_BYTES >> 20);
}

const struct guard_rule guard_rules[] = {
	{ "mounted", "no", true, false, check_mounts },
	{ "swap", "no", true, false, check_swap },
	{ "holders", "none", true, false, check_holders },
	{ "loop", "no", true, false, check_loops },
	{ "partitions", "none", true, false, check_partitions },
	{ "writable", "yes", true, false, check_writable },
	{ "exclusive", "yes", true, false, check_exclusive },
	{ "used by", "nobody", true, true, check_openers },
	{ "contents", "nothing, or ours", true, false, check_contents },
	{ "size", "enough", true, false, check_size },
	{ NULL, NULL, false, false, NULL },
};

bool guard_rule_applies(const struct guard_rule *rule, const struct guard_identity *id)
{
	return id->character ? rule->for_devdax : rule->for_block;
}

/* ---- locks ---- */

/* A line: "1: FLOCK  ADVISORY  WRITE 1234 00:05:517 0 EOF", the device in hexadecimal. */
long guard_lock_holder(const char *locks, dev_t dev, ino_t ino, bool *ret_shared)
{
	char where[64], kind[16], mode[16], place[64];
	long pid;

	snprintf(where, sizeof(where), "%02x:%02x:%llu", major(dev), minor(dev),
		 (unsigned long long)ino);
	for (const char *line = locks; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (sscanf(line, "%*d: %15s %*s %15s %ld %63s", kind, mode, &pid, place) != 4 ||
		    strcmp(kind, "FLOCK") != 0 || strcmp(place, where) != 0)
			continue;
		*ret_shared = !strcmp(mode, "READ");
		return pid;
	}
	*ret_shared = false;
	return 0;
}
