/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whence a workload's list of operations comes (enum dx_list_source). */
#ifndef BENCH_CHECK_OPLIST_SOURCE_H
#define BENCH_CHECK_OPLIST_SOURCE_H

#include "bench/select.h"
#include "bench/target/target.h"
#include "checker/list/oplist.h"

/* Files of lists, "HOST:GUEST" each, NULL-ended: what a job for a guest must bring along. */
struct oplist_luggage {
	char **files; /* of struct emulate_job; NULL: none */
	size_t n;
};

/*
 * What the @n selections @s need in a guest. In the guest oplist_source_count()
 * finds each list, whatever path the command line names. A list that is wrong is
 * told now. After a failure, too, the caller releases what @ret holds.
 */
int oplist_source_pack(const struct selection *s, size_t n, struct oplist_luggage *ret,
		       struct err *e);
/* Adds the file @host, as @guest. */
int oplist_luggage_add(struct oplist_luggage *luggage, const char *host, const char *guest,
		       struct err *e);
void oplist_luggage_release(struct oplist_luggage *luggage);

/* The operations in the list of @s: *@ret stays as it is where it has none. Reads the file. */
int oplist_source_count(const struct selection *s, uint64_t *ret, struct err *e);

/*
 * The list of @s, empty where it has none. @t and @dir, its directory for the
 * cell, say what the file system can do: a soup has nothing in it that it cannot.
 * The caller releases @ret.
 */
int oplist_source_make(const struct selection *s, const struct target *t, int dir, uint64_t seed,
		       struct oplist *ret, struct err *e);

#endif
