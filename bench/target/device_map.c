// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/target/device_map.h"
#include "bench/target/namespace.h"
#include "lib/file.h"

#include <errno.h>
#include <inttypes.h>
#include <libdevmapper.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define SECTOR	  512ULL
#define MAX_DEPTH 4

struct map {
	struct device_segment *segment;
	size_t n;
};

static int map_device(struct map *m, const char *node, uint64_t from, uint64_t length, uint64_t at,
		      int depth, struct err *e);

/* The part [@from, @from + @length) of a namespace, which is at @at of the whole. */
static int map_namespace(struct map *m, const char *node, uint64_t from, uint64_t length,
			 uint64_t at, struct err *e)
{
	uint64_t physical, size;
	int r = namespace_place(node, &physical, &size);

	if (r == -ENODEV)
		return err_set(e, -EOPNOTSUPP, node,
			       "is no pmem namespace whose bytes keep their places");
	if (r)
		return err_sys(e, r, node, "find its place in memory");
	if (from > size || m->n == DEVICE_MAP_MAX)
		return err_set(e, -EOPNOTSUPP, node, "has more pieces than are followed");
	if (length > size - from)
		length = size - from;
	m->segment[m->n++] = (struct device_segment){ at, physical + from, length };
	return 0;
}

static uint64_t read_sectors(const char *directory, const char *name)
{
	char path[PATH_MAX], text[32];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	return file_read_line(path, text, sizeof(text)) ? 0 : strtoull(text, NULL, 10) * SECTOR;
}

/* The whole disk of a partition, whose directory in sysfs is the one above. */
static int map_partition(struct map *m, const char *directory, uint64_t from, uint64_t length,
			 uint64_t at, int depth, struct err *e)
{
	uint64_t start = read_sectors(directory, "start"), size = read_sectors(directory, "size");
	char path[PATH_MAX], node[PATH_MAX + 8];
	char *disk;

	if (!realpath(directory, path))
		return err_sys(e, -errno, directory, "follow");
	*strrchr(path, '/') = '\0';
	disk = strrchr(path, '/');
	snprintf(node, sizeof(node), "/dev/%s", disk ? disk + 1 : "");
	if (length > size - from)
		length = size - from;
	return map_device(m, node, start + from, length, at, depth + 1, e);
}

/* Targets of a device-mapper table: "linear", parameters "MAJOR:MINOR START". */
static int map_target(struct map *m, const char *node, const char *type, const char *params,
		      uint64_t skip, uint64_t length, uint64_t at, int depth, struct err *e)
{
	unsigned int major, minor;
	uint64_t start;
	char below[64], link[PATH_MAX], path[64];
	const char *name;

	if (strcmp(type, "linear") != 0)
		return err_set(e, -EOPNOTSUPP, node, "dm-%s is not followed, only dm-linear", type);
	if (sscanf(params, "%u:%u %" SCNu64, &major, &minor, &start) != 3)
		return err_set(e, -EBADMSG, node, "a table with \"%s\" in it", params);
	snprintf(path, sizeof(path), "/sys/dev/block/%u:%u", major, minor);
	if (!realpath(path, link))
		return err_sys(e, -errno, path, "follow");
	name = strrchr(link, '/');
	snprintf(below, sizeof(below), "/dev/%.48s", name ? name + 1 : "");
	return map_device(m, below, start * SECTOR + skip, length, at, depth + 1, e);
}

static int map_table(struct map *m, const char *node, struct dm_task *task, uint64_t from,
		     uint64_t length, uint64_t at, int depth, struct err *e)
{
	uint64_t start, size, end = length > UINT64_MAX - from ? UINT64_MAX : from + length;
	char *type, *params;
	void *next = NULL;
	int r = 0;

	do {
		uint64_t first, last;

		next = dm_get_next_target(task, next, &start, &size, &type, &params);
		if (!type)
			break;
		first = start * SECTOR > from ? start * SECTOR : from;
		last = (start + size) * SECTOR < end ? (start + size) * SECTOR : end;
		if (first < last)
			r = map_target(m, node, type, params, first - start * SECTOR, last - first,
				       at + (first - from), depth, e);
	} while (next && !r);
	return r;
}

static int map_dm(struct map *m, const char *node, dev_t dev, uint64_t from, uint64_t length,
		  uint64_t at, int depth, struct err *e)
{
	struct dm_task *task = dm_task_create(DM_DEVICE_TABLE);
	int r;

	if (!task)
		return err_sys(e, -ENOMEM, node, "ask for its table");
	if (!dm_task_set_major(task, (int)major(dev)) ||
	    !dm_task_set_minor(task, (int)minor(dev)) || !dm_task_run(task))
		r = err_sys(e, -EIO, node, "ask for its table");
	else
		r = map_table(m, node, task, from, length, at, depth, e);
	dm_task_destroy(task);
	return r;
}

static int map_device(struct map *m, const char *node, uint64_t from, uint64_t length, uint64_t at,
		      int depth, struct err *e)
{
	char directory[64], path[PATH_MAX];
	struct stat st;

	if (depth > MAX_DEPTH)
		return err_set(e, -ELOOP, node, "lies on too many devices");
	if (stat(node, &st))
		return err_sys(e, -errno, node, "stat");
	if (S_ISCHR(st.st_mode)) /* device-dax, or nothing that has a namespace */
		return map_namespace(m, node, from, length, at, e);
	if (!S_ISBLK(st.st_mode))
		return err_set(e, -ENOTBLK, node, "is no device");
	snprintf(directory, sizeof(directory), "/sys/dev/block/%u:%u", major(st.st_rdev),
		 minor(st.st_rdev));
	snprintf(path, sizeof(path), "%s/partition", directory);
	if (!access(path, F_OK))
		return map_partition(m, directory, from, length, at, depth, e);
	snprintf(path, sizeof(path), "%s/dm", directory);
	if (!access(path, F_OK))
		return map_dm(m, node, st.st_rdev, from, length, at, depth, e);
	return map_namespace(m, node, from, length, at, e);
}

int device_map(const char *node, struct device_segment ret[DEVICE_MAP_MAX], size_t *ret_n,
	       struct err *e)
{
	struct map m = { .segment = ret };
	int r = map_device(&m, node, 0, UINT64_MAX, 0, 0, e);

	*ret_n = r ? 0 : m.n;
	return r;
}
