// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/recover/proofs.h"

#include <errno.h>
#include <search.h>
#include <stdlib.h>

struct proof {
	uint64_t image;
	struct recovered found;
};

static int by_image(const void *a, const void *b)
{
	const struct proof *x = a, *y = b;

	return x->image < y->image ? -1 : x->image > y->image;
}

static void free_proof(void *data)
{
	struct proof *p = data;

	dump_free(p->found.dump);
	read_set_free(p->found.reads);
	free(p);
}

const struct recovered *proofs_find(const struct proofs *p, uint64_t image)
{
	const struct proof key = { .image = image };
	struct proof *const *found = tfind(&key, &p->root, by_image);

	return found ? &(*found)->found : NULL;
}

int proofs_add(struct proofs *p, uint64_t image, const struct recovered *proof)
{
	struct proof *fresh = malloc(sizeof(*fresh)), **found;

	if (!fresh) {
		dump_free(proof->dump);
		read_set_free(proof->reads);
		return -ENOMEM;
	}
	*fresh = (struct proof){ image, *proof };
	found = tsearch(fresh, &p->root, by_image);
	if (found && *found == fresh) {
		p->n++;
		return 0;
	}
	free_proof(fresh);
	return found ? 0 : -ENOMEM;
}

void proofs_release(struct proofs *p)
{
	tdestroy(p->root, free_proof);
	*p = (struct proofs){ 0 };
}
