// SPDX-License-Identifier: GPL-2.0-or-later
#include "emulate/contents.h"
#include "emulate/closure.h"
#include "lib/cleanup.h"
#include "lib/hash.h"
#include "lib/proc.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#define INIT "build/daxbench-init"

/* Programs that go along, found in PROC_PATH and put where they are here. */
static const struct {
	const char *name;
	bool optional;
} tools[] = {
	{ "mkfs.ext4", false }, { "mkfs.xfs", false }, { "ndctl", false },
	{ "dmsetup", true },	{ "e2fsck", true },    { "xfs_repair", true },
};

bool contents_have(const struct contents *c, const char *name)
{
	for (size_t i = 0; i < c->n; i++)
		if (!strcmp(c->item[i].name, name))
			return true;
	return false;
}

static int add_file(struct contents *c, const char *name, const char *source)
{
	struct content *longer = realloc(c->item, (c->n + 1) * sizeof(*longer));

	if (!longer)
		return -ENOMEM;
	c->item = longer;
	longer[c->n].name = strdup(name);
	longer[c->n].source = strdup(source);
	c->n++;
	return longer[c->n - 1].name && longer[c->n - 1].source ? 0 : -ENOMEM;
}

static int add_library(void *data, const char *path)
{
	return contents_have(data, path) ? 0 : add_file(data, path, path);
}

int contents_add(struct contents *c, const char *name, const char *source, struct err *e)
{
	int r = add_file(c, name, source);

	return r ? err_sys(e, r, source, "take along") : closure_of(source, add_library, c, e);
}

static int add_programs(struct contents *c, struct err *e)
{
	char path[PATH_MAX];
	int r = contents_add(c, "/init", INIT, e);

	/* Not /proc/self: the loader that is asked for libraries would find itself. */
	snprintf(path, sizeof(path), "/proc/%d/exe", (int)getpid());
	if (!r)
		r = contents_add(c, "/bin/daxbench", path, e);
	if (!r)
		r = proc_find("busybox", path, sizeof(path), e);
	if (!r)
		r = contents_add(c, "/bin/busybox", path, e);
	for (size_t i = 0; !r && i < sizeof(tools) / sizeof(tools[0]); i++) {
		r = proc_find(tools[i].name, path, sizeof(path), e);
		if (!r)
			r = contents_add(c, path, path, e);
		else if (tools[i].optional)
			r = 0;
	}
	return r;
}

static int add_modules(struct contents *c, const struct kernel *k, struct err *e)
{
	int r = modules_choose(k, &c->modules, e);

	snprintf(c->modules_dir, sizeof(c->modules_dir), "/lib/modules/%s", k->release);
	for (size_t i = 0; !r && i < c->modules.n; i++) {
		char name[PATH_MAX], source[PATH_MAX * 2];

		snprintf(name, sizeof(name), "%s/%s", c->modules_dir, c->modules.item[i].name);
		snprintf(source, sizeof(source), "%s/%s", k->modules, c->modules.item[i].file);
		r = add_file(c, name, source);
		if (r)
			err_sys(e, r, source, "take along");
	}
	return r;
}

int contents_collect(const struct kernel *k, struct contents *ret, struct err *e)
{
	int r;

	memset(ret, 0, sizeof(*ret));
	r = add_programs(ret, e);
	if (!r)
		r = add_modules(ret, k, e);
	if (r)
		contents_release(ret);
	return r;
}

void contents_release(struct contents *c)
{
	for (size_t i = 0; i < c->n; i++) {
		free(c->item[i].name);
		free(c->item[i].source);
	}
	free(c->item);
	modules_release(&c->modules);
	memset(c, 0, sizeof(*c));
}

uint64_t contents_fingerprint(const struct contents *c)
{
	uint64_t h = HASH_START;

	for (size_t i = 0; i < c->n; i++) {
		struct stat st = { 0 };

		h = hash_add(h, c->item[i].name, strlen(c->item[i].name) + 1);
		if (stat(c->item[i].source, &st))
			continue; /* writing the archive will say so */
		h = hash_add(h, &st.st_size, sizeof(st.st_size));
		h = hash_add(h, &st.st_mtim, sizeof(st.st_mtim));
	}
	return h;
}

static int compare(const void *a, const void *b)
{
	return strcmp(((const struct content *)a)->name, ((const struct content *)b)->name);
}

int contents_write(struct contents *c, size_t from, struct cpio *out, struct err *e)
{
	qsort(c->item + from, c->n - from, sizeof(*c->item), compare);
	for (size_t i = from; i < c->n; i++) {
		int r = cpio_file(out, c->item[i].name, 0755, c->item[i].source);

		if (r)
			return err_sys(e, r, c->item[i].source, "take along");
	}
	return 0;
}
