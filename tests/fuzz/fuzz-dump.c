// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A dump of a recovered file system: any bytes. What is taken is gone through to its last
 * byte, so that the sanitizers see what lies outside, and can be extended.
 */
#include "checker/states/dump.h"
#include "tests/fuzz/fuzz.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void expect(int truth)
{
	if (!truth)
		abort();
}

static void check_xattrs(const struct dump *d, const struct dump_entry *entry)
{
	size_t sum = 0;

	for (size_t i = 0; i < entry->n_xattrs; i++) {
		const struct dump_xattr *x = &entry->xattr[i];

		expect(x->name[0] && (!i || strcmp(entry->xattr[i - 1].name, x->name) < 0));
		for (size_t k = 0; k < x->size; k++)
			sum += x->value[k];
	}
	expect(sum <= dump_size(d) * 255);
}

static void check_entry(const struct dump *d, const struct dump_entry *entry)
{
	unsigned int sum = 0;

	expect(entry->path[0] && dump_find(d, entry->path) == entry);
	expect(!entry->target || entry->target[0]);
	for (size_t i = 0; i < entry->n_pages; i++) {
		const struct dump_page *page = &entry->page[i];

		expect(page->index * DUMP_PAGE_BYTES < entry->size);
		expect(!i || entry->page[i - 1].index < page->index);
		for (size_t k = 0; k < DUMP_PAGE_BYTES; k++)
			sum += page->data[k];
	}
	expect(sum <= entry->n_pages * DUMP_PAGE_BYTES * 255);
}

static void check(const struct dump *d)
{
	const struct dump_entry *entry;
	size_t n = dump_entries(d, &entry);

	for (size_t i = 0; i < n; i++) {
		check_entry(d, &entry[i]);
		check_xattrs(d, &entry[i]);
	}
	for (int step = 1; step < DUMP_STEPS; step++)
		expect(strlen(dump_step(d, (enum dump_step)step)->text) < dump_size(d));
	expect(strlen(dump_log(d)) < dump_size(d));
}

static struct dump *parse(const uint8_t *data, size_t size)
{
	void *bytes = malloc(size + !size);
	struct dump *d = NULL;
	struct err e = { 0 };
	int r;

	expect(bytes != NULL);
	memcpy(bytes, data, size);
	r = dump_parse(&d, bytes, size, &e);
	expect(!r || (r == -EBADMSG && e.what[0]));
	return d;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dump *d = parse(data, size), *same;
	const struct dump_entry *before, *after;
	size_t n;

	if (!d)
		return 0;
	check(d);
	n = dump_entries(d, &before);
	same = parse(data, size);
	expect(same && dump_hash(same) == dump_hash(d));
	expect(!dump_extend(&d, same, NULL));
	check(d);
	expect(dump_entries(d, &after) == n);
	dump_free(d);
	dump_free(same);
	return 0;
}
