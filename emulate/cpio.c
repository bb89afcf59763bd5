// SPDX-License-Identifier: GPL-2.0-or-later
#include "emulate/cpio.h"
#include "lib/cleanup.h"
#include "lib/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

void cpio_init(struct cpio *c, FILE *out)
{
	*c = (struct cpio){ .out = out };
}

void cpio_release(struct cpio *c)
{
	free(c->seen);
	c->seen = NULL;
}

static int put(struct cpio *c, const void *data, size_t len)
{
	if (len && fwrite(data, 1, len, c->out) != len)
		return -EIO;
	c->written += len;
	return 0;
}

static int pad(struct cpio *c, uint64_t align)
{
	static const char zeros[512];
	uint64_t left = (align - c->written % align) % align;
	int r = 0;

	while (!r && left) {
		size_t part = left < sizeof(zeros) ? left : sizeof(zeros);

		r = put(c, zeros, part);
		left -= part;
	}
	return r;
}

/* One entry: head, name, data, each padded to 4. @name without its leading slash. */
static int entry(struct cpio *c, const char *name, mode_t mode, const void *data, size_t len,
		 unsigned int major, unsigned int minor)
{
	char head[111];
	int r;

	if (len > UINT32_MAX)
		return -EFBIG;
	snprintf(head, sizeof(head), "070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x",
		 ++c->inode, (unsigned int)mode, 0U, 0U, S_ISDIR(mode) ? 2U : 1U, 0U,
		 (unsigned int)len, 0U, 0U, major, minor, (unsigned int)strlen(name) + 1, 0U);
	r = put(c, head, 110);
	if (!r)
		r = put(c, name, strlen(name) + 1);
	if (!r)
		r = pad(c, 4);
	if (!r)
		r = put(c, data, len);
	return r ? r : pad(c, 4);
}

static bool remember(struct cpio *c, const char *dir)
{
	char line[PATH_MAX + 2];
	size_t had = c->seen ? strlen(c->seen) : 0, len;
	char *bigger;

	snprintf(line, sizeof(line), "\n%s\n", dir);
	if (c->seen && strstr(c->seen, line))
		return false;
	len = strlen(line);
	bigger = realloc(c->seen, had + len + 1);
	if (!bigger)
		return true;
	memcpy(bigger + had, line, len + 1);
	c->seen = bigger;
	return true;
}

static int make_parents(struct cpio *c, const char *name)
{
	char dir[PATH_MAX];
	int r = 0;

	snprintf(dir, sizeof(dir), "%s", name);
	for (char *slash = strchr(dir + 1, '/'); !r && slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (remember(c, dir))
			r = entry(c, dir + 1, S_IFDIR | 0755, NULL, 0, 0, 0);
		*slash = '/';
	}
	return r;
}

int cpio_dir(struct cpio *c, const char *name)
{
	int r = make_parents(c, name);

	if (!r && remember(c, name))
		r = entry(c, name + 1, S_IFDIR | 0755, NULL, 0, 0, 0);
	return r;
}

int cpio_data(struct cpio *c, const char *name, mode_t mode, const void *data, size_t len)
{
	int r = make_parents(c, name);

	return r ? r : entry(c, name + 1, S_IFREG | mode, data, len, 0, 0);
}

int cpio_file(struct cpio *c, const char *name, mode_t mode, const char *source)
{
	AUTO_FREE char *data = NULL;
	size_t len;
	int r = file_read(AT_FDCWD, source, 512 << 20, &data, &len);

	return r ? r : cpio_data(c, name, mode, data, len);
}

int cpio_link(struct cpio *c, const char *name, const char *target)
{
	int r = make_parents(c, name);

	return r ? r : entry(c, name + 1, S_IFLNK | 0777, target, strlen(target), 0, 0);
}

int cpio_node(struct cpio *c, const char *name, mode_t mode, unsigned int major, unsigned int minor)
{
	int r = make_parents(c, name);

	return r ? r : entry(c, name + 1, mode, NULL, 0, major, minor);
}

int cpio_finish(struct cpio *c, size_t align)
{
	int r;

	c->inode = UINT32_MAX; /* the trailer has inode 0 */
	r = entry(c, "TRAILER!!!", 0, NULL, 0, 0, 0);
	if (!r)
		r = pad(c, align);
	return r ? r : fflush(c->out) ? -errno : 0;
}
