// SPDX-License-Identifier: GPL-2.0-or-later
/* Catches a frame taken before it is whole, a name that leaves the directory, a flipped bit. */
#include "emulate/frame.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

static size_t make(char *buf, size_t room, enum frame_type type, const char *name, const char *data)
{
	int ends[2];
	ssize_t n;

	cr_assert_eq(pipe(ends), 0);
	cr_assert_eq(frame_write(ends[1], type, name, data, strlen(data)), 0);
	close(ends[1]);
	n = read(ends[0], buf, room);
	close(ends[0]);
	return (size_t)n;
}

Test(frame, there_and_back)
{
	char buf[256];
	size_t n = make(buf, sizeof(buf), FRAME_APPEND, "journal.ndjson", "{}\n");
	struct frame f;

	cr_assert_eq(frame_decode(buf, n, &f), (long)n);
	cr_assert_eq(f.type, FRAME_APPEND);
	cr_assert_str_eq(f.name, "journal.ndjson");
	cr_assert_eq(f.len, 3);
	cr_assert_eq(memcmp(f.data, "{}\n", 3), 0);
}

Test(frame, a_part_asks_for_more)
{
	char buf[256];
	size_t n = make(buf, sizeof(buf), FRAME_EXIT, NULL, "0");
	struct frame f;

	for (size_t i = 0; i < n; i++)
		cr_assert_eq(frame_decode(buf, i, &f), 0, "%zu bytes", i);
}

Test(frame, every_flipped_byte_is_noticed)
{
	char buf[256];
	size_t n = make(buf, sizeof(buf), FRAME_FILE, "a", "data");
	struct frame f;

	for (size_t i = 0; i < n; i++) {
		long r;

		buf[i] ^= 0x10;
		r = frame_decode(buf, n, &f);
		cr_assert(r <= 0, "byte %zu gave %ld", i, r);
		buf[i] ^= 0x10;
	}
}

Test(frame, names_that_are_refused)
{
	static const char *const bad[] = { "../x", "a/b", ".hidden", "a b", "a\n" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_assert_eq(frame_write(1, FRAME_FILE, bad[i], "", 0), -EINVAL, "%s", bad[i]);
}

Test(frame, lengths_that_are_refused)
{
	struct frame_head head = { .magic = "DXFR",
				   .type = FRAME_FILE,
				   .data_len = FRAME_MAX_DATA + 1 };
	struct frame f;

	cr_assert_eq(frame_decode(&head, sizeof(head), &f), -EFBIG);
	head.data_len = 0;
	head.name_len = 0xffffffff;
	cr_assert_eq(frame_decode(&head, sizeof(head), &f), -EFBIG);
	head.name_len = 0;
	head.type = 99;
	cr_assert_eq(frame_decode(&head, sizeof(head), &f), -EBADMSG);
	cr_assert_eq(frame_decode("XX", 2, &f), -EBADMSG);
}
