/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What lies before a device on an NVDIMM: the info block of the namespace that the kernel makes
 * of it. A medium that comes from elsewhere (a log) has none, so a guest is asked to make one.
 */
#ifndef BENCH_RECOVER_BLANK_H
#define BENCH_RECOVER_BLANK_H

#include <stdint.h>

#include "emulate/emulate.h"

#define BLANK_BYTES (2ULL << 20) /* where the data of an fsdax namespace begins */

/*
 * Boots a guest like that of @job, and gives the first BLANK_BYTES of its data NVDIMM once it
 * has made an fsdax namespace; malloc'ed.
 */
int blank_make(const struct emulate_job *job, void **ret, struct err *e);

/* The guest's part: makes it. -EPERM outside a guest of ours. */
int blank_namespace(struct err *e);

#endif
