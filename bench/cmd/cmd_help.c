// SPDX-License-Identifier: GPL-2.0-or-later
/* daxbench help: the commands, or a page of the manual. */
#include "bench/cmd/command.h"
#include "bench/embedded.h"
#include "bench/cmd/say.h"

#include <errno.h>
#include <string.h>

static void print_commands(void)
{
	puts("daxbench measures what DAX on persistent memory costs, and checks what it promises.\n"
	     "Without a device it works in an emulated machine.\n");
	for (const struct command *c = commands; c->name; c++)
		if (c->summary)
			printf("  daxbench %-10s %s\n", c->name, c->summary);
	puts("\n  daxbench run             the default suite: start here\n"
	     "  daxbench help COMMAND    examples and options of a command");
}

static const char *find_page(const char *name)
{
	for (const struct embedded_text *p = manual_pages; p->name; p++)
		if (!strncmp(p->name, "daxbench-", 9) && !strcmp(p->name + 9, name))
			return p->text;
	for (const struct embedded_text *p = manual_pages; p->name; p++)
		if (!strcmp(p->name, name))
			return p->text;
	return NULL;
}

int cmd_help(int argc, char **argv)
{
	const char *text;
	struct err e;

	if (argc < 2) {
		print_commands();
		return EXIT_OK;
	}
	text = find_page(argv[1]);
	if (!text) {
		err_set(&e, -EINVAL, argv[1], "there is no page of this name");
		err_hint(&e, "\"daxbench help\" lists the commands");
		say_error(&e);
		return EXIT_USAGE;
	}
	fputs(text, stdout);
	return EXIT_OK;
}
