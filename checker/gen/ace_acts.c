// SPDX-License-Identifier: GPL-2.0-or-later
/* The names of files, and which of them an operation takes, are ACE's (CrashMonkey, ace.py). */
#include "checker/gen/ace_acts.h"
#include "checker/gen/soup.h"

#include <pthread.h>

#define DATA_ACTS (ACE_TARGETS * ACE_STORES * 5)
#define SIZE_ACTS ((ACE_INSERT - ACE_TRUNCATE_0 + 1) * ACE_TARGETS)
#define NAME_ACTS (2 + 1 + 12 + 5 + 24 + 4 + 3)
#define ACTS	  (DATA_ACTS + SIZE_ACTS + NAME_ACTS)

struct table {
	struct ace_act act[ACTS];
	size_t n;
};

static struct table table;

static void add(int op, int target, int store, int from, int to)
{
	table.act[table.n++] = (struct ace_act){ (int8_t)op, (int8_t)target, (int8_t)store,
						 (int8_t)from, (int8_t)to };
}

static void add_data(void)
{
	for (int target = 0; target < ACE_TARGETS; target++)
		for (int store = 0; store < ACE_STORES; store++)
			for (int op = ACE_MMAP; op <= ACE_PWRITEV; op++)
				add(op, target, store, -1, -1);
}

static void add_size(void)
{
	for (int op = ACE_TRUNCATE_0; op <= ACE_INSERT; op++)
		for (int target = 0; target < ACE_TARGETS; target++)
			add(op, target, -1, -1, -1);
}

/* From each file to those of the second set: 12. */
static void add_pairs(int op)
{
	for (int from = ACE_FOO; from <= ACE_AC_BAR; from++)
		for (int to = ACE_BAR; to <= ACE_AC_BAR; to++)
			if (from != to)
				add(op, -1, -1, from, to);
}

static void add_names(void)
{
	static const int moves[][2] = {
		{ ACE_A, ACE_B }, { ACE_B, ACE_A }, { ACE_AC, ACE_B }, { ACE_B, ACE_AC }
	};

	add(ACE_CREAT, -1, -1, -1, ACE_FOO);
	add(ACE_CREAT, -1, -1, -1, ACE_A_FOO);
	add(ACE_MKDIR, -1, -1, -1, ACE_A);
	add_pairs(ACE_LINK);
	for (int from = ACE_FOO; from <= ACE_AC_BAR; from++)
		add(ACE_UNLINK, -1, -1, from, -1);
	add_pairs(ACE_RENAME);
	add_pairs(ACE_RENAME_OVER);
	for (size_t i = 0; i < sizeof(moves) / sizeof(moves[0]); i++)
		add(ACE_RENAME_DIR, -1, -1, moves[i][0], moves[i][1]);
	for (int to = ACE_BAR; to <= ACE_AC_BAR; to++)
		add(ACE_SYMLINK_TO, -1, -1, -1, to);
}

static void fill_table(void)
{
	add_data();
	add_size();
	add_names();
}

const struct ace_act *ace_acts(size_t *ret_n)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, fill_table);
	*ret_n = table.n;
	return table.act;
}

bool ace_is_data(const struct ace_act *a)
{
	return a->op <= ACE_PWRITEV;
}

bool ace_is_size(const struct ace_act *a)
{
	return a->op >= ACE_TRUNCATE_0 && a->op <= ACE_INSERT;
}

bool ace_maps(const struct ace_act *a)
{
	return a->op <= ACE_MMAP_SECOND;
}

const char *ace_where_name(int where)
{
	static const char *const names[ACE_WHERES] = { "foo",	  "A/foo", "bar", "A/bar",
						       "A/C/bar", "A",	   "B",	  "A/C" };

	return where < 0 ? "" : names[where];
}

/* ---- what makes an act durable ---- */

/* Past the caches go whole words. */
static bool is_of_words(const struct ace_act *a)
{
	return a->store != ACE_1_BYTE && a->store != ACE_6_BYTES;
}

/* Has it a file that a call can name, once it is done? */
static bool has_subject(const struct ace_act *a)
{
	return a->op != ACE_MKDIR && a->op != ACE_SYMLINK_TO;
}

bool ace_persist_fits(const struct ace_act *a, enum ace_persist p, bool last)
{
	/* What a program flushes itself is promised by MAP_SYNC only. */
	bool own = ace_maps(a) && (!last || a->op == ACE_MMAP_SYNC);

	switch (p) {
	case ACE_NONE:
		return !last;
	case ACE_SYNC:
	case ACE_SYNCFS:
		return true;
	case ACE_FSYNC:
	case ACE_FDATASYNC:
		return has_subject(a);
	case ACE_FSYNC_PARENT:
		return !ace_is_data(a) && !ace_is_size(a);
	case ACE_MSYNC:
	case ACE_MSYNC_PART:
		return ace_is_data(a);
	case ACE_DSYNC:
		return ace_is_data(a) && !ace_maps(a);
	case ACE_CLWB:
		return own;
	case ACE_NT:
		return own && is_of_words(a);
	default:
		return false;
	}
}

unsigned int ace_step_needs(const struct ace_act *a, enum ace_persist p)
{
	unsigned int needs = p == ACE_SYNC ? SOUP_OWN_FS : 0;

	if (a->target == ACE_TO_SHARED)
		needs |= SOUP_REFLINK;
	switch (a->op) {
	case ACE_MMAP_SYNC:
		return needs | SOUP_MAP_SYNC;
	case ACE_ZERO:
	case ACE_ZERO_1:
	case ACE_COLLAPSE:
	case ACE_INSERT:
		return needs | SOUP_SHIFT;
	case ACE_UNSHARE:
	case ACE_UNSHARE_1:
		return needs | SOUP_UNSHARE;
	default:
		return needs;
	}
}

/* ---- values ---- */

unsigned int ace_step_values(const struct ace_act *a, enum ace_persist p,
			     unsigned int ret[ACE_STEP_VALUES])
{
	const int have[ACE_STEP_VALUES] = { a->op, a->target, a->store, a->from, a->to, (int)p };
	static const unsigned int of[ACE_STEP_VALUES] = { ACE_OPS,    ACE_TARGETS, ACE_STORES,
							  ACE_WHERES, ACE_WHERES,  ACE_PERSISTS };
	unsigned int n = 0, first = 0;

	for (unsigned int i = 0; i < ACE_STEP_VALUES; i++) {
		if (have[i] >= 0)
			ret[n++] = first + (unsigned int)have[i];
		first += of[i];
	}
	return n;
}
