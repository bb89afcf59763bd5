/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Attributes that were found, held against those that may be: a part of the oracle. */
#ifndef CHECKER_STATES_ORACLE_ATTRIBUTES_H
#define CHECKER_STATES_ORACLE_ATTRIBUTES_H

#include "checker/states/dump.h"
#include "checker/states/history.h"

#define ORACLE_WORDS 200 /* bytes of what is said, with its 0 */

/* False: attribute @which of what was found may be none of its versions; words say why. */
bool oracle_attribute_may_be(const struct history_object *object, unsigned int which,
			     const struct dump_entry *entry, char words[ORACLE_WORDS]);

/* False: an attribute was found that no operation can give. */
bool oracle_attributes_are_ours(const struct dump_entry *entry, char words[ORACLE_WORDS]);

#endif
