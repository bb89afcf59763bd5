// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/check/repro_try.h"
#include "bench/results/json_get.h"
#include "bench/check/oplist_source.h"
#include "bench/check/recorded.h"
#include "lib/cleanup.h"

#include <errno.h>
#include <string.h>

#define MAX_OPTIONS 32

/* ---- a guest ---- */

static int write_list(const struct oplist *list, const char *path, struct err *e)
{
	FILE *out = fopen(path, "we");
	int r = out ? oplist_print(list, out) : -errno;

	if (out && fclose(out) && !r)
		r = -errno;
	return r ? err_sys(e, r, path, "write") : 0;
}

/* The words for the lists, "ops:list=DIR/0.list": the caller frees each. */
static int make_words(const struct repro_try *t, const struct oplist *lists, size_t n, char **words,
		      struct err *e)
{
	int r = 0;

	for (size_t i = 0; !r && i < n; i++) {
		if (asprintf(&words[i], "ops:list=%s/%zu.list", t->dir, i) < 0) {
			words[i] = NULL;
			return err_sys(e, -ENOMEM, t->dir, "name the lists");
		}
		r = write_list(&lists[i], strchr(words[i], '=') + 1, e);
	}
	return r;
}

static int run_job(const struct repro_try *t, char **words, size_t n, const json_t *options,
		   const struct oplist_luggage *luggage, struct recording *ret, struct err *e)
{
	char *argv[1 + REPRO_TRY_MAX + MAX_OPTIONS + 1] = { (char *)"daxbench check" };
	struct emulate_outcome outcome;
	struct emulate_job job;
	const json_t *option;
	size_t i;
	int r;

	memcpy(argv + 1, words, n * sizeof(*words));
	json_array_foreach(options, i, option)
		argv[1 + n + i] = (char *)json_string_value(option);
	r = session_job(t->session, t->run->kernel, argv, &job, e);
	if (r)
		return r;
	job.files = (const char *const *)luggage->files;
	job.timeout_ms = t->timeout_ms;
	return recording_run(ret, &job, &outcome, e);
}

static int run_words(const struct repro_try *t, char **words, size_t n, struct recording *ret,
		     struct err *e)
{
	AUTO_FREE struct selection *selections = NULL;
	struct oplist_luggage luggage = { 0 };
	json_t *options = repro_options(t->run, t->fs, t->seed);
	size_t n_selections = 0;
	int r = select_words(LENS_CHECK, words, n, &selections, &n_selections, e);

	if (!r)
		r = oplist_source_pack(selections, n_selections, &luggage, e);
	if (!r && json_array_size(options) > MAX_OPTIONS)
		r = err_set(e, -E2BIG, "check", "has more options than expected");
	if (!r)
		r = run_job(t, words, n, options, &luggage, ret, e);
	oplist_luggage_release(&luggage);
	json_decref(options);
	return r;
}

/* What cannot be judged shows nothing. */
static void judge(const struct repro_try *t, const struct recording *rec)
{
	json_t *cell;
	size_t i;

	json_array_foreach(rec->cells, i, cell) {
		const struct recording_files f = recording_name(t->dir, text_of(cell, "run"));
		const struct recorded files = { .trace = f.trace,
						.log = f.log,
						.symbols = f.symbols,
						.rules = t->run->rules,
						.flush = session_flush_name(t->session) };

		if (text_of(cell, "run")[0])
			recorded_judge(&files, t->run->known, cell);
	}
}

int repro_try(const struct repro_try *t, const struct oplist *lists, size_t n,
	      struct recording *ret, struct err *e)
{
	char *words[REPRO_TRY_MAX] = { NULL };
	int r;

	*ret = (struct recording){ .dir = t->dir };
	if (n > REPRO_TRY_MAX)
		return err_set(e, -E2BIG, t->dir, "more lists than a guest is given");
	r = make_words(t, lists, n, words, e);
	if (!r)
		r = run_words(t, words, n, ret, e);
	judge(t, ret);
	for (size_t i = 0; i < n; i++)
		free(words[i]);
	return r;
}

/* ---- is it there? ---- */

static const char *innermost(const json_t *site)
{
	const char *frame = json_string_value(json_array_get(json_object_get(site, "stack"), 0));

	return frame ? strrchr(frame, ' ') : NULL;
}

/* By the same code; by the same call in other code; by a program at all; 0: not. */
static int store_likeness(const json_t *a, const json_t *b)
{
	const char *x = innermost(a), *y = innermost(b);

	if (strcmp(text_of(a, "by"), text_of(b, "by")) != 0)
		return 0;
	if (!strcmp(text_of(a, "where"), text_of(b, "where")))
		return 3;
	if (strcmp(text_of(a, "by"), "program") != 0)
		return 0;
	return x && y && !strcmp(x, y) ? 2 : 1;
}

static bool is_known(const json_t *violation)
{
	return json_is_string(json_object_get(violation, "known"));
}

/* Of @b, which a list showed, to @a, that it was made for. */
static int likeness(const json_t *a, const json_t *b)
{
	if (is_known(b))
		return 0;
	if (strcmp(text_of(a, "fault"), text_of(b, "fault")) != 0 ||
	    strcmp(text_of(json_object_get(a, "promise"), "op"),
		   text_of(json_object_get(b, "promise"), "op")) != 0)
		return 0;
	return store_likeness(json_object_get(a, "store"), json_object_get(b, "store"));
}

bool repro_find_kin(const json_t *cell, const json_t *violation, char key[REPRO_KEY])
{
	const json_t *v, *nearest = NULL;
	int best = 0;
	size_t i;

	json_array_foreach(json_object_get(cell, "violations"), i, v) {
		int near = likeness(violation, v);

		if (near > best) {
			best = near;
			nearest = v;
		}
	}
	if (nearest)
		repro_key(text_of(cell, "fs"), nearest, key, REPRO_KEY);
	return nearest;
}

json_t *repro_find(const json_t *cell, const char *key)
{
	char own[REPRO_KEY];
	json_t *v;
	size_t i;

	json_array_foreach(json_object_get(cell, "violations"), i, v)
		if (!is_known(v) &&
		    !strcmp(repro_key(text_of(cell, "fs"), v, own, sizeof(own)), key))
			return v;
	return NULL;
}
