/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The names of ace's model: what there is under which, and what calls make of that. */
#ifndef CHECKER_GEN_ACE_NAMES_H
#define CHECKER_GEN_ACE_NAMES_H

#include "checker/gen/ace_model.h"

/* NULL: nothing is called so. */
struct ace_name *ace_names_find(struct ace_model *m, const char *name);

/* The number of a new inode of @type under @name; or a negative errno. */
int ace_names_make(struct ace_model *m, const char *name, enum ace_type type);

/* One that nothing leads to any more is gone. */
void ace_names_put_inode(struct ace_inode *i);

/* unlink, rename, link, symlink, mkdir and rmdir, as ace_model_do(); -ENOSYS: another. */
int ace_names_do(struct ace_model *m, const struct dx_list_op *op);

#endif
