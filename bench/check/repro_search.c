// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/check/repro_search.h"
#include "bench/results/json_get.h"
#include "lib/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

int repro_search_open(struct repro_search *s, struct repro_case *c, const char *dir, struct err *e)
{
	const struct reduce_hints hints = { .end = c->end, .file = text_of(c->violation, "file") };

	*s = (struct repro_search){ .c = c,
				    .fs = text_of(c->cell, "fs"),
				    .seed = (uint64_t)number_of(c->cell, "seed") };
	snprintf(s->dir, sizeof(s->dir), "%s", dir);
	return reduce_open(&s->reduce, &c->list, &hints, REPRO_BATCH, e);
}

void repro_search_close(struct repro_search *s)
{
	reduce_close(s->reduce);
	json_decref(s->cell);
}

/* ---- what goes into a guest ---- */

/* The place of @list among the @n of @lists; @n itself, where it is added. */
static size_t place_of(const struct oplist *list, const struct oplist *lists, size_t n)
{
	size_t i = 0;

	while (i < n && !oplist_is_same(list, &lists[i]))
		i++;
	return i;
}

/* Adds what @s asks for to @lists, if there is room for all of it. */
static void take_part(struct repro_search *s, struct oplist *lists, size_t *n)
{
	size_t with = *n;

	for (size_t i = 0; i < s->n_asked; i++) {
		s->place[i] = place_of(&s->asked[i], lists, with);
		if (s->place[i] == REPRO_TRY_MAX)
			return;
		lists[s->place[i]] = s->asked[i]; /* borrowed */
		with = s->place[i] < with ? with : with + 1;
	}
	*n = with;
	s->takes_part = s->n_asked;
}

/* 0: was never tried; 1: operations are left out; 2: only arguments become smaller. */
static int turn_of(const struct repro_search *s)
{
	return !reduce_best(s->reduce) ? 0 : reduce_is_polishing(s->reduce) ? 2 : 1;
}

static bool runs_like(const struct repro_search *s, const struct repro_search *other)
{
	return !strcmp(s->fs, other->fs) && s->seed == other->seed;
}

/* The lists of this round, borrowed, in their places; *@ret: who says what they are to run on. */
static size_t gather(struct repro_search *searches, size_t n, struct oplist *lists,
		     const struct repro_search **ret)
{
	const struct repro_search *first = NULL;
	size_t n_lists = 0;

	for (size_t i = 0; i < n; i++)
		searches[i].takes_part = false;
	for (int turn = 0; turn <= 2; turn++)
		for (size_t i = 0; i < n; i++) {
			struct repro_search *s = &searches[i];

			if (s->over || turn_of(s) != turn || (first && !runs_like(s, first)))
				continue;
			take_part(s, lists, &n_lists);
			first = first ? first : s;
		}
	*ret = first;
	return n_lists;
}

int repro_search_ask(struct repro_search *searches, size_t n, size_t *ret_n, struct err *e)
{
	struct oplist lists[REPRO_TRY_MAX];
	const struct repro_search *first;
	int r = 0;

	for (size_t i = 0; !r && i < n; i++) {
		struct repro_search *s = &searches[i];

		if (s->over)
			continue;
		r = reduce_ask(s->reduce, &s->asked, &s->n_asked, e);
		s->over = !s->n_asked;
	}
	*ret_n = r ? 0 : gather(searches, n, lists, &first);
	return r;
}

/* ---- answers ---- */

static int empty_dir(const char *path, struct err *e)
{
	int r;

	file_remove_tree(AT_FDCWD, path);
	r = file_mkdirs(path, 0777);
	return r ? err_sys(e, r, path, "make the directory") : 0;
}

/* The run of @cell in @dir is the best: its files are kept when those there go. */
static int keep_best(struct repro_search *s, const char *dir, json_t *cell, struct err *e)
{
	struct recording_files from;
	int r = empty_dir(s->dir, e);

	if (r)
		return r;
	from = recording_name(dir, text_of(cell, "run"));
	s->files = recording_name(s->dir, text_of(cell, "run"));
	if (link(from.trace, s->files.trace) || link(from.log, s->files.log))
		return err_sys(e, -errno, from.trace, "keep");
	json_decref(s->cell);
	s->cell = json_incref(cell);
	s->violation = repro_find(cell, s->key);
	return 0;
}

static bool shows(struct repro_search *s, const json_t *cell)
{
	if (!cell || (!s->key[0] && !repro_find_kin(cell, s->c->violation, s->key)))
		return false;
	return repro_find(cell, s->key);
}

/* What was tried for others may show it as well. */
static int take_offers(struct repro_search *s, const struct repro_try *t,
		       const struct oplist *lists, size_t n, const struct recording *rec,
		       struct err *e)
{
	int r = 0;

	for (size_t i = 0; !r && i < n; i++) {
		json_t *cell = json_array_get(rec->cells, i);

		if (shows(s, cell) && reduce_offer(s->reduce, &lists[i]))
			r = keep_best(s, t->dir, cell, e);
	}
	return r;
}

static int take_answers(struct repro_search *s, const struct repro_try *t,
			const struct recording *rec, struct err *e)
{
	bool yes[REDUCE_BATCH];
	int best;

	for (size_t i = 0; i < s->n_asked; i++)
		yes[i] = shows(s, json_array_get(rec->cells, s->place[i]));
	best = reduce_tell(s->reduce, yes);
	if (best < 0)
		return 0;
	return keep_best(s, t->dir, json_array_get(rec->cells, s->place[best]), e);
}

/* Offers first: @lists are those that were asked for, and go with the answer. */
static int spread(struct repro_search *searches, size_t n, const struct repro_search *first,
		  const struct repro_try *t, const struct oplist *lists, size_t n_lists,
		  const struct recording *rec, struct err *e)
{
	int r = 0;

	for (size_t i = 0; !r && i < n; i++)
		if (!searches[i].over && !searches[i].takes_part && runs_like(&searches[i], first))
			r = take_offers(&searches[i], t, lists, n_lists, rec, e);
	for (size_t i = 0; !r && i < n; i++)
		if (!searches[i].over && searches[i].takes_part)
			r = take_answers(&searches[i], t, rec, e);
	return r;
}

int repro_search_try(struct repro_search *searches, size_t n, const struct repro_try *t,
		     size_t *ret_ran, struct err *e)
{
	struct oplist lists[REPRO_TRY_MAX];
	const struct repro_search *first;
	size_t n_lists = gather(searches, n, lists, &first);
	struct repro_try here = *t;
	struct recording rec = { 0 };
	struct err failed;
	int r = empty_dir(t->dir, e), s;

	*ret_ran = 0;
	if (r || !first)
		return r; /* nobody has anything to try */
	here.fs = first->fs;
	here.seed = first->seed;
	r = repro_try(&here, lists, n_lists, &rec, e);
	*ret_ran = json_array_size(rec.cells);
	s = spread(searches, n, first, &here, lists, n_lists, &rec, &failed);
	recording_release(&rec);
	if (s)
		*e = failed;
	return s ? s : r;
}

int repro_search_alone(struct repro_search *s, const struct repro_try *t, bool *ret, struct err *e)
{
	struct recording rec = { 0 };
	struct repro_try here = *t;
	int r = empty_dir(t->dir, e);

	*ret = false;
	if (r)
		return r;
	here.fs = s->fs;
	here.seed = s->seed;
	r = repro_try(&here, reduce_best(s->reduce), 1, &rec, e);
	if (!r)
		*ret = shows(s, json_array_get(rec.cells, 0));
	if (*ret)
		r = keep_best(s, t->dir, json_array_get(rec.cells, 0), e);
	s->alone = *ret && !r;
	recording_release(&rec);
	return r;
}
