// SPDX-License-Identifier: GPL-2.0-or-later
#include "checker/states/oracle_attributes.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define PERMISSIONS 07777U

static void name_of(unsigned int number, char name[32])
{
	snprintf(name, 32, DX_XATTR_PREFIX "%u", number);
}

/* NULL: it has none of that number. */
static const struct dump_xattr *find_xattr(const struct dump_entry *entry, unsigned int number)
{
	char name[32];

	name_of(number, name);
	for (size_t i = 0; i < entry->n_xattrs; i++)
		if (!strcmp(entry->xattr[i].name, name))
			return &entry->xattr[i];
	return NULL;
}

/* @found NULL: it is not there. */
static bool is_value(const struct history_value *v, unsigned int number,
		     const struct dump_xattr *found)
{
	unsigned char want[DX_XATTR_MAX];

	if (!v->size || !found)
		return !v->size && !found;
	if (v->size != found->size || v->size > sizeof(want))
		return false;
	dx_xattr_value(number, v->op->rec->arg[3], want, v->size);
	return !memcmp(want, found->value, v->size);
}

static bool is_version(const struct history_value *v, unsigned int which,
		       const struct dump_entry *entry)
{
	if (v->is_unknown)
		return true;
	if (which == HISTORY_MODE)
		return (entry->mode & PERMISSIONS) == v->mode;
	return is_value(v, which - HISTORY_XATTRS, find_xattr(entry, which - HISTORY_XATTRS));
}

/* ---- what is wrong ---- */

static void tell_mode(const struct history_attribute *a, const struct dump_entry *entry,
		      const char *later, char words[ORACLE_WORDS])
{
	snprintf(words, ORACLE_WORDS, "has mode %04o, may have %04o%s", entry->mode & PERMISSIONS,
		 (unsigned int)a->value[a->floor].mode, later);
}

/* The version that was found, legal or not; NULL: none. */
static const struct history_value *version_found(const struct history_attribute *a,
						 unsigned int number,
						 const struct dump_xattr *found)
{
	for (size_t i = a->n; i-- > 0;)
		if (!a->value[i].is_unknown && is_value(&a->value[i], number, found))
			return &a->value[i];
	return NULL;
}

static void tell_found(const struct history_attribute *a, unsigned int number,
		       const struct dump_xattr *found, char words[64])
{
	const struct history_value *v = found ? version_found(a, number, found) : NULL;

	if (!found)
		snprintf(words, 64, "is not there");
	else if (v)
		snprintf(words, 64, "is what setxattr #%" PRIu64 " gave it", v->op->number);
	else
		snprintf(words, 64, "has %zu bytes that nobody gave it", found->size);
}

static void tell_xattr(const struct history_attribute *a, unsigned int number,
		       const struct dump_entry *entry, const char *later, char words[ORACLE_WORDS])
{
	const struct history_value *floor = &a->value[a->floor];
	char name[32], found[64], legal[64];

	name_of(number, name);
	tell_found(a, number, find_xattr(entry, number), found);
	if (floor->size)
		snprintf(legal, sizeof(legal), "may be what setxattr #%" PRIu64 " gave it",
			 floor->op->number);
	else
		snprintf(legal, sizeof(legal), "may be missing");
	snprintf(words, ORACLE_WORDS, "%s %s, %s%s", name, found, legal, later);
}

bool oracle_attribute_may_be(const struct history_object *object, unsigned int which,
			     const struct dump_entry *entry, char words[ORACLE_WORDS])
{
	const struct history_attribute *a = &object->attribute[which];
	const char *later = a->floor + 1 < a->n ? ", or what came later" : "";

	for (size_t i = 0; i < a->n; i++)
		if (history_may_be_set(a, i) && is_version(&a->value[i], which, entry))
			return true;
	if (which == HISTORY_MODE)
		tell_mode(a, entry, later, words);
	else
		tell_xattr(a, which - HISTORY_XATTRS, entry, later, words);
	return false;
}

bool oracle_attributes_are_ours(const struct dump_entry *entry, char words[ORACLE_WORDS])
{
	for (size_t i = 0; i < entry->n_xattrs; i++) {
		bool is_ours = false;
		char name[32];

		for (unsigned int k = 0; k < DX_XATTRS; k++) {
			name_of(k, name);
			is_ours |= !strcmp(name, entry->xattr[i].name);
		}
		if (is_ours)
			continue;
		snprintf(words, ORACLE_WORDS, "has an attribute \"%.80s\" that nobody gave it",
			 entry->xattr[i].name);
		return false;
	}
	return true;
}
