// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The rules of persist.c turned round: not what a byte may be, but which contents
 * lines can have as a whole.
 *
 * What is in flight of a line is cut into atoms: what one store does to one word.
 * An atom belongs to a step of the line's prefix, or (non-temporal) to none. For
 * each length of the prefix, and each subset of the step after it, a word has
 * the content that its last chosen atom left, or that any later non-temporal atom
 * of it left. Words are then independent of one another, so that a line's contents
 * are a product, and those of lines are too.
 *
 * With atomicity beyond a word the non-temporal atoms of one run in one block are
 * a group, there or not there as a whole: for each subset of the groups of all the
 * lines, each line's contents are made anew, with no choice left for its words.
 */
#include "checker/persist/persist_states.h"
#include "lib/cleanup.h"
#include "lib/hash.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define LINE	   DX_TRACE_LINE
#define WORDS	   8U
#define MAX_GROUPS 24U /* 2^24 subsets: more take too long whatever the caller allows */

/* ---- a set of contents ---- */

struct set {
	size_t width, n, room, max;
	unsigned char *state;
	size_t *slot; /* number of a state plus 1; 0: free; a power of two of them */
	size_t slots;
};

static void set_clear(struct set *s)
{
	s->n = 0;
	if (s->slots)
		memset(s->slot, 0, s->slots * sizeof(*s->slot));
}

static void set_release(struct set *s)
{
	free(s->state);
	free(s->slot);
}

/* The slot that has @state, or that it goes to. */
static size_t *set_slot(const struct set *s, const unsigned char *state)
{
	size_t i = hash_add(HASH_START, state, s->width) & (s->slots - 1);

	while (s->slot[i] && memcmp(s->state + (s->slot[i] - 1) * s->width, state, s->width) != 0)
		i = (i + 1) & (s->slots - 1);
	return &s->slot[i];
}

static int set_grow(struct set *s)
{
	size_t room = s->room ? 2 * s->room : 16, bytes;
	unsigned char *state;

	if (__builtin_mul_overflow(room, s->width, &bytes))
		return -ENOMEM;
	state = realloc(s->state, bytes);
	if (!state)
		return -ENOMEM;
	s->state = state;
	s->room = room;
	free(s->slot);
	s->slots = 2 * room;
	s->slot = calloc(s->slots, sizeof(*s->slot));
	if (!s->slot) {
		s->slots = 0;
		return -ENOMEM;
	}
	for (size_t i = 0; i < s->n; i++)
		*set_slot(s, s->state + i * s->width) = i + 1;
	return 0;
}

static int set_add(struct set *s, const unsigned char *state)
{
	size_t *slot;
	int r = s->n < s->room ? 0 : set_grow(s);

	if (r)
		return r;
	slot = set_slot(s, state);
	if (*slot)
		return 0;
	if (s->n == s->max)
		return -E2BIG;
	memcpy(s->state + s->n * s->width, state, s->width);
	*slot = ++s->n;
	return 0;
}

/* ---- a line in atoms ---- */

struct atom {
	uint32_t step;	/* of the prefix, from 1; 0: in none */
	uint32_t group; /* of non-temporal ones, if @by_group */
	uint32_t word;
	unsigned char after[8]; /* the word with this atom and all before it */
};

struct cut {
	struct atom *atom; /* in order; its steps too */
	size_t n;
	uint32_t steps;
	unsigned char durable[LINE];
	struct set set;
};

/* What must be there or not as a whole. */
struct group {
	uint64_t run, block;
};

struct states {
	const struct table *table;
	const struct medium *medium;
	uint32_t atomic;
	bool by_group;
	struct cut *line;
	size_t lines;
	struct group group[MAX_GROUPS];
	uint32_t groups;
	struct set set;
};

static bool is_ordered(const struct persist_piece *piece)
{
	return piece->kind == PERSIST_ORDERED;
}

/* Bytes of @piece that belong to its store number @i, counted within the line. */
static uint64_t store_bytes(const struct persist_piece *piece, unsigned int i)
{
	uint64_t one = UINT64_MAX >> (LINE - piece->size);

	return piece->bytes & one << (piece->off + i * piece->size);
}

static size_t count_atoms(const struct persist_piece *piece)
{
	size_t n = 0;

	for (; piece; piece = piece->next)
		n += is_ordered(piece) ? piece->len / piece->size : WORDS;
	return n;
}

/* The number of @piece's group, or -E2BIG. */
static int find_group(struct states *s, const struct persist_piece *piece, uint64_t addr)
{
	struct group g = { .run = piece->run, .block = addr / s->atomic };

	for (uint32_t i = 0; i < s->groups; i++)
		if (s->group[i].run == g.run && s->group[i].block == g.block)
			return (int)i;
	if (s->groups == MAX_GROUPS)
		return -E2BIG;
	s->group[s->groups] = g;
	return (int)s->groups++;
}

/* Adds what @bytes of @piece do to word @w; @now: the line with all atoms so far. */
static void add_atom(struct cut *c, const struct persist_piece *piece, uint64_t bytes,
		     unsigned int w, uint32_t group, unsigned char *now)
{
	struct atom *atom = &c->atom[c->n++];

	for (unsigned int i = 8 * w; i < 8 * w + 8; i++)
		if (bytes >> i & 1)
			now[i] = persist_piece_byte(piece, i);
	atom->word = w;
	atom->group = group;
	atom->step = piece->kind == PERSIST_NT ? 0 : c->steps;
	memcpy(atom->after, now + 8 * w, sizeof(atom->after));
}

/* Those of @bytes, which are one step, or have no order. */
static void add_atoms(struct cut *c, const struct persist_piece *piece, uint64_t bytes,
		      uint32_t group, unsigned char *now)
{
	if (!bytes)
		return;
	if (piece->kind != PERSIST_NT)
		c->steps++;
	for (unsigned int w = 0; w < WORDS; w++)
		if (bytes >> (8 * w) & 0xff)
			add_atom(c, piece, bytes, w, group, now);
}

static int cut_line(struct states *s, struct cut *c, uint64_t addr)
{
	const struct line *line = table_find(s->table, addr);
	const unsigned char *durable = medium_at(s->medium, addr);
	const struct persist_piece *piece = line ? line->view.first : NULL;
	size_t n = count_atoms(piece);
	unsigned char now[LINE];
	int group = 0;

	if (!durable)
		return -ENOENT;
	memcpy(c->durable, durable, LINE);
	memcpy(now, durable, LINE);
	c->atom = calloc(n ? n : 1, sizeof(*c->atom));
	if (!c->atom)
		return -ENOMEM;
	for (; piece; piece = piece->next) {
		if (s->by_group && piece->kind == PERSIST_NT)
			group = find_group(s, piece, addr);
		if (group < 0)
			return group;
		if (!is_ordered(piece))
			add_atoms(c, piece, piece->bytes, (uint32_t)group, now);
		else
			for (unsigned int i = 0; i < piece->len / piece->size; i++)
				add_atoms(c, piece, store_bytes(piece, i), 0, now);
	}
	return 0;
}

/* ---- the contents of one line ---- */

/* What one word can be: different values. */
struct word {
	const unsigned char **value;
	size_t n;
};

static void word_add(struct word *w, const unsigned char *value)
{
	for (size_t i = 0; i < w->n; i++)
		if (!memcmp(w->value[i], value, 8))
			return;
	w->value[w->n++] = value;
}

/* One of each word's values, in all combinations. */
static int add_product(struct set *set, const struct word word[WORDS])
{
	size_t digit[WORDS] = { 0 };
	unsigned char state[LINE];
	unsigned int w = 0;

	while (w < WORDS) {
		int r;

		for (w = 0; w < WORDS; w++)
			memcpy(state + 8 * w, word[w].value[digit[w]], 8);
		r = set_add(set, state);
		if (r)
			return r;
		for (w = 0; w < WORDS && ++digit[w] == word[w].n; w++)
			digit[w] = 0;
	}
	return 0;
}

/* What is chosen of one line: the first @steps steps, some atoms of the next, some groups. */
struct chosen {
	uint32_t steps;
	uint64_t next; /* bit w: its atom of word w */
	uint64_t groups;
};

static bool is_chosen(const struct chosen *c, const struct atom *a)
{
	if (!a->step)
		return c->groups >> a->group & 1;
	return a->step <= c->steps || (a->step == c->steps + 1 && c->next >> a->word & 1);
}

/* @value: room for one of each atom and the durable one, for each word. */
static int add_chosen(const struct states *s, struct cut *c, const struct chosen *choice,
		      const unsigned char **value)
{
	struct word word[WORDS];

	for (unsigned int w = 0; w < WORDS; w++)
		word[w] = (struct word){ .value = value + w * (c->n + 1) };
	for (unsigned int w = 0; w < WORDS; w++)
		word_add(&word[w], c->durable + 8 * w);
	for (size_t i = 0; i < c->n; i++) {
		const struct atom *a = &c->atom[i];

		if ((a->step || s->by_group) && is_chosen(choice, a))
			word[a->word].n = 0; /* nothing older can be there */
		else if (a->step || s->by_group)
			continue;
		word_add(&word[a->word], a->after);
	}
	return add_product(&c->set, word);
}

/* The words of step @step, a bit each. */
static uint64_t step_words(const struct cut *c, uint32_t step)
{
	uint64_t words = 0;

	for (size_t i = 0; i < c->n; i++)
		if (c->atom[i].step == step)
			words |= 1ULL << c->atom[i].word;
	return words;
}

static int add_line_states(const struct states *s, struct cut *c, uint64_t groups)
{
	AUTO_FREE const unsigned char **value = calloc(WORDS * (c->n + 1), sizeof(*value));
	struct chosen choice = { .groups = groups };

	if (!value)
		return -ENOMEM;
	set_clear(&c->set);
	for (choice.steps = 0; choice.steps <= c->steps; choice.steps++) {
		uint64_t all = step_words(c, choice.steps + 1);

		/* All subsets of @all: counting with its bits alone. */
		choice.next = 0;
		do {
			int r = add_chosen(s, c, &choice, value);

			if (r)
				return r;
			choice.next = (choice.next - all) & all;
		} while (choice.next);
	}
	return 0;
}

/* ---- the contents of all lines ---- */

static int add_combinations(struct states *s, size_t *digit, unsigned char *state)
{
	size_t i = 0;

	memset(digit, 0, s->lines * sizeof(*digit));
	while (i < s->lines) {
		int r;

		for (i = 0; i < s->lines; i++)
			memcpy(state + i * LINE, s->line[i].set.state + digit[i] * LINE, LINE);
		r = set_add(&s->set, state);
		if (r)
			return r;
		for (i = 0; i < s->lines && ++digit[i] == s->line[i].set.n; i++)
			digit[i] = 0;
	}
	return 0;
}

static int add_states(struct states *s)
{
	AUTO_FREE size_t *digit = calloc(s->lines, sizeof(*digit));
	AUTO_FREE unsigned char *state = malloc(s->set.width);

	if (!digit || !state)
		return -ENOMEM;
	for (uint64_t groups = 0; !(groups >> s->groups); groups++) {
		int r = 0;

		for (size_t i = 0; !r && i < s->lines; i++)
			r = add_line_states(s, &s->line[i], groups);
		if (!r)
			r = add_combinations(s, digit, state);
		if (r)
			return r;
	}
	return 0;
}

static void states_release(struct states *s)
{
	for (size_t i = 0; s->line && i < s->lines; i++) {
		free(s->line[i].atom);
		set_release(&s->line[i].set);
	}
	free(s->line);
	set_release(&s->set);
}

int states_of_lines(const struct table *t, const struct medium *m, uint32_t atomic,
		    const uint64_t *addr, size_t n, size_t max, unsigned char **ret, size_t *ret_n)
{
	struct states s = {
		.table = t,
		.medium = m,
		.atomic = atomic,
		.by_group = atomic > 8,
		.lines = n,
		.set = { .width = n * LINE, .max = max },
	};
	int r = 0;

	if (!n || n > SIZE_MAX / LINE || !max)
		return n && n <= SIZE_MAX / LINE ? -E2BIG : -EINVAL;
	s.line = calloc(n, sizeof(*s.line));
	if (!s.line)
		return -ENOMEM;
	for (size_t i = 0; !r && i < n; i++) {
		s.line[i].set = (struct set){ .width = LINE, .max = max };
		r = cut_line(&s, &s.line[i], addr[i] - addr[i] % LINE);
	}
	if (!r)
		r = 1ULL << s.groups > max ? -E2BIG : add_states(&s);
	if (!r) {
		*ret = steal_ptr(s.set.state);
		*ret_n = s.set.n;
	}
	states_release(&s);
	return r;
}
