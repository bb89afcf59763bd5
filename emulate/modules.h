/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which modules of a kernel go into a guest. A few are loaded by init, because
 * nothing runs without them. The others wait until somebody wants them: the
 * kernel calls /sbin/modprobe when a file system or a dm target is asked for,
 * and so may anybody. Loading XFS takes 1.5 to 3 thousand million instructions,
 * as much as all the rest of the boot.
 */
#ifndef EMULATE_MODULES_H
#define EMULATE_MODULES_H

#include <stddef.h>

#include "emulate/kernel.h"

struct modules {
	struct module {
		char *file; /* below the kernel's directory of modules: "kernel/fs/xfs/xfs.ko" */
		char *name; /* "xfs.ko": where it is in the guest's directory */
	} * item;	    /* what a module depends on comes before it */
	size_t n;
	size_t n_boot; /* the first of them are for init to load */
	char *dep;     /* the guest's modules.dep */
	char *alias;   /* and its modules.alias */
};

/*
 * Chooses from modules.dep of @k; none where it has no modules. What a kernel
 * has built in, or has not, is left out without a word. -ENOTSUP: compressed.
 */
int modules_choose(const struct kernel *k, struct modules *ret, struct err *e);
void modules_release(struct modules *m);

#endif
