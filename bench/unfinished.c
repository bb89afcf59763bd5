// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/unfinished.h"
#include "bench/json_get.h"
#include "bench/recorded.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RUN_LEN 16
#define SUFFIX	".trace"

static bool is_trace(const char *name)
{
	return strspn(name, "0123456789abcdef") == RUN_LEN && !strcmp(name + RUN_LEN, SUFFIX);
}

static bool has_cell(const json_t *cells, const char *run)
{
	const json_t *cell;
	size_t i;

	json_array_foreach(cells, i, cell)
		if (!strncmp(text_of(cell, "run"), run, RUN_LEN))
			return true;
	return false;
}

static int add(const char *dir, const char *trace, const char *log, json_t *cells, struct err *e)
{
	struct dx_log_header about;
	char kept[PATH_MAX];
	json_t *cell;
	int r;

	snprintf(kept, sizeof(kept), "%s/%.16s.oplog", dir, trace);
	if (access(kept, F_OK))
		rename(log, kept); /* where there is none either, reading it says so */
	r = recorded_about(kept, &about, e);
	/* The log still was that of the run before, or nobody's. */
	if (r == -EBADMSG || (!r && about.run != strtoull(trace, NULL, 16)))
		return err_set(e, -ENODATA, trace,
			       "the guest died before this run's first operation");
	if (!r)
		r = recorded_cell(&about, &cell, e);
	if (!r)
		json_array_append_new(cells, cell);
	return r;
}

int unfinished_add(const char *dir, const char *log, json_t *cells, struct err *e)
{
	DIR *d = opendir(dir);
	const struct dirent *entry;
	int r = 0;

	if (!d)
		return err_sys(e, -errno, dir, "open");
	while (!r && (entry = readdir(d)))
		if (is_trace(entry->d_name) && !has_cell(cells, entry->d_name))
			r = add(dir, entry->d_name, log, cells, e);
	closedir(d);
	return r;
}
