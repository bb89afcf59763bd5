// SPDX-License-Identifier: GPL-2.0-or-later
#include "checker/states/settled.h"

#include <string.h>

/*
 * Of a block of 4096 bytes what entries have: "." and ".." take 12 each, the checksum 12 (struct
 * ext4_dir_entry_tail). An entry is ext4_dir_rec_len() long: fs/ext4/ext4.h.
 */
#define BLOCK_ROOM	  (4096 - 3 * 12)
#define ENTRY_BYTES(name) ((strlen(name) + 8 + 3) & ~3UL)

static bool is_promised(const struct history_name *n, enum history_rule rule)
{
	const struct history_object *o = n->version[n->n - 1].object;

	return n->floor[rule] == n->n - 1 && (!o || o->is_kept);
}

/* The directory that @path is in. Returns @buf. */
static const char *parent_of(const char *path, char *buf, size_t len)
{
	const char *end = strrchr(path, '/');
	size_t n = end ? (size_t)(end - path) : 0;

	if (n >= len)
		n = len - 1;
	memcpy(buf, path, n);
	buf[n] = '\0';
	return buf;
}

/* As it grows beyond a block (fs/ext4/namei.c, make_indexed_dir(), do_split()), any may be lost. */
static bool may_split(const struct history *h, const char *directory, enum history_rule rule)
{
	const struct history_name *const *names;
	size_t n = history_names(h, &names), bytes = 0;
	bool changes = false;

	for (size_t i = 0; i < n; i++) {
		if (!history_is_in(names[i]->path, directory))
			continue;
		bytes += ENTRY_BYTES(names[i]->path + (*directory ? strlen(directory) + 1 : 0));
		changes |= !is_promised(names[i], rule);
	}
	return changes && bytes > BLOCK_ROOM;
}

bool settled_name(const struct history *h, const struct history_name *n, enum history_rule rule)
{
	char directory[4096];

	while (n) {
		parent_of(n->path, directory, sizeof(directory));
		if (!is_promised(n, rule) || may_split(h, directory, rule))
			return false;
		n = *directory ? history_find(h, directory) : NULL;
	}
	return true;
}

bool settled_directory(const struct history *h, const char *path, enum history_rule rule)
{
	const struct history_name *const *names;
	size_t n = history_names(h, &names);
	const struct history_name *own = *path ? history_find(h, path) : NULL;

	for (size_t i = 0; i < n; i++)
		if (history_is_in(names[i]->path, path) && !is_promised(names[i], rule))
			return false;
	return !own || settled_name(h, own, rule);
}

bool settled_content(const struct history_object *o)
{
	return !o->changing && o->changed <= o->synced && o->size_floor + 1 == o->n_sizes;
}
