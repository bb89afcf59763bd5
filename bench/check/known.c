// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/check/known.h"
#include "bench/results/cell_status.h"
#include "bench/results/json_get.h"
#include "lib/cleanup.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define SUFFIX ".json"

/* ---- loading ---- */

static int check_entry(const json_t *j, const char *path, struct err *e)
{
	static const char *const lists[] = { "fs",     "promises", "faults", "conditions",
					     "stores", "rules",	   "flush",  "shows_in" };
	static const char *const texts[] = { "finding", "reason" };

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		if (!json_is_array(json_object_get(j, lists[i])))
			return err_set(e, -EBADMSG, path, "\"%s\" is no list", lists[i]);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (!json_is_string(json_object_get(j, texts[i])))
			return err_set(e, -EBADMSG, path, "\"%s\" is no text", texts[i]);
	return 0;
}

static int load_entry(const char *directory, const char *file, json_t *list, struct err *e)
{
	char path[PATH_MAX];
	json_error_t where;
	json_t *j;
	int r;

	snprintf(path, sizeof(path), "%s/%s", directory, file);
	j = json_load_file(path, JSON_REJECT_DUPLICATES, &where);
	if (!j)
		return err_set(e, -EBADMSG, path, "line %d: %s", where.line, where.text);
	r = check_entry(j, path, e);
	if (!r) {
		json_object_set_new(j, "name", json_stringn(file, strlen(file) - strlen(SUFFIX)));
		json_array_append(list, j);
	}
	json_decref(j);
	return r;
}

static bool has_suffix(const char *name)
{
	size_t len = strlen(name);

	return len > strlen(SUFFIX) && !strcmp(name + len - strlen(SUFFIX), SUFFIX);
}

int known_load(const char *directory, json_t **ret, struct err *e)
{
	json_t *list = json_array();
	DIR *dir = opendir(directory);
	const struct dirent *d;
	int r = 0;

	if (!dir && errno != ENOENT)
		r = err_sys(e, -errno, directory, "open");
	while (!r && dir && (d = readdir(dir)))
		if (has_suffix(d->d_name))
			r = load_entry(directory, d->d_name, list, e);
	if (dir)
		closedir(dir);
	if (r)
		json_decref(list);
	else
		*ret = list;
	return r;
}

/* ---- matching ---- */

static bool contains(const json_t *list, const char *word)
{
	const json_t *item;
	size_t i;

	json_array_foreach(list, i, item)
		if (json_is_string(item) && !strcmp(json_string_value(item), word))
			return true;
	return false;
}

/* "6.12.117+deb12": major * 1000 + minor; 0 where there is no number. */
static unsigned int version_of(const char *release)
{
	unsigned int major = 0, minor = 0;

	return sscanf(release, "%u.%u", &major, &minor) == 2 ? major * 1000 + minor : 0;
}

static bool concerns(const json_t *entry, const json_t *cell)
{
	unsigned int kernel = version_of(text_of(cell, "kernel"));
	unsigned int from = version_of(text_of(entry, "kernel_from"));
	unsigned int to = version_of(text_of(entry, "kernel_to"));

	return contains(json_object_get(entry, "fs"), text_of(cell, "fs")) && kernel >= from &&
	       (!to || kernel <= to);
}

/* "dax_file_unshare+0x19b", or whatever the program did: is it of @names? Of an empty list, yes. */
static bool is_of(const json_t *store, const json_t *names)
{
	const char *where = text_of(store, "where"), *by = text_of(store, "by");
	const json_t *name;
	size_t i;

	json_array_foreach(names, i, name) {
		size_t len = json_string_length(name);

		if (!strncmp(where, json_string_value(name), len) && where[len] == '+')
			return true;
		if (!strcmp(json_string_value(name), "program") && !strcmp(by, "program"))
			return true;
	}
	return !json_array_size(names);
}

/* All that the entry asks for is so of the violation. */
static bool meets(const json_t *violation, const json_t *entry)
{
	const json_t *has = json_object_get(violation, "conditions"), *condition;
	size_t i;

	json_array_foreach(json_object_get(entry, "conditions"), i, condition)
		if (!json_is_string(condition) || !contains(has, json_string_value(condition)))
			return false;
	return is_of(json_object_get(violation, "store"), json_object_get(entry, "stores"));
}

static const json_t *find_known(const json_t *known, const json_t *cell, const json_t *violation)
{
	const char *op = text_of(json_object_get(violation, "promise"), "op");
	const json_t *entry;
	size_t i;

	json_array_foreach(known, i, entry)
		if (concerns(entry, cell) && meets(violation, entry) &&
		    contains(json_object_get(entry, "faults"), text_of(violation, "fault")) &&
		    contains(json_object_get(entry, "promises"), op))
			return entry;
	return NULL;
}

void known_mark_states(const json_t *known, const json_t *cell, json_t *violations)
{
	json_t *v;
	size_t i, k;

	json_array_foreach(violations, i, v) {
		const char *op = text_of(json_object_get(v, "promise"), "op");
		const json_t *entry, *found = NULL;

		json_array_foreach(known, k, entry)
			if (!found && concerns(entry, cell) &&
			    contains(json_object_get(entry, "states"), text_of(v, "rule")) &&
			    contains(json_object_get(entry, "promises"), op))
				found = entry;
		json_object_set_new(v, "known",
				    found ? json_string(text_of(found, "name")) : json_null());
	}
}

/* An entry that should have shown here and did not. */
static void notice_absence(const json_t *known, const struct known_conditions *how, json_t *cell)
{
	const json_t *entry;
	size_t i;

	json_array_foreach(known, i, entry)
		if (concerns(entry, cell) &&
		    contains(json_object_get(entry, "rules"), how->rules) &&
		    contains(json_object_get(entry, "flush"), how->flush) &&
		    contains(json_object_get(entry, "shows_in"), text_of(cell, "workload")))
			cell_set_status(cell, "xpass", "a known failure did not show: %s (%s)",
					text_of(entry, "name"), text_of(entry, "reason"));
}

void known_apply(const json_t *known, const struct known_conditions *how, json_t *cell)
{
	const json_t *violations = json_object_get(cell, "violations"), *entry = NULL;
	const char *incomplete = text_of(json_object_get(cell, "check"), "incomplete");
	json_t *v;
	bool all = true;
	size_t i;

	json_array_foreach(violations, i, v) {
		const json_t *found = find_known(known, cell, v);

		json_object_set_new(v, "known",
				    found ? json_string(text_of(found, "name")) : json_null());
		all = all && found;
		entry = found ? found : entry;
	}
	/* What is known excuses what was found, and not what was not looked at. */
	if (entry && all && incomplete[0])
		cell_set_status(cell, "error", "known: %s, but %s", text_of(entry, "name"),
				incomplete);
	else if (entry && all)
		cell_set_status(cell, "xfail", "known: %s (%s)", text_of(entry, "name"),
				text_of(entry, "reason"));
	else if (!json_array_size(violations) && !strcmp(text_of(cell, "status"), "pass"))
		notice_absence(known, how, cell);
}
