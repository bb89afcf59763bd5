/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What became of recovered images that were proved, so that equal ones need not be again. */
#ifndef BENCH_RECOVER_PROOFS_H
#define BENCH_RECOVER_PROOFS_H

#include <stddef.h>
#include <stdint.h>

#include "checker/states/dump.h"

struct proofs {
	void *root; /* of tsearch(3) */
	size_t n;
};

/* NULL: none with that number. */
const struct dump *proofs_find(const struct proofs *p, uint64_t image);

/* Takes over @steps, also when it fails (-ENOMEM). The first of an image stays. */
int proofs_add(struct proofs *p, uint64_t image, struct dump *steps);

void proofs_release(struct proofs *p);

#endif
