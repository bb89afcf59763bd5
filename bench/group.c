// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/group.h"

#include <string.h>

const struct group groups[] = {
	{ "quick", "a few, in seconds", false },
	{ "default", "what is run where nothing is named", false },
	{ "full", "all that can be measured", false },
	{ "tree", "what shows the form of the entries in a DAX mapping, and their cost", false },
	{ "fault", "page faults of a mapping", true },
	{ "sync", "what makes stores durable", true },
	{ "data", "reading, writing, copying", true },
	{ "names", "files that come and go, their names, sizes and attributes", true },
	{ "space", "files that grow, shrink and share blocks", true },
	{ "device", "other devices than a file system's, and what happens to them", true },
	{ "scaling", "several threads or processes at once", true },
	{ "fio", "jobs of fio", true },
	{ "control", "what measures the measuring", true },
	{ "list", "lists of operations", true },
	{ "test", "for tests of daxbench itself", true },
	{ NULL, NULL, false },
};

/* The next of the comma-separated groups at @p, its length in @len; or NULL. */
static const char *next_group(const char *p, size_t *len)
{
	if (!p || !*p)
		return NULL;
	*len = strcspn(p, ",");
	return p;
}

static const char *behind(const char *group, size_t len)
{
	return group + len + (group[len] == ',');
}

static bool names_group(const struct dx_workload *w, const char *group)
{
	size_t len;

	for (const char *p = next_group(w->groups, &len); p; p = next_group(behind(p, len), &len))
		if (strlen(group) == len && !strncmp(p, group, len))
			return true;
	return false;
}

/* Its last parameter is a file of the user's, or it makes a list from a seed. */
static bool runs_list(const struct dx_workload *w)
{
	return w->list != DX_LIST_NONE;
}

bool group_has(const char *group, const struct dx_workload *w)
{
	if (!strcmp(group, "full"))
		return !names_group(w, "test") && !runs_list(w) && !w->job;
	return names_group(w, group);
}

const char *group_theme(const struct dx_workload *w)
{
	size_t len;

	for (const char *p = next_group(w->groups, &len); p; p = next_group(behind(p, len), &len))
		for (const struct group *g = groups; g->name; g++)
			if (g->theme && strlen(g->name) == len && !strncmp(p, g->name, len))
				return g->name;
	return "";
}
