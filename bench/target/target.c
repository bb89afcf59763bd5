// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A device is made into a file system in a private mount namespace: however
 * this process ends, the kernel unmounts with its last member.
 */
#include "bench/target/target_state.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <time.h>

#define MOUNT_POINT TARGET_MOUNT_POINT

static int target_mkfs(struct target *t, struct err *e)
{
	int r = guard_recheck(&t->claims->data, e);

	if (!r && t->kind->realtime)
		r = guard_recheck(&t->claims->rt, e);
	return r ? r
		 : mkfs_make(t->kind, t->device, t->rt_device, t->seed, t->mkfs, sizeof(t->mkfs),
			     e);
}

static bool is_partition(const char *device)
{
	const char *base = strrchr(device, '/');
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "/sys/class/block/%s/partition", base ? base + 1 : device);
	return !access(path, F_OK);
}

/* Sector mode, or no pmem at all. A partition does not say: its disk does. */
static bool has_no_dax(const char *device)
{
	const char *base = strrchr(device, '/');
	char path[PATH_MAX], text[8];

	snprintf(path, sizeof(path), "/sys/class/block/%s/queue/dax", base ? base + 1 : device);
	return !file_read_line(path, text, sizeof(text)) && text[0] == '0';
}

/* Debian's kernels have no ext2: their ext4 mounts it, where its module is there. */
static int lacks_driver(const struct target *t, struct err *e)
{
	err_set(e, -EOPNOTSUPP, t->device, "the running kernel has no driver %s of its own",
		t->kind->driver);
	return err_hint(e, "give a --kernel with CONFIG_EXT2_FS");
}

/*
 * Why a mount failed with @r. What no kernel does is no failure of this run: -EOPNOTSUPP
 * (XFS on a partition: fs/xfs/xfs_super.c, xfs_setup_dax_always()).
 */
static int explain_mount(const struct target *t, int r, struct err *e)
{
	err_set(e, r, t->device, "mount -t %s -o %s: %s", t->kind->driver, t->mount_options,
		strerror(-r));
	if (r == -EINVAL && t->kind->reflink && is_partition(t->device)) {
		r = err_set(e, -EOPNOTSUPP, t->device,
			    "is a partition: Linux has no DAX on one for XFS with reflink");
		err_hint(e, "--fs xfs-noreflink");
	} else if ((r == -EINVAL || r == -EOPNOTSUPP) && has_no_dax(t->device)) {
		r = err_set(e, -EOPNOTSUPP, t->device, "is a device without DAX");
		err_hint(e, "give one of an fsdax namespace");
	} else if (r == -EOPNOTSUPP || r == -EINVAL) {
		err_hint(e, "the kernel log has the reason; DAX needs an fsdax namespace");
	} else if (r == -ENODEV && !strcmp(t->kind->driver, "ext2")) {
		r = lacks_driver(t, e);
	} else if (r == -ENODEV) {
		err_hint(e, "the running kernel has no %s: load its module (modprobe %s)",
			 t->kind->driver, t->kind->driver);
	}
	return r;
}

static int target_mount(struct target *t, struct err *e)
{
	struct stat st;

	if (mount(t->device, MOUNT_POINT, t->kind->driver, 0, t->mount_options))
		return explain_mount(t, -errno, e);
	t->mounted = true;
	t->dev = stat(MOUNT_POINT, &st) ? 0 : st.st_dev;
	return 0;
}

/* As this process left it, and as no workload in another has changed it? */
static bool is_as_mounted(const struct target *t)
{
	struct statvfs vfs;
	struct stat st;

	return !stat(MOUNT_POINT, &st) && st.st_dev == t->dev && !statvfs(MOUNT_POINT, &vfs) &&
	       !(vfs.f_flag & ST_RDONLY);
}

/* What a workload that ended between two dx_env_ calls left unmounted or read-only. */
static void mend_mount(struct target *t)
{
	struct stat st;

	if (!t->mounted || t->which != TARGET_FS || is_as_mounted(t))
		return;
	if (!stat(MOUNT_POINT, &st) && st.st_dev == t->dev)
		mount(NULL, MOUNT_POINT, NULL, MS_REMOUNT, t->mount_options);
	else
		target_mount(t, NULL);
}

/* A file that a killed child has still open can hold the mount for a moment. */
static int target_umount(struct target *t)
{
	static const struct timespec pause = { .tv_nsec = 10000000 };

	for (int tries = 0; umount(MOUNT_POINT); tries++) {
		if (errno != EBUSY || tries == 50)
			return -errno;
		nanosleep(&pause, NULL);
	}
	t->mounted = false;
	return 0;
}

int target_enter_private_namespace(struct err *e)
{
	static bool entered;

	if (entered)
		return 0;
	if (unshare(CLONE_NEWNS)) {
		err_sys(e, -errno, "mount namespace", "unshare");
		return err_hint(e, "a device needs root; or use --target DIR");
	}
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		return err_sys(e, -errno, "/", "make the mount tree private");
	entered = true;
	return 0;
}

static int open_device(struct target *t, struct err *e)
{
	int r = target_enter_private_namespace(e);

	if (!r)
		r = target_mkfs(t, e);
	if (!r)
		r = target_mount(t, e);
	return r;
}

static int open_directory(struct target *t, const struct target_spec *spec, struct err *e)
{
	struct stat st;

	if (stat(spec->dir, &st))
		return err_sys(e, -errno, spec->dir, "open as a target");
	if (!S_ISDIR(st.st_mode)) {
		err_set(e, -ENOTDIR, spec->dir, "open as a target: not a directory");
		return err_hint(e, "for a device: --device");
	}
	if (access(spec->dir, W_OK | X_OK))
		return err_sys(e, -errno, spec->dir, "write in the target");
	if (!realpath(spec->dir, t->dir))
		return err_sys(e, -errno, spec->dir, "realpath");
	return 0;
}

static int choose_kind(struct target *t, const struct target_spec *spec, struct err *e)
{
	t->kind = mkfs_find(spec->fs);
	if (!t->kind)
		return err_set(e, -EINVAL, spec->fs, "no such file system here; there are %s",
			       mkfs_names());
	snprintf(t->fs, sizeof(t->fs), "%s", t->kind->name);
	if (t->kind->realtime && !spec->rt_device)
		return err_set(e, -EINVAL, spec->fs, "wants a second device: --rt DEV");
	if (t->kind->realtime)
		snprintf(t->rt_device, sizeof(t->rt_device), "%s", spec->rt_device);
	mkfs_mount_options(t->kind, spec->rt_device, t->mount_options, sizeof(t->mount_options));
	return 0;
}

/* Device-dax is characters to the kernel: no file system lies on it. */
static int check_is_block(const struct target *t, struct err *e)
{
	if (!t->claims->data.id.character)
		return 0;
	err_set(e, -EOPNOTSUPP, t->device, "is device-dax, which holds no file system");
	return err_hint(e, "give --device /dev/pmemN, of an fsdax namespace");
}

static int open_fs(struct target *t, const struct target_spec *spec, unsigned int needs,
		   struct err *e)
{
	int r;

	if (spec->device) {
		r = check_is_block(t, e);
		if (!r)
			r = choose_kind(t, spec, e);
		snprintf(t->dir, sizeof(t->dir), MOUNT_POINT);
		if (!r)
			r = open_device(t, e);
	} else {
		r = open_directory(t, spec, e);
	}
	if (!r)
		r = target_describe_mount(t, e);
	if (!r && spec->dir && spec->fs && strcmp(spec->fs, t->fs) != 0)
		r = err_set(e, -EINVAL, spec->dir, "is %s, not %s as --fs wants", t->fs, spec->fs);
	if (!r)
		r = target_find_dax(t, e);
	if (!r && needs & DX_NEED_DAX && !t->dax) {
		r = err_set(e, -ENODEV, t->dir, "files of this %s are not DAX", t->fs);
		err_hint(e,
			 "mount it with -o dax=always from an fsdax namespace, or use --emulate");
	}
	if (!r)
		target_find_driver(t);
	if (!r && t->kind && strcmp(t->kind->driver, t->driver) != 0)
		r = lacks_driver(t, e);
	return r;
}

int target_open(const struct target_spec *spec, const struct target_claims *claims,
		unsigned int needs, struct target **ret, struct err *e)
{
	struct target *t = calloc(1, sizeof(*t));
	int r;

	if (!t)
		return err_sys(e, -ENOMEM, "target", "open");
	t->which = spec->kind;
	t->claims = claims;
	t->seed = spec->seed;
	if (spec->device)
		snprintf(t->device, sizeof(t->device), "%s", spec->device);
	r = t->which == TARGET_FS ? open_fs(t, spec, needs, e) : target_device_open(t, e);
	if (r) {
		target_close(t);
		return r;
	}
	target_find_numa_node(t);
	*ret = t;
	return 0;
}

static void cell_path(const struct target *t, const char *name, char *buf, size_t len)
{
	snprintf(buf, len, "%s/daxbench-%s", t->dir, name);
}

static int open_cell(const struct target *t, const char *name, int *ret_fd)
{
	char path[PATH_MAX + 160];
	int fd;

	cell_path(t, name, path, sizeof(path));
	if (mkdir(path, 0700) && errno != EEXIST)
		return -errno;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	*ret_fd = fd;
	return 0;
}

int target_cell(struct target *t, const char *name, int *ret_fd, struct err *e)
{
	int r;

	snprintf(t->cell, sizeof(t->cell), "%s", name);
	if (t->mounted && t->which == TARGET_FS && !is_as_mounted(t))
		return err_set(e, -EIO, t->device,
			       "an earlier workload left it unmounted, and it cannot be mounted");
	r = open_cell(t, name, ret_fd);
	if (r)
		return err_sys(e, r, t->dir, "make the directory of the cell");
	if (t->which == TARGET_FS)
		return 0;
	r = target_device_add(t, *ret_fd, e);
	if (r)
		close(*ret_fd);
	return r;
}

void target_cell_done(struct target *t, const char *name)
{
	char path[PATH_MAX + 160];

	mend_mount(t);
	cell_path(t, name, path, sizeof(path));
	file_remove_tree(AT_FDCWD, path);
}

/* ---- what a workload may ask for: the cell's directory is closed and opened around it ---- */

static int env_umount(struct dx *dx)
{
	struct target *t = dx->env_data;
	int r, s;

	if (!t->mounted)
		return -EOPNOTSUPP;
	close(steal_fd(dx->root));
	r = target_umount(t);
	s = r ? open_cell(t, t->cell, &dx->root) : 0; /* busy: it is there as before */
	return s ? s : r;
}

static int env_mount(struct dx *dx)
{
	struct target *t = dx->env_data;
	int r;

	if (!t->device[0] || t->mounted || !t->claims)
		return -EOPNOTSUPP;
	r = target_mount(t, NULL);
	return r ? r : open_cell(t, t->cell, &dx->root);
}

static int env_remount(struct dx *dx, bool read_only)
{
	struct target *t = dx->env_data;

	if (!t->mounted)
		return -EOPNOTSUPP;
	return mount(NULL, MOUNT_POINT, NULL, MS_REMOUNT | (read_only ? MS_RDONLY : 0),
		     t->mount_options)
		       ? -errno
		       : 0;
}

static int env_mkfs(struct dx *dx)
{
	struct target *t = dx->env_data;

	return t->mounted || !t->claims ? -EOPNOTSUPP : target_mkfs(t, NULL);
}

int target_drop_caches(struct dx *dx)
{
	(void)dx;
	return file_poke("/proc/sys/vm/drop_caches", "3");
}

int target_pass_time(struct dx *dx, uint64_t ms)
{
	struct timespec left = { .tv_sec = (time_t)(ms / 1000),
				 .tv_nsec = (long)(ms % 1000) * 1000000 };

	(void)dx;
	while (nanosleep(&left, &left))
		if (errno != EINTR)
			return -errno;
	return 0;
}

/*
 * Of a page of real memory that would last until the next boot. Ours is whole all the
 * while, and what the kernel does about it goes with the guest.
 */
static int env_poison(struct dx *dx, void *at)
{
	(void)dx;
	if (!guard_in_our_guest())
		return -EOPNOTSUPP;
	return madvise(at, DX_PAGE, MADV_HWPOISON) ? -errno : 0;
}

const struct dx_env_ops *target_env_ops(const struct target *t)
{
	static const struct dx_env_ops ops = {
		.umount = env_umount,
		.mount = env_mount,
		.remount = env_remount,
		.mkfs = env_mkfs,
		.drop_caches = target_drop_caches,
		.pass_time = target_pass_time,
		.poison = env_poison,
	};

	return t->which == TARGET_FS ? &ops : &target_device_ops;
}

enum target_kind target_which(const struct target *t)
{
	return t->which;
}

struct dx_device target_as_device(const struct target *t)
{
	return t->as_device;
}

const char *target_mode(const struct target *t)
{
	if (!t)
		return "none";
	if (t->which == TARGET_FS)
		return t->dax ? "dax" : "pagecache";
	return t->which == TARGET_RAW ? t->fs : "devdax";
}

bool target_is_dax(const struct target *t)
{
	return t->dax;
}

const char *target_how_to_dax(const struct target *t)
{
	return t->kind && t->kind->no_dax ? "--fs names a kind without DAX, for comparison"
					  : "mount with -o dax=always, from an fsdax namespace";
}

bool target_is_own(const struct target *t)
{
	return t->mounted;
}

const char *target_fs(const struct target *t)
{
	return t->fs;
}

const char *target_driver(const struct target *t)
{
	return t->driver;
}

const char *target_device(const struct target *t)
{
	return t->device;
}

const char *target_rt_device(const struct target *t)
{
	return t->rt_device;
}

int target_numa_node(const struct target *t)
{
	return t->numa_node;
}

void target_close(struct target *t)
{
	if (!t)
		return;
	if (t->mounted)
		target_umount(t);
	free(t);
}
