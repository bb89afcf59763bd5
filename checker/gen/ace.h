/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ace: operation lists made systematically, after CrashMonkey's ACE (Mohan et al.:
 * OSDI 2018), for what DAX promises. Where soup looks everywhere a little, ace
 * leaves nothing out of a small space.
 *
 * A *case* is one or two operations on few files, each followed by what makes it
 * durable (the first perhaps by nothing). Its four phases: which operations; their
 * parameters; what makes each durable (ace_acts.h has these three); and what must be
 * there before (ace_case.h). A model says of each case, when it is made, that none
 * of its operations fails and none changes nothing (ace_model.h).
 *
 * Length 1, "seq-1", is whole. Of length 2 there are 2.8 million cases; made
 * is a cover of them, in which each two values meet that can: any operation, target,
 * size of a store, name, or way to make durable in the first step, and any of
 * these in the second (ace_cover.h).
 *
 * A case works on files of its own, "c731-foo" and the like for case 731, and
 * takes them away: so many cases stand in one list. A case's number says what it
 * is, whatever the file system, the seed and the shard: a case alone is had by it.
 */
#ifndef CHECKER_GEN_ACE_H
#define CHECKER_GEN_ACE_H

#include "checker/gen/ace_case.h"
#include "checker/gen/soup.h"

/*
 * What a list may need: less than half of the handles and generations that a log
 * can name, and of the records that the log of a guest holds (4 MiB).
 */
#define ACE_MAX_OPS	8000
#define ACE_MAX_HANDLES 2000
#define ACE_MAX_SHARDS	64

struct ace_options {
	unsigned int length;	/* 1 or 2 */
	unsigned int shard, of; /* 1 <= shard <= of <= ACE_MAX_SHARDS */
	uint64_t number;	/* this case alone; 0: those of the shard */
	uint64_t seed;		/* of the cover: length 2 */
	unsigned int features;	/* enum soup_feature */
};

/* Into how many lists the cases of @length have to be divided, whatever the features. */
unsigned int ace_shards(unsigned int length);

/*
 * The list of a shard: each @of-th case. -EINVAL: options out of range, or @number is
 * no case, or none here; -E2BIG: more than a log can hold, say a larger @of. @ret is
 * untouched on failure; the caller releases it.
 */
int ace_make(struct oplist *ret, const struct ace_options *o, struct err *e);

/* ---- cases and their numbers ---- */

/* 1 and more. */
uint64_t ace_number(const struct ace_case *c);

/* False: there is no such case of @length. What a case needs, and whether it is refused, is open.
 */
bool ace_from_number(unsigned int length, uint64_t number, struct ace_case *ret);

/* "c731-A/foo" is of case 731: its number; 0: the name is no case's. */
uint64_t ace_case_of_name(const char *name);

/* Of those that a file system with @features can do: how many cases of @length there are. */
int ace_count(unsigned int length, unsigned int features, uint64_t *ret, struct err *e);

/* ---- what of it was run ---- */

/* Which cases of a length were seen in logs, and which pairs of values. Zeroed: none. */
struct ace_seen {
	unsigned int length;
	uint64_t cases, operations, lists;
	unsigned int features; /* that the cases seen need */
	bool pair[ACE_VALUES][ACE_VALUES];
};

/* Adds the cases of a list of @length, by the names of their files. */
void ace_seen_add(struct ace_seen *s, unsigned int length, const struct oplist *list);

#endif
