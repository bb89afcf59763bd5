// SPDX-License-Identifier: GPL-2.0-or-later
/* What the check lens stores: that eight bytes say where they came from, and smaller ones differ.
 */
#include "checker/log/oplog_write.h"

#include <criterion/criterion.h>

#define SEED 42

static void expect_origin(uint32_t file, uint64_t offset, uint64_t generation)
{
	uint64_t value = dx_pattern64(SEED, file, offset, generation), seen_offset, seen_generation;
	uint32_t seen_file;

	dx_pattern64_decode(SEED, value, &seen_file, &seen_offset, &seen_generation);
	cr_expect_eq(seen_file, file);
	cr_expect_eq(seen_offset, offset);
	cr_expect_eq(seen_generation, generation);
}

Test(pattern, word_is_turned_back)
{
	uint64_t at = 0x9e3779b97f4a7c15ULL;

	expect_origin(0, 0, 0);
	expect_origin(0xffff, DX_LOG_FILE_MAX - 8, 0xfffff);
	for (int i = 0; i < 10000; i++) {
		at = at * 6364136223846793005ULL + 1442695040888963407ULL;
		expect_origin((uint32_t)(at >> 48), (at >> 17) % DX_LOG_FILE_MAX & ~7ULL,
			      at >> 5 & 0xfffff);
	}
}

/* The same numbers tomorrow and on another machine: logs and images are kept. */
Test(pattern, is_what_version_1_says)
{
	cr_expect_eq(dx_pattern_key(1), 0xad70fc770089d4ceULL, "%#llx",
		     (unsigned long long)dx_pattern_key(1));
	cr_expect_eq(dx_pattern64(1, 0x1002, 4096, 0x31), 0xfe6807a0732456cdULL, "%#llx",
		     (unsigned long long)dx_pattern64(1, 0x1002, 4096, 0x31));
	cr_expect_eq(dx_pattern8(1, 0x1002, 4097, 0x31), 175, "%u",
		     dx_pattern8(1, 0x1002, 4097, 0x31));
}

Test(pattern, another_seed_is_another_word)
{
	uint64_t offset, generation;
	uint32_t file;

	dx_pattern64_decode(SEED + 1, dx_pattern64(SEED, 3, 64, 16), &file, &offset, &generation);
	cr_expect(file != 3 || offset != 64 || generation != 16);
}

Test(pattern, byte_differs_from_the_last_250_generations)
{
	uint8_t last[250];

	for (uint64_t count = 1; count < 2000; count++) {
		uint8_t now = dx_pattern8(SEED, 7, 61, count << 4 | 5);

		cr_assert_neq(now, 0);
		for (uint64_t i = 1; i <= 250 && i < count; i++)
			cr_assert_neq(now, last[(count - i) % 250], "generation %llu",
				      (unsigned long long)count);
		last[count % 250] = now;
	}
}

/* Offset 5 to 27: three bytes, two whole words, three bytes; and nothing beside them. */
Test(pattern, buffer_holds_words_where_they_are_whole)
{
	struct dx dx = { .seed = SEED };
	struct dx_worker w = { .dx = &dx };
	unsigned char buf[24];

	memset(buf, 0xee, sizeof(buf));
	dx_log_pattern(&w, 9, 5, buf, 22, 0x20);
	for (uint64_t i = 0; i < 22; i++) {
		uint64_t at = 5 + i, word = dx_pattern64(SEED, 9, at & ~7ULL, 0x20);
		bool whole = at >= 8 && at < 24;
		uint8_t want = whole ? (uint8_t)(word >> at % 8 * 8)
				     : dx_pattern8(SEED, 9, at, 0x20);

		cr_expect_eq(buf[i], want, "byte %llu", (unsigned long long)at);
	}
	cr_expect_eq(buf[22], 0xee);
	cr_expect_eq(buf[23], 0xee);
}

/* The same count of two workers at the same place: a lost overwrite must show in each byte. */
Test(pattern, workers_do_not_share_bytes)
{
	for (uint64_t count = 1; count < 600; count++)
		for (uint64_t a = 0; a < DX_LOG_WORKERS; a++)
			for (uint64_t b = a + 1; b < DX_LOG_WORKERS; b++)
				cr_assert_neq(dx_pattern8(SEED, 1, 77, count << 4 | a),
					      dx_pattern8(SEED, 1, 77, count << 4 | b));
}
