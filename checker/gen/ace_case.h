/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Phase 4 of ace: a case as operations of a list. What an act needs and the model
 * says is not there yet is put before it: directories, files, sizes, and the pages
 * that it is done to made a hole, unwritten, synced, dirty or shared. What is
 * there already is taken as the step before left it: so steps meet.
 *
 * Each step has descriptors and mappings of its own, of the same files. In the
 * end the case takes away all that it made.
 */
#ifndef CHECKER_GEN_ACE_CASE_H
#define CHECKER_GEN_ACE_CASE_H

#include "checker/gen/ace_acts.h"
#include "checker/list/oplist.h"

#define ACE_MAX_LENGTH 2U

struct ace_case {
	unsigned int length;
	struct ace_step step[ACE_MAX_LENGTH];
};

/* What a case was made for, or why it is none. */
enum ace_made {
	ACE_MADE = 0,
	ACE_REFUSED = 1, /* an act would fail, or change nothing */
};

/*
 * Makes @c, whose files are called after @number, for a file system that has
 * @features (enum soup_feature), and appends it to @list, which may be NULL: then
 * it is only tried. enum ace_made; or a negative errno: -EPROTO if something that
 * was put before an act is refused or changes nothing, a fault of ours; -ENOMEM.
 * Whatever it is but ACE_MADE, @list is as it was, -ENOMEM excepted.
 */
int ace_case_make(struct oplist *list, const struct ace_case *c, uint64_t number,
		  unsigned int features);

#endif
