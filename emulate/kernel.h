/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which kernel a guest boots: one that scripts/fetch-guest.sh brought, or a bzImage. */
#ifndef EMULATE_KERNEL_H
#define EMULATE_KERNEL_H

#include <limits.h>
#include <stdint.h>

#include "lib/err.h"

struct kernel {
	char name[64]; /* "6.1", "6.12", or the file's name: for messages and directories */
	char image[PATH_MAX];
	char modules[PATH_MAX]; /* directory with modules.dep; "" if there is none */
	char release[128];	/* uname -r, from the image's own header */
};

/*
 * Resolves @name: "6.1", "6.12", or the path of a bzImage. @modules (may be
 * NULL) names lib/modules/RELEASE or a directory that holds it; without it
 * ../lib/modules/RELEASE, seen from the image, is taken if it is there.
 * -ENOENT with what to type; -EINVAL: not a bzImage; -ENOTSUP: its
 * configuration, where it can be had (config-RELEASE or a kernel tree's
 * .config), lacks what a guest needs, or has it as modules and there are none:
 * the options are named.
 */
int kernel_resolve(const char *name, const char *modules, struct kernel *ret, struct err *e);

/*
 * hash_add() over the text of its configuration (config-RELEASE beside the
 * image, or a kernel tree's .config). -ENOENT: there is none.
 */
int kernel_config_hash(const struct kernel *k, uint64_t *ret);

/* Release in the setup header of a bzImage (Documentation/arch/x86/boot.rst, kernel_version). */
int kernel_release(const char *image, char *buf, size_t len, struct err *e);

#endif
