// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Operation lists come by mail. What is taken is printed, read again and printed
 * again: both prints are the same. An input that begins as an operation log is
 * one, without the padding behind its header: what can be made a list of it can
 * be printed and read, too.
 */
#include "checker/list/oplist.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

static void expect(int truth)
{
	if (!truth)
		abort();
}

static char *print(const struct oplist *list, size_t *len)
{
	char *text = NULL;
	FILE *out = open_memstream(&text, len);

	expect(out && !oplist_print(list, out) && !fclose(out));
	return text;
}

/* Takes the list. */
static void expect_round_trip(struct oplist *list)
{
	struct oplist again = { 0 };
	char *text, *second;
	struct err e = { 0 };
	size_t len, second_len;

	expect(!oplist_check(list, "input", NULL, &e));
	text = print(list, &len);
	expect(!oplist_parse(&again, text, len, "print", &e) && again.n == list->n);
	second = print(&again, &second_len);
	expect(len == second_len && !memcmp(text, second, len));
	free(text);
	free(second);
	oplist_release(list);
	oplist_release(&again);
}

static void try_text(const uint8_t *data, size_t size)
{
	struct oplist list = { 0 };
	struct err e = { 0 };
	int r = oplist_parse(&list, (const char *)data, size, "input", &e);

	if (!r)
		expect_round_trip(&list);
	else
		expect(!list.op && e.code == r && e.what[0]);
}

static void try_log(const uint8_t *data, size_t size)
{
	const size_t head = sizeof(struct dx_log_header);
	uint8_t *whole = calloc(1, DX_LOG_HEADER + size);
	struct oplist list = { 0 };
	struct oplog *log = NULL;
	struct err e = { 0 };

	expect(whole != NULL);
	memcpy(whole, data, head);
	memcpy(whole + DX_LOG_HEADER, data + head, size - head);
	if (!oplog_parse(&log, whole, DX_LOG_HEADER + size - head, "input", &e)) {
		for (int prepare = 0; prepare < 2; prepare++) {
			if (!oplist_from_log(&list, log, prepare, &e))
				expect_round_trip(&list);
			else
				expect(!list.op && e.code && e.what[0]);
		}
		oplog_close(log);
	}
	free(whole);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size >= sizeof(struct dx_log_header) &&
	    !memcmp(data, DX_LOG_MAGIC, sizeof(DX_LOG_MAGIC)))
		try_log(data, size);
	else
		try_text(data, size);
	return 0;
}
