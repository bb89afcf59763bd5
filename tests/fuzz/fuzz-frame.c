// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The results port: what a guest may send is any bytes at all. What is taken
 * for a frame must lie inside the input, keep every limit, and be what
 * frame_write() writes for it: there is one form of each frame.
 */
#include "emulate/frame.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void expect(int truth)
{
	if (!truth)
		abort();
}

static void write_again(const struct frame *f, const uint8_t *was, size_t len)
{
	int fd = memfd_create("frame", MFD_CLOEXEC);
	uint8_t *again = malloc(len);

	expect(fd >= 0 && again);
	expect(!frame_write(fd, f->type, f->name, f->data, f->len));
	expect(pread(fd, again, len, 0) == (ssize_t)len && !memcmp(again, was, len));
	expect(lseek(fd, 0, SEEK_END) == (off_t)len);
	free(again);
	close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	while (size) {
		struct frame f;
		long n = frame_decode(data, size, &f);

		if (n <= 0)
			break;
		expect((size_t)n <= size && f.len <= FRAME_MAX_DATA);
		expect((const uint8_t *)f.data >= data &&
		       (const uint8_t *)f.data + f.len == data + n);
		expect(strlen(f.name) <= FRAME_MAX_NAME && !strchr(f.name, '/') &&
		       f.name[0] != '.');
		expect(f.type >= FRAME_HELLO && f.type <= FRAME_ERROR);
		write_again(&f, data, (size_t)n);
		data += n;
		size -= (size_t)n;
	}
	return 0;
}
