/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Parts of an operation list that are lists again. An operation needs the open or
 * the map that filled the slots which it uses; a name, it needs not: what fails
 * because a name is not there is done and logged all the same.
 */
#ifndef CHECKER_OPLIST_CUT_H
#define CHECKER_OPLIST_CUT_H

#include <stdbool.h>

#include "checker/list/oplist.h"

/*
 * The operations of @list for which @keep is true, but those that need one that
 * is not kept. Slots are given out anew, the lowest that is free. -E2BIG: there
 * are too few slots; -ENOMEM. @list has passed oplist_check().
 */
int oplist_cut(struct oplist *ret, const struct oplist *list, const bool *keep);

/*
 * Clears @keep of what has nothing to do with the file @name: neither uses it,
 * nor a name that it ever had, nor a directory on the way there; what is done to
 * no file stays. Operation @last (list->n: none) stays with all that it needs.
 */
int oplist_cut_to_file(const struct oplist *list, const char *name, size_t last, bool *keep);

#endif
