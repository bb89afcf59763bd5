// SPDX-License-Identifier: GPL-2.0-or-later
/* Catches a thing that is in two shards or in none, and text that is taken for a shard. */
#include "bench/results/shard.h"

#include <criterion/criterion.h>
#include <errno.h>

Test(shard, each_thing_is_in_one)
{
	for (uint32_t of = 1; of <= 9; of++)
		for (uint64_t i = 0; i < 30; i++) {
			unsigned int in = 0;

			for (uint32_t k = 1; k <= of; k++)
				in += shard_has(&(struct shard){ k, of }, i);
			cr_expect_eq(in, 1);
		}
	cr_expect(shard_has(&(struct shard){ 0 }, 7));
}

Test(shard, counts_what_it_has)
{
	for (uint32_t of = 0; of <= 9; of++)
		for (uint32_t k = 1; k <= (of ? of : 1); k++)
			for (uint64_t n = 0; n < 30; n++) {
				const struct shard s = { k, of };
				uint64_t has = 0;

				for (uint64_t i = 0; i < n; i++)
					has += shard_has(&s, i);
				cr_expect_eq(shard_count(&s, n), has);
			}
}

Test(shard, later_things_are_numbered_on)
{
	for (uint32_t of = 0; of <= 7; of++)
		for (uint32_t k = 1; k <= (of ? of : 1); k++)
			for (uint64_t first = 0; first < 20; first++) {
				const struct shard s = { k, of }, later = shard_from(&s, first);

				for (uint64_t i = 0; i < 20; i++)
					cr_expect_eq(shard_has(&later, i),
						     shard_has(&s, first + i));
			}
}

Test(shard, is_a_number_of_a_number)
{
	static const char *const bad[] = {
		"",	 "1",	       "/",	      "1/",
		"/2",	 "0/2",	       "3/2",	      "1/0",
		"-1/2",	 "1/2/3",      "a/b",	      "1/65536",
		"1 /2x", "00000001/2", "65536/65536", "1/18446744073709551617"
	};
	struct shard s = { 5, 6 };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_expect_eq(shard_parse(bad[i], &s), -EINVAL, "%s", bad[i]);
	cr_expect_eq(s.number, 5);
	cr_expect_eq(shard_parse("2/3", &s), 0);
	cr_expect(s.number == 2 && s.of == 3);
	cr_expect_eq(shard_parse("65535/65535", &s), 0);
	cr_expect(s.number == 65535 && s.of == 65535);
	cr_expect_eq(shard_parse("1/1", &s), 0);
}
