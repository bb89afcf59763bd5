// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/check/edits.h"
#include "bench/check/states.h"
#include "lib/monotonic.h"

#include <errno.h>
#include <stdlib.h>

struct edits_count {
	size_t places, tried, caught, wrong;
	size_t explained[EDIT_REASONS];
};

struct edits {
	const struct edits_options *options;
	struct edits_count count[EDIT_KINDS];
	uint64_t states, unique;
	json_t *missed, *found;
};

/* ---- one edit ---- */

static bool is_new(const struct edits *x, const struct explore_violation *v)
{
	const struct explore_violation *old;
	size_t n = explore_violations(x->options->unedited, &old);

	for (size_t i = 0; i < n; i++)
		if (explore_is_alike(&old[i], v))
			return false;
	return true;
}

static json_t *describe_edit(const struct edit *edit)
{
	return json_pack("{s:s, s:I, s:o}", "kind", edit_kind_names[edit->kind], "event",
			 (json_int_t)edit->seq, "during", states_describe_op(edit->during));
}

/* What is wrong now; whether that is the edit's doing alone is in *@ret_only. */
static json_t *blame(const struct edits *x, const struct edit *edit, const struct explore *found,
		     bool *ret_only)
{
	const struct explore_violation *v;
	size_t n = explore_violations(found, &v);
	json_t *blamed = json_array();

	*ret_only = true;
	for (size_t i = 0; i < n; i++) {
		if (!is_new(x, &v[i]))
			continue;
		json_array_append_new(blamed, states_describe_blame(&v[i]));
		*ret_only &= edit_may_harm(edit, v[i].file);
	}
	return blamed;
}

static void add_found(struct edits *x, const struct edit *edit, json_t *blamed)
{
	json_t *one = describe_edit(edit);

	json_object_set_new(one, "of",
			    edit->of[0] ? json_string(edit->of[0]->first_name) : json_null());
	json_object_set(one, "blamed", blamed);
	json_array_append_new(x->found, one);
}

static void add_missed(struct edits *x, const struct edit *edit)
{
	json_t *one = describe_edit(edit);

	json_object_set_new(one, "reason", json_string(edit_reason_names[edit->reason]));
	json_array_append_new(x->missed, one);
}

/*
 * By some reasons no state is another one than without the edit: what is caught then is wrong.
 * The others say what was not broken, a promise or a later one, but an order was.
 */
static void count(struct edits *x, const struct edit *edit, const struct explore *found)
{
	struct edits_count *c = &x->count[edit->kind];
	bool only;
	json_t *blamed = blame(x, edit, found, &only);

	c->tried++;
	if (json_array_size(blamed)) {
		c->caught++;
		c->wrong += edit->reason >= EDIT_REWRITTEN || !only;
		add_found(x, edit, blamed);
	} else {
		c->explained[edit->reason]++;
		add_missed(x, edit);
	}
	json_decref(blamed);
}

static int try_edit(struct edits *x, const struct edit *edit, struct trace *t,
		    const struct oplog *log, struct err *e)
{
	struct explore_options how = *x->options->explore;
	struct explore *found;
	int r;

	how.edit = edit;
	how.total = EDITS_STATES;
	how.on_point = NULL;
	r = explore_run(&found, t, log, &how, e);
	if (found) {
		x->states += explore_counts(found)->run;
		x->unique += explore_counts(found)->unique;
	}
	if (!r)
		count(x, edit, found);
	explore_close(found);
	return r;
}

/* ---- all of a run ---- */

static json_t *describe_count(const struct edits_count *c)
{
	json_t *explained = json_object();

	for (unsigned int i = 0; i < EDIT_REASONS; i++)
		if (c->explained[i])
			json_object_set_new(explained, edit_reason_names[i],
					    json_integer((json_int_t)c->explained[i]));
	return json_pack("{s:I, s:I, s:I, s:I, s:o}", "places", (json_int_t)c->places, "tried",
			 (json_int_t)c->tried, "caught", (json_int_t)c->caught, "wrong",
			 (json_int_t)c->wrong, "explained", explained);
}

static json_t *describe(const struct edits *x, uint64_t ms)
{
	json_t *j = json_pack("{s:I, s:I, s:f, s:O, s:O}", "run", (json_int_t)x->states, "unique",
			      (json_int_t)x->unique, "seconds", (double)ms / 1e3, "missed",
			      x->missed, "found", x->found);

	for (unsigned int kind = 0; kind < EDIT_KINDS; kind++)
		json_object_set_new(j, edit_kind_names[kind], describe_count(&x->count[kind]));
	return j;
}

static int try_edits(struct edits *x, struct trace *t, const struct oplog *log, struct err *e)
{
	const struct edits_options *o = x->options;
	const struct drain_rules rules = { o->explore->mode, o->explore->flushes };
	struct edit *edit = calloc(o->n + 1, sizeof(*edit));
	struct edit_places *places = NULL;
	size_t n = 0;
	int r = edit ? edit_find(&places, t, log, &rules, e)
		     : err_sys(e, -ENOMEM, "crash states", "edit the trace");

	for (unsigned int kind = 0; !r && kind < EDIT_KINDS; kind++)
		x->count[kind].places = edit_places(places, (enum edit_kind)kind);
	if (!r)
		n = edit_choose(places, o->seed, o->n, edit);
	for (size_t i = 0; !r && i < n; i++) {
		if (o->on_edit)
			o->on_edit(o->data, i + 1, n);
		r = try_edit(x, &edit[i], t, log, e);
	}
	edit_places_free(places);
	free(edit);
	return r;
}

int edits_check(const struct edits_options *o, struct trace *t, const struct oplog *log,
		json_t *states, struct err *e)
{
	struct edits x = { .options = o, .missed = json_array(), .found = json_array() };
	uint64_t began = monotonic_ms();
	int r = try_edits(&x, t, log, e);

	json_object_set_new(states, "edits", describe(&x, monotonic_ms() - began));
	json_decref(x.missed);
	json_decref(x.found);
	return r;
}
