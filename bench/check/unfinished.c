// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/check/unfinished.h"
#include "bench/results/json_get.h"
#include "bench/check/recorded.h"
#include "bench/check/recording.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
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

/* -ENODATA: it still is that of a run before. */
static int read_log(const char *path, uint64_t run, struct dx_log_header *ret, struct err *e)
{
	int r = recorded_about(path, ret, e);

	if (r || ret->run == run)
		return r;
	return err_set(e, -ENODATA, path, "is of run %016" PRIx64, ret->run);
}

/*
 * Of the two logs the one that is this run's and whole: it is @kept then. If neither is,
 * what the plugin kept stays, or else the other in its place.
 */
static int find_log(const char *kept, const char *dead, uint64_t run, struct dx_log_header *ret,
		    struct err *e)
{
	int r;

	if (access(kept, F_OK))
		rename(dead, kept); /* where there is none either, reading it says so */
	r = read_log(kept, run, ret, e);
	if (!r || read_log(dead, run, ret, NULL))
		return r;
	return rename(dead, kept) ? err_sys(e, -errno, kept, "keep the operation log") : 0;
}

/* Nothing of the run was logged: there is nothing to hold its trace against. */
static int drop(const struct recording_files *f, const char *name, struct err *e)
{
	unlink(f->trace);
	unlink(f->log);
	return err_set(e, -ENODATA, name,
		       "the guest died before this run's first operation: nothing of it is kept");
}

/* Its files stay, for somebody to look at: so they are named. */
static int tell(const char *name, const struct err *why, struct err *e)
{
	return err_set(e, why->code, name,
		       "the guest died in this run, maybe before its first operation: it is not "
		       "judged: %s: %s",
		       why->object, why->what);
}

static int add(const char *dir, const char *trace, const char *dead, json_t *cells, struct err *e)
{
	const struct recording_files f = recording_name(dir, trace);
	struct dx_log_header about;
	char half[PATH_MAX + 8];
	struct err why;
	json_t *cell;
	int r;

	snprintf(half, sizeof(half), "%s.tmp", f.log);
	unlink(half); /* the plugin was killed while it kept the log */
	r = find_log(f.log, dead, strtoull(trace, NULL, 16), &about, &why);
	if (r == -ENODATA)
		return drop(&f, trace, e);
	if (r)
		return tell(trace, &why, e);
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
