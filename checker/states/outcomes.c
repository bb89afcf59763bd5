// SPDX-License-Identifier: GPL-2.0-or-later
#include "checker/states/outcomes.h"
#include "lib/grow.h"

#include <errno.h>
#include <stdlib.h>

#define CHAINS 4096U

struct outcome {
	uint64_t state;
	const struct dump *dump;
	struct outcome *next;
};

struct outcomes {
	struct outcome *chain[CHAINS];
	struct dump **dump;
	size_t states, dumps, room;
};

struct outcomes *outcomes_new(void)
{
	return calloc(1, sizeof(struct outcomes));
}

void outcomes_free(struct outcomes *o)
{
	if (!o)
		return;
	for (size_t i = 0; i < CHAINS; i++)
		for (struct outcome *x = o->chain[i], *next; x; x = next) {
			next = x->next;
			free(x);
		}
	for (size_t i = 0; i < o->dumps; i++)
		dump_free(o->dump[i]);
	free(o->dump);
	free(o);
}

const struct dump *outcomes_find(const struct outcomes *o, uint64_t state)
{
	for (const struct outcome *x = o->chain[state % CHAINS]; x; x = x->next)
		if (x->state == state)
			return x->dump;
	return NULL;
}

/* The one that is kept of those equal to @dump, which is taken over; NULL: no memory. */
static const struct dump *keep_one(struct outcomes *o, struct dump *dump)
{
	struct dump **more;

	for (size_t i = 0; i < o->dumps; i++)
		if (dump_hash(o->dump[i]) == dump_hash(dump)) {
			dump_free(dump);
			return o->dump[i];
		}
	more = grow(o->dump, o->dumps, &o->room, sizeof(struct dump *));
	if (!more) {
		dump_free(dump);
		return NULL;
	}
	o->dump = more;
	o->dump[o->dumps++] = dump;
	return dump;
}

static int add(struct outcomes *o, uint64_t state, const struct dump *kept)
{
	struct outcome *x = calloc(1, sizeof(*x));

	if (!x)
		return -ENOMEM;
	*x = (struct outcome){ state, kept, o->chain[state % CHAINS] };
	o->chain[state % CHAINS] = x;
	o->states++;
	return 0;
}

int outcomes_add(struct outcomes *o, uint64_t state, struct dump *dump)
{
	const struct dump *kept = keep_one(o, dump);

	return kept ? add(o, state, kept) : -ENOMEM;
}

int outcomes_add_same(struct outcomes *o, uint64_t state, uint64_t other)
{
	return add(o, state, outcomes_find(o, other));
}

size_t outcomes_states(const struct outcomes *o)
{
	return o->states;
}

size_t outcomes_dumps(const struct outcomes *o)
{
	return o->dumps;
}
