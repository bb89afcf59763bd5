// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A guest's kallsyms, mailed by a stranger. What is taken keeps the promises of
 * symbols.h: ascending, without two at one address, printable, and found again.
 */
#include "checker/names/symbols.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

static void expect(int truth)
{
	if (!truth)
		abort();
}

static void touch_name(const char *name)
{
	expect(strlen(name) < SYMBOLS_MAX_NAME);
	for (; *name; name++)
		expect(*name > ' ' && *name < 0x7f);
}

static void touch_all(const struct symbols *s)
{
	uint64_t last = 0;
	char buf[64];

	expect(symbols_count(s) > 0);
	for (size_t i = 0; i < symbols_count(s); i++) {
		const struct symbol *symbol = symbols_at(s, i);

		expect(symbol->start > last && *symbol->name);
		touch_name(symbol->name);
		touch_name(symbol->module);
		expect(symbols_find(s, symbol->start) == symbol);
		expect(symbols_find(s, symbol->start - 1) != symbol);
		symbols_format(symbol, symbol->start + i, buf, sizeof(buf));
		expect(strlen(buf) < sizeof(buf));
		last = symbol->start;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct symbols *s = NULL;
	struct err e = { 0 };
	int r = symbols_parse(&s, (const char *)data, size, "input", &e);

	if (!r)
		touch_all(s);
	else
		expect(!s && e.code == r && e.what[0]);
	symbols_close(s);
	return 0;
}
