// SPDX-License-Identifier: GPL-2.0-or-later
/* A file of mutants that somebody else has written. What is taken can be found again, and run. */
#include "bench/zoo/mutants.h"
#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void expect(int truth)
{
	if (!truth)
		abort();
}

static void touch_command(const struct mutant_command *c)
{
	expect(c->n > 0 && c->n <= MUTANTS_MAX_WORDS && !c->words[c->n]);
	for (size_t i = 0; i < c->n; i++)
		expect(c->words[i][0] && !strpbrk(c->words[i], " \t\n"));
	expect(!strcmp(c->words[0], "check") || !strcmp(c->words[0], "run"));
}

static void touch_all(const struct mutants *m)
{
	char number[16];

	for (size_t i = 0; i < m->n; i++) {
		const struct mutant *one = &m->mutant[i];

		if (one->general)
			expect(!one->trigger.n && (one->any || one->equivalent));
		else
			touch_command(&one->trigger);
		snprintf(number, sizeof(number), "%u", one->number);
		expect(mutants_find(m, number) == one && mutants_find(m, one->name) == one);
		expect(one->what[0] && (!one->equivalent || one->reason[0]));
	}
	for (size_t i = 0; i < m->n_general; i++)
		touch_command(&m->general[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mutants m;
	struct err e = { 0 };
	int r = mutants_parse(&m, (const char *)data, size, "input", &e);

	if (!r)
		touch_all(&m);
	else
		expect(!m.mutant && e.code == r && e.what[0]);
	mutants_release(&m);
	return 0;
}
