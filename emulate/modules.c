// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * depmod wrote modules.dep, a line for each module:
 *	kernel/fs/xfs/xfs.ko: kernel/lib/libcrc32c.ko
 * What a module needs stands behind the colon, all of it, and the last is to
 * be loaded first. File names may have - where module names have _.
 */
#include "emulate/modules.h"
#include "lib/cleanup.h"
#include "lib/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>

#define MAX_TEXT  (16U << 20)
#define MAX_WORDS 64

/* init's, in an order that works also where modules.dep does not force one. */
static const char *const boot_modules[] = {
	"virtio_pci", "virtio_console", "libnvdimm", "nd_btt",	       "nd_pmem",
	"dax_pmem",   "device_dax",	"nfit",	     "crc32c_generic", "crc32c_intel",
};

static const char *const other_modules[] = {
	"xfs", "loop", "dm_mod", "dm_log_writes", "dm_snapshot", "dm_flakey", "md_mod", "nd_e820",
};

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Is @file ("kernel/drivers/md/dm-mod.ko") the module @name ("dm_mod")? */
static bool is_module(const char *file, const char *name)
{
	for (file = base_name(file); *name; file++, name++)
		if (*file != *name && !(*file == '-' && *name == '_'))
			return false;
	return !strncmp(file, ".ko", 3);
}

static bool chosen(const struct modules *m, const char *file)
{
	for (size_t i = 0; i < m->n; i++)
		if (!strcmp(m->item[i].file, file))
			return true;
	return false;
}

static int choose(struct modules *m, const char *file)
{
	struct module *longer;

	if (chosen(m, file))
		return 0;
	longer = realloc(m->item, (m->n + 1) * sizeof(*longer));
	if (!longer)
		return -ENOMEM;
	m->item = longer;
	longer[m->n].file = strdup(file);
	longer[m->n].name = strdup(base_name(file));
	m->n++;
	return longer[m->n - 1].file && longer[m->n - 1].name ? 0 : -ENOMEM;
}

/* The line of @name, or NULL: built in, or not in this kernel. A copy. */
static char *find_line(const char *text, const char *name)
{
	const char *next;

	for (const char *line = text; *line; line = next) {
		size_t len = strcspn(line, ":\n"), whole = strcspn(line, "\n");
		char file[PATH_MAX];

		next = line + whole + (line[whole] == '\n');
		if (line[len] != ':' || len >= sizeof(file))
			continue;
		memcpy(file, line, len);
		file[len] = '\0';
		if (is_module(file, name))
			return strndup(line, whole);
	}
	return NULL;
}

/* Splits a line of modules.dep in place: the module, then what it needs. */
static size_t split(char *line, char *word[MAX_WORDS])
{
	char *rest = line, *w;
	size_t n = 0;

	while (n < MAX_WORDS && (w = strsep(&rest, ": ")))
		if (*w)
			word[n++] = w;
	return n;
}

/* What a line names, last first. */
static int choose_line(struct modules *m, char *line, struct err *e)
{
	char *word[MAX_WORDS];
	size_t n = split(line, word);

	while (n--) {
		size_t len = strlen(word[n]);

		if (len < 3 || strcmp(word[n] + len - 3, ".ko") != 0) {
			err_set(e, -ENOTSUP, word[n], "a compressed module");
			return err_hint(e, "unpack the modules and run depmod -b on them");
		}
		if (choose(m, word[n]))
			return err_sys(e, -ENOMEM, word[n], "take along");
	}
	return 0;
}

static int choose_by_name(struct modules *m, const char *text, const char *const *name, size_t n,
			  struct err *e)
{
	int r = 0;

	for (size_t i = 0; !r && i < n; i++) {
		AUTO_FREE char *line = find_line(text, name[i]);

		if (line)
			r = choose_line(m, line, e);
	}
	return r;
}

/* The guest's modules.dep: the lines of the chosen, without their directories. */
static int write_dep(struct modules *m, const char *text)
{
	size_t len;
	FILE *out = open_memstream(&m->dep, &len);

	if (!out)
		return -ENOMEM;
	for (size_t i = 0; i < m->n; i++) {
		AUTO_FREE char *name = strndup(m->item[i].name,
					       strlen(m->item[i].name) - strlen(".ko"));
		AUTO_FREE char *line = name ? find_line(text, name) : NULL;
		char *word[MAX_WORDS];
		size_t n = line ? split(line, word) : 0;

		for (size_t w = 0; w < n; w++)
			fprintf(out, w ? " %s" : "%s:", base_name(word[w]));
		if (n)
			fputc('\n', out);
	}
	return fclose(out) ? -ENOMEM : 0;
}

/* "alias PATTERN MODULE": the lines that lead to a chosen module. */
static int write_alias(struct modules *m, const char *text)
{
	size_t len;
	FILE *out = open_memstream(&m->alias, &len);
	const char *next;

	if (!out)
		return -ENOMEM;
	for (const char *line = text; *line; line = next) {
		size_t whole = strcspn(line, "\n");
		char module[64];

		next = line + whole + (line[whole] == '\n');
		if (sscanf(line, "alias %*s %63s", module) != 1)
			continue;
		for (size_t i = 0; i < m->n; i++)
			if (is_module(m->item[i].name, module)) {
				fprintf(out, "%.*s\n", (int)whole, line);
				break;
			}
	}
	return fclose(out) ? -ENOMEM : 0;
}

static int read_text(const struct kernel *k, const char *name, char **ret, struct err *e)
{
	char path[PATH_MAX + 32];
	int r;

	snprintf(path, sizeof(path), "%s/%s", k->modules, name);
	r = file_read(AT_FDCWD, path, MAX_TEXT, ret, NULL);
	return r ? err_sys(e, r, path, "read") : 0;
}

int modules_choose(const struct kernel *k, struct modules *ret, struct err *e)
{
	AUTO_FREE char *dep = NULL;
	AUTO_FREE char *alias = NULL;
	int r;

	memset(ret, 0, sizeof(*ret));
	if (!k->modules[0])
		return 0;
	r = read_text(k, "modules.dep", &dep, e);
	if (!r)
		r = read_text(k, "modules.alias", &alias, e);
	if (!r)
		r = choose_by_name(ret, dep, boot_modules,
				   sizeof(boot_modules) / sizeof(boot_modules[0]), e);
	ret->n_boot = ret->n;
	if (!r)
		r = choose_by_name(ret, dep, other_modules,
				   sizeof(other_modules) / sizeof(other_modules[0]), e);
	if (!r && (write_dep(ret, dep) || write_alias(ret, alias)))
		r = err_sys(e, -ENOMEM, k->modules, "list the modules");
	if (r)
		modules_release(ret);
	return r;
}

void modules_release(struct modules *m)
{
	for (size_t i = 0; i < m->n; i++) {
		free(m->item[i].file);
		free(m->item[i].name);
	}
	free(m->item);
	free(m->dep);
	free(m->alias);
	memset(m, 0, sizeof(*m));
}
