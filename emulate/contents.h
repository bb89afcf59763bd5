/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the base archive of a guest takes from the host: programs with their
 * libraries, the modules of one kernel. Collected first and written afterwards,
 * so that a cached archive can be named by all that went into it.
 */
#ifndef EMULATE_CONTENTS_H
#define EMULATE_CONTENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "emulate/cpio.h"
#include "emulate/modules.h"

struct contents {
	struct content {
		char *name;   /* in the guest */
		char *source; /* here */
	} * item;
	size_t n;
	struct modules modules;
	char modules_dir[192]; /* the guest's */
};

/* Of @k; -ENOENT names a program that is missing and its package. */
int contents_collect(const struct kernel *k, struct contents *ret, struct err *e);
void contents_release(struct contents *c);

bool contents_have(const struct contents *c, const char *name);

/*
 * Adds @source as @name, and the libraries that it needs where it is a program
 * and they are not in yet. Of two with one name the guest has the later.
 */
int contents_add(struct contents *c, const char *name, const char *source, struct err *e);

/* A number that differs where a name, a size or a time of modification does. */
uint64_t contents_fingerprint(const struct contents *c);

/* All files, from the @from-th on, in the order of their names. */
int contents_write(struct contents *c, size_t from, struct cpio *out, struct err *e);

#endif
