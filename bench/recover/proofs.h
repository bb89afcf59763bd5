/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What became of recovered images that were proved, so that equal ones need not be again. */
#ifndef BENCH_RECOVER_PROOFS_H
#define BENCH_RECOVER_PROOFS_H

#include <stddef.h>
#include <stdint.h>

#include "checker/states/recovery.h"

struct proofs {
	void *root; /* of tsearch(3) */
	size_t n;
};

/* NULL: none with that number. */
const struct recovered *proofs_find(const struct proofs *p, uint64_t image);

/* Takes over what is in @proof, also when it fails (-ENOMEM). The first of an image stays. */
int proofs_add(struct proofs *p, uint64_t image, const struct recovered *proof);

void proofs_release(struct proofs *p);

#endif
