// SPDX-License-Identifier: GPL-2.0-or-later
/* What a target is, as the kernel tells, and as results say it. */
#include "bench/target/namespace.h"
#include "bench/target/target_state.h"
#include "lib/file.h"

#include <errno.h>
#include <fcntl.h>
#include <libmount/libmount.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void target_find_driver(struct target *t)
{
	static const char *const modules[] = { "ext4", "ext2", "xfs" };
	const char *base = strrchr(t->device, '/');
	char path[PATH_MAX];

	snprintf(t->driver, sizeof(t->driver), "%s", t->kind ? t->kind->driver : t->fs);
	for (size_t i = 0; base && i < sizeof(modules) / sizeof(modules[0]); i++) {
		snprintf(path, sizeof(path), "/sys/fs/%s/%s", modules[i], base + 1);
		if (!access(path, F_OK))
			snprintf(t->driver, sizeof(t->driver), "%s", modules[i]);
	}
}

void target_find_numa_node(struct target *t)
{
	const char *base = strrchr(t->device, '/');
	char path[PATH_MAX], text[32];

	t->numa_node = -1;
	if (!base)
		return;
	snprintf(path, sizeof(path), "/sys/block/%s/device/numa_node", base + 1);
	if (!file_read_line(path, text, sizeof(text)))
		t->numa_node = (int)strtol(text, NULL, 10);
}

int target_describe_mount(struct target *t, struct err *e)
{
	struct libmnt_table *table = NULL;
	struct libmnt_fs *fs;
	struct stat st;
	int r = -ENOENT;

	if (stat(t->dir, &st))
		return err_sys(e, -errno, t->dir, "stat");
	table = mnt_new_table_from_file("/proc/self/mountinfo");
	fs = table ? mnt_table_find_devno(table, st.st_dev, MNT_ITER_BACKWARD) : NULL;
	if (fs) {
		const char *source = mnt_fs_get_source(fs);
		const char *options = mnt_fs_get_options(fs);

		if (!t->kind)
			snprintf(t->fs, sizeof(t->fs), "%s", mnt_fs_get_fstype(fs));
		if (source && source[0] == '/')
			snprintf(t->device, sizeof(t->device), "%s", source);
		snprintf(t->options, sizeof(t->options), "%s", options ? options : "");
		r = 0;
	}
	mnt_unref_table(table);
	if (r)
		return err_set(e, r, t->dir, "no mount for it in /proc/self/mountinfo");
	return 0;
}

int target_find_dax(struct target *t, struct err *e)
{
	struct statx sx;
	int fd, r = 0;

	fd = open(t->dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd < 0 && errno != EOPNOTSUPP && errno != EISDIR)
		return err_sys(e, -errno, t->dir, "make a file");
	if (fd < 0)
		return 0;
	if (statx(fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &sx))
		r = err_sys(e, -errno, t->dir, "statx");
	else
		t->dax = sx.stx_attributes_mask & STATX_ATTR_DAX &&
			 sx.stx_attributes & STATX_ATTR_DAX;
	close(fd);
	return r;
}

json_t *target_describe(const struct target *t)
{
	const struct layer *layer = t->claims ? t->claims->layer : NULL;
	const char *nvdimm = layer ? layer_below(layer) : t->device;
	json_t *region = nvdimm[0] ? namespace_region_of(nvdimm) : NULL;

	return json_pack("{s:s, s:s, s:s?, s:s, s:s?, s:s, s:b, s:I, s:I, s:i, s:o}", "directory",
			 t->dir, "device", t->device, "layer",
			 layer ? layer_kind_name(layer) : NULL, "fs", t->fs, "mkfs",
			 t->mkfs[0] ? t->mkfs : NULL, "mount_options", t->options, "dax", t->dax,
			 "device_bytes", (json_int_t)t->as_device.size, "align_bytes",
			 (json_int_t)t->as_device.align, "numa_node", t->numa_node, "region",
			 region ? region : json_null());
}
