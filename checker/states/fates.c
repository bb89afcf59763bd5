// SPDX-License-Identifier: GPL-2.0-or-later
#include "checker/states/fates.h"
#include "checker/states/cubes.h"
#include "lib/grow.h"
#include "lib/hash.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ROUND_LINES  (1U << 18) /* of the states of a round, about: what is held in memory */
#define ROUND_STATES 4U		/* while what they read may still settle others */

/* One point at work. */
struct work {
	const struct fates_job *s;
	struct fates *ret;
	struct cubes *cubes;
	size_t words;
	uint64_t *read; /* units: of the state that is looked at */
};

/* A round: states, and which of the list they are. */
struct round {
	struct state *state;
	size_t *of;
	uint64_t *key;
	size_t n, lines;
};

static const uint64_t *set_of(const struct work *w, size_t i)
{
	return w->ret->sets + i * w->words;
}

/* ---- which states there are ---- */

static size_t count_set(const uint64_t *set, size_t words)
{
	size_t n = 0;

	for (size_t i = 0; i < words; i++)
		n += (size_t)__builtin_popcountll(set[i]);
	return n;
}

static bool is_listed(const struct fates *p, uint64_t state)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->list[i].state == state)
			return true;
	return false;
}

/* All of it but its hash: what was listed has that already. */
static int make_state(const struct fates_job *job, const uint64_t *set, struct state *ret)
{
	struct state_line *lines;

	if (units_lines(job->units, image_medium(job->image), set, &lines, &ret->n_lines))
		return -ENOMEM;
	ret->lines = lines;
	return 0;
}

/* Copies of sets lie one behind the other, with as much room as the list has. */
static int keep_set(struct work *w, const uint64_t *set, uint64_t state)
{
	struct fates *p = w->ret;
	struct fate *list = grow(p->list, p->n, &p->room, sizeof(*list));
	uint64_t *sets = p->sets;

	if (!list)
		return -ENOMEM;
	p->list = list;
	if (p->sets_room < p->room) {
		sets = reallocarray(sets, p->room, w->words * sizeof(*sets) + 1);
		if (!sets)
			return -ENOMEM;
		p->sets = sets;
		p->sets_room = p->room;
	}
	memcpy(sets + p->n * w->words, set, w->words * sizeof(*sets));
	list[p->n++] = (struct fate){ .state = state, .kept = count_set(set, w->words) };
	return 0;
}

static int list_states(struct work *w, struct choose *c, struct err *e)
{
	const uint64_t *set;
	struct state s;
	int r = 0;

	while (!r && (set = choose_next(c))) {
		w->ret->chosen++;
		r = make_state(w->s, set, &s);
		if (r)
			break;
		s.hash = image_hash(w->s->image, s.lines, s.n_lines);
		state_release(&s);
		if (!is_listed(w->ret, s.hash))
			r = keep_set(w, set, s.hash);
	}
	return r ? err_sys(e, r, "crash states", "make") : 0;
}

/* ---- a round ---- */

/* Nothing more is to be done about number @i. */
static bool is_done(const struct work *w, size_t i)
{
	const struct fate *s = &w->ret->list[i];

	return s->asked || outcomes_find(w->s->outcomes, s->state);
}

static void end_round(struct round *r)
{
	for (size_t i = 0; i < r->n; i++)
		state_release(&r->state[i]);
	free(r->state);
	free(r->of);
	free(r->key);
}

static int begin_round(struct round *r, size_t most)
{
	*r = (struct round){
		.state = calloc(most + 1, sizeof(*r->state)),
		.of = calloc(most + 1, sizeof(*r->of)),
		.key = calloc(most + 1, sizeof(*r->key)),
	};
	return r->state && r->of && r->key ? 0 : -ENOMEM;
}

static bool has_key(const struct round *r, uint64_t key)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->key[i] == key)
			return true;
	return false;
}

/* By a cube that it is in, if it is in one. */
static int settle_by_cube(struct work *w, size_t i)
{
	uint64_t other;

	if (!cubes_find(w->cubes, set_of(w, i), &other))
		return 0;
	w->ret->spared++;
	w->ret->list[i].spared = true;
	return outcomes_add_same(w->s->outcomes, w->ret->list[i].state, other);
}

static int take_into_round(struct work *w, struct round *r, size_t i)
{
	if (fates_state(w->s, w->ret, i, &r->state[r->n]))
		return -ENOMEM;
	w->ret->list[i].asked = true;
	r->lines += r->state[r->n].n_lines;
	r->of[r->n++] = i;
	return 0;
}

/* The states from number @from on that are not settled and may go together. */
static int fill_round(struct work *w, struct round *r, size_t from)
{
	size_t most = w->s->recovery->knows_reads ? ROUND_STATES : w->ret->n;
	int s = begin_round(r, most);

	for (size_t i = from; !s && i < w->ret->n && r->n < most && r->lines < ROUND_LINES; i++) {
		if (is_done(w, i))
			continue;
		s = settle_by_cube(w, i);
		if (s || is_done(w, i))
			continue;
		r->key[r->n] = cubes_key(w->cubes, set_of(w, i));
		if (!has_key(r, r->key[r->n]))
			s = take_into_round(w, r, i);
	}
	return s;
}

static void find_read_units(const struct units *u, const struct read_set *reads, uint64_t *ret)
{
	for (size_t i = 0; i < u->n; i++)
		for (uint32_t k = 0; k < u->unit[i].n_parts; k++)
			if (read_set_has(reads, u->part[u->unit[i].first_part + k].addr))
				units_add(ret, i);
}

/* What the recovery of number @i of the list, whose outcome is there, says of others. */
static int learn(struct work *w, size_t i, const struct read_set *reads)
{
	const struct outcomes *known = w->s->outcomes;
	uint64_t state = w->ret->list[i].state, other;

	if (cubes_find(w->cubes, set_of(w, i), &other)) {
		w->ret->contradicted += outcomes_find(known, state) != outcomes_find(known, other);
		return 0;
	}
	if (!reads)
		return 0;
	memset(w->read, 0, w->words * sizeof(*w->read));
	find_read_units(w->s->units, reads, w->read);
	return cubes_add(w->cubes, set_of(w, i), w->read, state);
}

static int take_recovered(struct work *w, const struct round *r, struct recovered *found)
{
	int s = 0;

	for (size_t k = 0; k < r->n; k++) {
		if (found[k].dump &&
		    (outcomes_add(w->s->outcomes, r->state[k].hash, found[k].dump) ||
		     learn(w, r->of[k], found[k].reads)))
			s = -ENOMEM;
		read_set_free(found[k].reads);
	}
	return s;
}

static int recover_round(struct work *w, const struct round *r, struct err *e)
{
	const struct recovery *how = w->s->recovery;
	struct recovered *found = calloc(r->n + 1, sizeof(*found));
	int s, lost;

	if (!found)
		return err_sys(e, -ENOMEM, "crash states", "recover");
	s = how->recover(how->data, image_medium(w->s->image), r->state, r->n, found, e);
	lost = take_recovered(w, r, found);
	free(found);
	return s ? s : lost ? err_sys(e, lost, "crash states", "keep what became of them") : 0;
}

/* Each round settles at least the first state that is left. */
static int settle_all(struct work *w, struct err *e)
{
	size_t from = 0;
	int s = 0;

	while (!s) {
		struct round r;

		while (from < w->ret->n && is_done(w, from))
			from++;
		if (from == w->ret->n)
			break;
		s = fill_round(w, &r, from);
		if (s)
			err_sys(e, s, "crash states", "make");
		else if (r.n)
			s = recover_round(w, &r, e);
		end_round(&r);
	}
	return s;
}

/* ---- the proof ---- */

/* One of those that were spared, as the states themselves have it. -1: none were. */
static ssize_t choose_spared(const struct fates *p)
{
	uint64_t chance = HASH_START, nth;

	if (!p->spared)
		return -1;
	for (size_t i = 0; i < p->n; i++)
		chance = hash_add(chance, &p->list[i].state, sizeof(p->list[i].state));
	nth = chance % p->spared;
	for (size_t i = 0; i < p->n; i++)
		if (p->list[i].spared && !nth--)
			return (ssize_t)i;
	return -1;
}

static int prove(struct work *w, struct err *e)
{
	const struct recovery *how = w->s->recovery;
	ssize_t i = choose_spared(w->ret);
	struct recovered found = { 0 };
	struct state s;
	int r;

	if (i < 0)
		return 0;
	if (fates_state(w->s, w->ret, (size_t)i, &s))
		return err_sys(e, -ENOMEM, "crash states", "make");
	r = how->recover(how->data, image_medium(w->s->image), &s, 1, &found, e);
	if (!r && found.dump)
		w->ret->contradicted += dump_hash(found.dump) !=
					dump_hash(outcomes_find(w->s->outcomes, s.hash));
	dump_free(found.dump);
	read_set_free(found.reads);
	state_release(&s);
	return r;
}

int fates_find(const struct fates_job *s, struct choose *c, struct fates *ret, struct err *e)
{
	struct work w = { .s = s, .ret = ret, .words = units_words(s->units->n) };
	int r;

	*ret = (struct fates){ 0 };
	w.cubes = cubes_open(s->units->n);
	w.read = calloc(w.words + 1, sizeof(*w.read));
	if (w.cubes && !s->recovery->knows_reads)
		cubes_add_unknown(w.cubes);
	r = w.cubes && w.read ? list_states(&w, c, e) : err_sys(e, -ENOMEM, "crash states", "make");
	if (!r)
		r = settle_all(&w, e);
	if (!r)
		r = prove(&w, e);
	if (w.cubes)
		ret->share = cubes_share(w.cubes);
	cubes_close(w.cubes);
	free(w.read);
	return r;
}

int fates_state(const struct fates_job *job, const struct fates *f, size_t i, struct state *ret)
{
	ret->hash = f->list[i].state;
	return make_state(job, f->sets + i * units_words(job->units->n), ret);
}

void fates_release(struct fates *f)
{
	free(f->list);
	free(f->sets);
	*f = (struct fates){ 0 };
}
