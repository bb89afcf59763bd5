// SPDX-License-Identifier: GPL-2.0-or-later
/* What is kept of images: caught are one that is lost, and one that answers for another. */
#include "bench/recover/proofs.h"

#include <criterion/criterion.h>

static const struct recovered *outcome(int64_t result)
{
	static struct recovered r;

	r = (struct recovered){ 0 };
	cr_assert_eq(dump_of_step(&r.dump, DUMP_FSCK, result, "", NULL), 0);
	return &r;
}

Test(proofs, each_image_has_its_own)
{
	struct proofs p = { 0 };

	cr_expect_null(proofs_find(&p, 0));
	for (int i = 0; i < 1000; i++)
		cr_assert_eq(proofs_add(&p, (uint64_t)i * 0x9e3779b97f4a7c15ULL, outcome(i)), 0);
	cr_expect_eq(p.n, 1000);
	for (int i = 0; i < 1000; i++) {
		const struct recovered *found = proofs_find(&p,
							    (uint64_t)i * 0x9e3779b97f4a7c15ULL);

		cr_assert_not_null(found);
		cr_expect_eq(dump_step(found->dump, DUMP_FSCK)->result, i);
	}
	cr_expect_null(proofs_find(&p, 1));
	proofs_release(&p);
	cr_expect_null(proofs_find(&p, 0));
}

Test(proofs, the_first_stays)
{
	struct proofs p = { 0 };

	cr_assert_eq(proofs_add(&p, 7, outcome(1)), 0);
	cr_assert_eq(proofs_add(&p, 7, outcome(2)), 0);
	cr_expect_eq(p.n, 1);
	cr_expect_eq(dump_step(proofs_find(&p, 7)->dump, DUMP_FSCK)->result, 1);
	proofs_release(&p);
}
