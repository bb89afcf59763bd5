// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A device without a file system. A workload opens it by name in the directory of its
 * cell, like any file: in a tmpfs, in the private mount namespace, there is a node of
 * the device that the guard said yes to, by number, so that no name can come to mean
 * another one.
 */
#include "bench/target/guard_rules.h"
#include "bench/target/target_state.h"
#include "lib/file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

/* What a fault maps, and how mappings are aligned, of the device-dax @id. */
static int read_align(const struct guard_identity *id, uint64_t *ret, struct err *e)
{
	char path[PATH_MAX], text[32];
	int r;

	guard_sysfs(id, "align", path, sizeof(path));
	r = file_read_line(path, text, sizeof(text));
	if (r)
		return err_sys(e, r, id->path, "read its alignment");
	*ret = strtoull(text, NULL, 10);
	return *ret ? 0 : err_set(e, -EIO, path, "says \"%s\"", text);
}

/* A device that somebody chose is what it is: of another kind, it is none of these cells'. */
static int check_kind(const struct target *t, struct err *e)
{
	const struct guard_identity *id = &t->claims->data.id;

	if (id->character == (t->which != TARGET_RAW))
		return 0;
	err_set(e, -EOPNOTSUPP, id->path, "is %s",
		id->character ? "device-dax" : "a block device, not device-dax");
	return err_hint(e, "give --device %s", id->character ? "/dev/pmemN" : "/dev/daxX.Y");
}

static int check_align(const struct target *t, struct err *e)
{
	if (t->which != TARGET_DEVDAX_4K || t->as_device.align == DX_PAGE)
		return 0;
	err_set(e, -EOPNOTSUPP, t->device, "has an alignment of %llu KiB",
		(unsigned long long)t->as_device.align >> 10);
	return err_hint(e, "ndctl create-namespace -m devdax -a 4K makes one of 4 KiB");
}

/* Is the block device DAX itself (kernels/patches/bdev-dax.patch)? */
static bool is_bdev_dax(const struct guard_identity *id)
{
	char path[PATH_MAX], text[8];

	guard_sysfs(id, "bdev_dax", path, sizeof(path));
	return !file_read_line(path, text, sizeof(text)) && text[0] == '1';
}

static int find_form(struct target *t, struct err *e)
{
	const struct guard_identity *id = &t->claims->data.id;
	int r = check_kind(t, e);

	if (r)
		return r;
	t->as_device.size = id->size;
	if (t->which == TARGET_RAW) {
		t->dax = t->as_device.dax = is_bdev_dax(id);
		return 0;
	}
	r = read_align(id, &t->as_device.align, e);
	return r ? r : check_align(t, e);
}

int target_device_open(struct target *t, struct err *e)
{
	int r = find_form(t, e);

	if (!r)
		r = target_enter_private_namespace(e);
	if (r)
		return r;
	if (mount("daxbench", TARGET_MOUNT_POINT, "tmpfs", MS_NOEXEC | MS_NOSUID,
		  "size=1m,mode=0700"))
		return err_sys(e, -errno, TARGET_MOUNT_POINT, "mount a tmpfs");
	t->mounted = true;
	snprintf(t->dir, sizeof(t->dir), TARGET_MOUNT_POINT);
	snprintf(t->fs, sizeof(t->fs), "%s",
		 t->as_device.dax ? TARGET_RAW_DAX_NAME : target_kind_name(t->which));
	snprintf(t->driver, sizeof(t->driver), "%s",
		 t->which == TARGET_RAW ? "nd_pmem" : "device_dax");
	return 0;
}

int target_device_add(const struct target *t, int cell, struct err *e)
{
	const struct guard_identity *id = &t->claims->data.id;
	mode_t mode = (id->character ? S_IFCHR : S_IFBLK) | 0600;

	if (!mknodat(cell, DX_DEVICE, mode, id->dev) || errno == EEXIST)
		return 0;
	return err_sys(e, -errno, t->device, "make a node of it");
}

/*
 * Device-dax, from its driver or to it: by the name that the kernel has it under. A real
 * machine's device may be in use by who has it open besides us, so ours alone are.
 */
static int tell_driver(const struct target *t, const char *what)
{
	const char *name = strrchr(t->device, '/');
	char path[PATH_MAX];

	if (!guard_in_our_guest() || t->which == TARGET_RAW || !name)
		return -EOPNOTSUPP;
	snprintf(path, sizeof(path), "/sys/bus/dax/drivers/device_dax/%s", what);
	return file_poke(path, name + 1);
}

static int unbind_device(struct dx *dx)
{
	return tell_driver(dx->env_data, "unbind");
}

/*
 * The node goes before, and comes again: the inode of one that was opened is on a list of
 * the struct cdev, which the driver's probe begins anew. The kernel says BUG in
 * lib/list_debug.c when that inode goes (6.12.117, from cd_forget()).
 */
static int bind_device(struct dx *dx)
{
	const struct target *t = dx->env_data;
	struct err e;
	int r, added;

	if (!guard_in_our_guest())
		return -EOPNOTSUPP;
	if (unlinkat(dx->root, DX_DEVICE, 0) && errno != ENOENT)
		return -errno;
	r = tell_driver(t, "bind");
	added = target_device_add(t, dx->root, &e);
	return r ? r : added;
}

const struct dx_env_ops target_device_ops = {
	.drop_caches = target_drop_caches,
	.pass_time = target_pass_time,
	.unbind = unbind_device,
	.bind = bind_device,
};
