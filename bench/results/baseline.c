// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/results/baseline.h"
#include "bench/results/results.h"
#include "lib/cleanup.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define DIRECTORY	"baselines"
#define NAME_MAX_LENGTH 64

int baseline_check_name(const char *name, struct err *e)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._+-";

	if (name[0] && name[0] != '.' && !name[strspn(name, letters)] &&
	    strlen(name) <= NAME_MAX_LENGTH)
		return 0;
	err_set(e, -EINVAL, name, "is no name for a baseline");
	return err_hint(e, "want letters, digits and . _ + -, at most %d", NAME_MAX_LENGTH);
}

static int make_path(const char *base, const char *name, char path[PATH_MAX], struct err *e)
{
	int len = snprintf(path, PATH_MAX, "%s/" DIRECTORY "/%s", base, name);

	return len < PATH_MAX ? 0 : err_sys(e, -ENAMETOOLONG, base, "name a baseline");
}

/* "there are: first, second" as the hint. */
static int hint_names(const char *base, struct err *e)
{
	char path[PATH_MAX], names[200] = "";
	AUTO_CLOSEDIR DIR *dir = NULL;
	const struct dirent *d;
	size_t used = 0;

	if (!make_path(base, "", path, NULL))
		dir = opendir(path);
	while (dir && (d = readdir(dir)) && used < sizeof(names)) {
		if (baseline_check_name(d->d_name, NULL))
			continue;
		used += (size_t)snprintf(names + used, sizeof(names) - used, "%s%s",
					 used ? ", " : "", d->d_name);
	}
	if (used)
		return err_hint(e, "there are: %s", names);
	return err_hint(e, "--save-baseline NAME keeps the results of a run as one");
}

int baseline_read(const char *base, const char *name, struct results_file *ret, struct err *e)
{
	char path[PATH_MAX], directory[PATH_MAX];
	int r = baseline_check_name(name, e);

	memset(ret, 0, sizeof(*ret));
	if (!r)
		r = make_path(base, name, directory, e);
	if (r)
		return r;
	if (access(directory, F_OK) && errno == ENOENT) {
		err_set(e, -EINVAL, name, "there is no such baseline in %s/" DIRECTORY, base);
		return hint_names(base, e);
	}
	r = results_find(base, directory, path, e);
	return r ? r : results_read(path, ret, e);
}

/* What is held against a baseline must be able to be found in it. */
static int check_worth(const json_t *document, const char *name, struct err *e)
{
	const json_t *cell;
	size_t i;

	if (!json_is_false(json_object_get(document, "interrupted"))) {
		err_set(e, -ENODATA, name, "baseline: not kept: cells are missing");
		return err_hint(e, "let the run come to its end");
	}
	json_array_foreach(json_object_get(document, "results"), i, cell)
		if (json_is_number(json_object_get(cell, "median")))
			return 0;
	return err_set(e, -ENODATA, name, "baseline: not kept: nothing was measured");
}

int baseline_save(const char *base, const char *name, const json_t *document, struct err *e)
{
	char path[PATH_MAX];
	int r = baseline_check_name(name, e);

	if (!r)
		r = check_worth(document, name, e);
	if (!r)
		r = make_path(base, name, path, e);
	return r ? r : results_put_document(path, "run.json", document, e);
}
