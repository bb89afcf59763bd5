/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which pages of files lie where on the medium. Two files that share blocks have
 * pages at one place.
 */
#ifndef CHECKER_PLACES_H
#define CHECKER_PLACES_H

#include "checker/promise/content.h"

struct places;

struct places *places_new(void);
void places_free(struct places *t);

/* @p lies at @physical (a multiple of CONTENT_PAGE) from now on. 0 or -ENOMEM. */
int places_set(struct places *t, struct content_page *p, uint64_t physical);

/* @p reads as zeros and lies nowhere (CONTENT_HOLE), or its place is not known (CONTENT_NOWHERE).
 */
void places_clear(struct places *t, struct content_page *p, enum content_place what);

/* The first page at @physical, and the one after @p: NULL where there is none. */
struct content_page *places_find(const struct places *t, uint64_t physical);
struct content_page *places_next(const struct content_page *p);

#endif
