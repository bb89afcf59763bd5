// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * daxbench check --reduce: the fewest operations that show each violation that was
 * saved. The first is cut down to its end, then run by itself, as the command
 * that is saved with it does, then the next; but the cuts that cost little are
 * made for all of them before. What time or a signal ends is saved as it is.
 */
#include "bench/cmd/cmd_check.h"
#include "bench/interrupt.h"
#include "bench/results/json_get.h"
#include "bench/check/repro_search.h"
#include "bench/cmd/say.h"
#include "lib/file.h"
#include "lib/monotonic.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>

#define LAST_MS 120000 /* for a run that confirms, though the time is over meanwhile */

struct reduction {
	struct check *check;
	struct repro *repro;
	struct repro_search *searches;
	size_t n;
	char dir[PATH_MAX], try_dir[PATH_MAX]; /* of all that comes and goes, and of a guest's */
	uint64_t deadline;
	bool failed; /* no guest can be had: trying more is no use */
};

static uint64_t time_left(const struct reduction *r)
{
	uint64_t now = monotonic_ms();

	return now < r->deadline ? r->deadline - now : 0;
}

static bool goes_on(const struct reduction *r)
{
	return !interrupted && !r->failed && time_left(r);
}

static struct repro_try guest_for(const struct reduction *r, uint64_t timeout_ms)
{
	return (struct repro_try){ .run = r->repro->run,
				   .session = &r->check->session,
				   .dir = r->try_dir,
				   .timeout_ms = timeout_ms };
}

/* ---- the end of one ---- */

static const char *why_no_less(const struct reduction *r, const struct repro_search *s)
{
	if (s->c->minimal)
		return ", none can go";
	if (interrupted)
		return ", interrupted";
	return time_left(r) ? "" : ", time is over";
}

static void say_whole(const struct repro_search *s, const char *why)
{
	say_note(0, "%s: kept whole: %s", s->c->key, why);
}

/* The best run takes the place of the first. */
static int replace(struct reduction *r, struct repro_search *s, struct err *e)
{
	int code;

	s->c->minimal = reduce_is_minimal(s->reduce);
	s->c->alone = s->alone;
	code = repro_replace(r->repro, s->c, s->cell, s->violation, reduce_best(s->reduce),
			     &s->files, e);
	if (!code)
		say_note(0, "%s: %zu of %zu operations%s", s->c->key, s->c->list.n, s->c->list_was,
			 why_no_less(r, s));
	return code;
}

/* @run: is there time to run it by itself? */
static int finish(struct reduction *r, struct repro_search *s, bool run, struct err *e)
{
	const struct repro_try t = guest_for(r, LAST_MS);
	bool shows = true;
	int code = 0;

	s->done = true;
	if (!s->cell) {
		say_whole(s, run ? "run as a list it does not show" : "it could not be tried");
		return 0;
	}
	if (run)
		code = repro_search_alone(s, &t, &shows, e);
	if (code && !interrupted)
		return code;
	if (!shows && !code) {
		say_whole(s, "cut down, it shows only after other lists");
		return 0;
	}
	return replace(r, s, e);
}

static void finish_those(struct reduction *r, bool over)
{
	struct err e;

	for (size_t i = 0; i < r->n && (!over || !interrupted); i++) {
		struct repro_search *s = &r->searches[i];

		if (!s->done && (s->over || !over) && finish(r, s, over, &e))
			say_error(&e);
	}
}

/* ---- the search ---- */

static void say_tries(const struct reduction *r, size_t n_lists)
{
	const struct repro_search *first = NULL;
	size_t with = 0;
	char what[80], others[40] = "";

	for (size_t i = 0; i < r->n; i++) {
		if (!r->searches[i].takes_part)
			continue;
		first = first ? first : &r->searches[i];
		with++;
	}
	if (!first)
		return;
	if (with > 1)
		snprintf(others, sizeof(others), ", and for %zu more", with - 1);
	say_note(0, "%s: %zu operations, %zu lists in a guest: %s%s", first->c->key,
		 reduce_best(first->reduce) ? reduce_best(first->reduce)->n : first->c->list.n,
		 n_lists, reduce_describe(first->reduce, what, sizeof(what)), others);
}

/* A guest that a list brings down is an answer; one that runs none is no use. */
static void try_lists(struct reduction *r)
{
	const struct repro_try t = guest_for(r, time_left(r));
	struct err e;
	size_t ran;

	if (!repro_search_try(r->searches, r->n, &t, &ran, &e) || !goes_on(r))
		return;
	say_error(&e);
	r->failed = !ran;
}

static void search(struct reduction *r)
{
	struct err e;
	size_t n_lists;

	while (goes_on(r)) {
		if (repro_search_ask(r->searches, r->n, &n_lists, &e)) {
			say_error(&e);
			break;
		}
		finish_those(r, true);
		if (!n_lists)
			return;
		if (!goes_on(r))
			break;
		say_tries(r, n_lists);
		try_lists(r);
	}
	finish_those(r, false);
}

static int open_searches(struct reduction *r, struct err *e)
{
	char dir[PATH_MAX];
	int code = 0;

	r->searches = calloc(r->repro->n, sizeof(*r->searches));
	if (!r->searches)
		return err_sys(e, -ENOMEM, "--reduce", "begin");
	for (size_t i = 0; !code && i < r->repro->n; i++) {
		struct repro_case *c = &r->repro->cases[i];

		snprintf(dir, sizeof(dir), "%s/%zu", r->dir, i);
		if (!c->list.n)
			say_note(0, "%s: kept whole: no list can be made of it", c->key);
		else
			code = repro_search_open(&r->searches[r->n++], c, dir, e);
	}
	return code;
}

void check_reduce(struct check *check, struct repro *repro)
{
	struct reduction r = { .check = check,
			       .repro = repro,
			       .deadline = monotonic_ms() + check->reduce_ms };
	struct err e;

	snprintf(r.dir, sizeof(r.dir), "%s/reduce", repro->run->results);
	snprintf(r.try_dir, sizeof(r.try_dir), "%s/try", r.dir);
	say_note(0, "cutting down %zu kinds of violations, for %" PRIu64 " s at most", repro->n,
		 check->reduce_ms / 1000);
	if (open_searches(&r, &e))
		say_error(&e);
	else
		search(&r);
	for (size_t i = 0; i < r.n; i++)
		repro_search_close(&r.searches[i]);
	free(r.searches);
	file_remove_tree(AT_FDCWD, r.dir);
}
