// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A log of dm-log-writes: a stranger's, or what was left on a disk. What the reader
 * hands out must keep every promise of logwrites_read.h; that is checked here
 * once more, from the outside, and all payload is touched.
 *
 * An input is tried as it is, beyond its count and not; and with its first 32
 * bytes for the super block and the rest as entries of 32 bytes, each in a
 * sector of its own, since a fuzzer does not find the zeros in between.
 */
#include "checker/blocks/logwrites_read.h"
#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define ENTRIES_MAX 64U
#define DEVICE	    (1ULL << 20)

static void expect(int truth)
{
	if (!truth)
		abort();
}

static void touch_payload(struct logwrites_reader *l, const struct logwrites_item *item)
{
	static unsigned char copy[LOGWRITES_PIECE_MAX];
	struct err e = { 0 };
	uint64_t got = 0;
	const void *data;
	size_t len;
	int r;

	while ((r = logwrites_data(l, &data, &len, &e)) > 0) {
		expect(len && len <= LOGWRITES_PIECE_MAX && len % logwrites_sectorsize(l) == 0);
		memcpy(copy, data, len);
		got += len;
	}
	expect(!r && got == item->payload);
}

static void check_item(const struct logwrites_reader *l, const struct logwrites_item *item)
{
	uint32_t ss = logwrites_sectorsize(l);

	expect(item->next == item->at + ss + item->payload);
	expect(item->next <= logwrites_bytes(l));
	expect(item->payload == 0 || item->payload == item->length);
	expect(item->offset + item->length <= DEVICE);
	expect(item->beyond == (item->number >= logwrites_counted(l)));
	expect(!item->mark == !(item->flags & LOGWRITES_MARK));
	expect(!item->mark || strlen(item->mark) < ss);
}

static void touch_all(struct logwrites_reader *l, int beyond, int payload)
{
	struct logwrites_item item;
	struct err e = { 0 };
	uint64_t n = 0, at = logwrites_sectorsize(l);
	int r;

	while ((r = logwrites_next(l, &item, &e)) > 0) {
		expect(item.number == n++ && item.at == at);
		check_item(l, &item);
		at = item.next;
		if (payload)
			touch_payload(l, &item);
	}
	expect(beyond || n <= logwrites_counted(l));
	expect(r ? e.code == r && e.what[0] && e.hint[0] : logwrites_ended(l) != LOGWRITES_OPEN);
	expect(logwrites_next(l, &item, &e) == r);
}

static void try(const void *data, size_t len, int beyond)
{
	struct logwrites_limits limits = { .device = DEVICE, .beyond = beyond };
	int fd = memfd_create("log", MFD_CLOEXEC), r;
	struct logwrites_reader *l = NULL;
	struct err e = { 0 };
	char path[64];

	expect(fd >= 0 && write(fd, data, len) == (ssize_t)len);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	r = logwrites_open(&l, path, &limits, &e);
	if (!r)
		touch_all(l, beyond, !beyond);
	else
		expect(!l && e.code == r && e.what[0]);
	logwrites_reader_close(l);
	close(fd);
}

/* Payload is the sectors that follow: every sector could be an entry. */
static void try_spread(const uint8_t *data, size_t size)
{
	static unsigned char log[(1 + ENTRIES_MAX) * LOGWRITES_SECTOR];
	size_t n = 0;

	memset(log, 0, sizeof(log));
	for (; n <= ENTRIES_MAX && size >= 32; n++, data += 32, size -= 32)
		memcpy(log + n * LOGWRITES_SECTOR, data, 32);
	try(log, n * LOGWRITES_SECTOR, 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	try(data, size, 0);
	try(data, size, 1);
	try_spread(data, size);
	return 0;
}
