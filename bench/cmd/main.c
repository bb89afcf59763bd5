// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The table of commands and nothing else: what a command does is
 * in its cmd_NAME.c.
 */
#include "bench/cmd/cmd_emulate.h"
#include "bench/cmd/command.h"
#include "bench/interrupt.h"
#include "bench/cmd/say.h"
#include "lib/nearest.h"

#include <argp.h>
#include <errno.h>
#include <string.h>

const struct command commands[] = {
	{ "list", cmd_list, "show the workloads, their groups and parameters", false },
	{ "probe", cmd_probe, "show what this machine has and what would be used", false },
	{ "run", cmd_run, "measure workloads and print the table", true },
	{ "compare", cmd_compare, "say what differs between kernels, or between results", true },
	{ "kernel", cmd_kernel, "list and build kernels to compare and to check", false },
	{ "plot", cmd_plot, "draw a sweep, in the terminal and as SVG", false },
	{ "check", cmd_check, "say which promised bytes a power cut would lose", true },
	{ "zoo", cmd_zoo, "put known bugs of the kernel back, and say who catches them", true },
	{ "merge", cmd_merge, "put the shards of a check together", false },
	{ "record", cmd_record, "run a workload's check lens and keep its operation log", true },
	{ "trace", cmd_trace, "show what is in a store trace or an operation log", false },
	{ "replay", cmd_replay, "read a log of dm-log-writes, and replay it onto an image", false },
	{ "replay-log", cmd_replay_log, "the same by the option names of xfstests' replay-log",
	  false },
	{ "claim", cmd_claim, "allow daxbench to overwrite a device of this machine", false },
	{ "clean", cmd_clean, "list, then remove, what a killed run left behind", false },
	{ "shell", cmd_shell, "a shell, or any command, in the emulated machine", true },
	{ "new", cmd_new, "write a commented workload to start from", false },
	{ "help", cmd_help, "show the manual", false },
	{ "recover", cmd_recover, NULL, true },
	{ NULL, NULL, NULL, false },
};

static const struct command *find_command(const char *name, struct err *e)
{
	const char *names[sizeof(commands) / sizeof(commands[0])];
	const char *near;
	size_t n = 0;

	for (const struct command *c = commands; c->name; c++) {
		if (!strcmp(c->name, name))
			return c;
		if (c->summary)
			names[n++] = c->name;
	}
	err_set(e, -EINVAL, name, "no such command");
	near = nearest(name, names, n);
	if (near)
		err_hint(e, "did you mean \"daxbench %s\"?", near);
	else
		err_hint(e, "\"daxbench help\" lists the commands");
	return NULL;
}

/* Results that were not written are no results. */
static int close_output(int code)
{
	struct err e;

	if (!fflush(stdout) && !ferror(stdout))
		return code;
	err_sys(&e, -errno, "standard output", "write");
	say_error(&e);
	return EXIT_NO_RUN;
}

int main(int argc, char **argv)
{
	const struct command *command;
	char *help[] = { (char *)"daxbench help", NULL };
	char name[64];
	struct err e;

	interrupt_catch();
	argp_err_exit_status = EXIT_USAGE;
	/* By a link of that name it is what xfstests calls. */
	if (!strcmp(program_invocation_short_name, "replay-log"))
		return close_output(cmd_replay_log(argc, argv));
	if (argc < 2 || !strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))
		return close_output(cmd_help(1, help));
	if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V")) {
		puts("daxbench " DAXBENCH_VERSION);
		return close_output(EXIT_OK);
	}
	command = find_command(argv[1], &e);
	if (!command) {
		say_error(&e);
		return EXIT_USAGE;
	}
	if (!command->boots && emulate_is_asked(argc, argv))
		return close_output(cmd_emulate(argc, argv));
	snprintf(name, sizeof(name), "daxbench %s", command->name);
	argv[1] = name;
	return close_output(command->run(argc - 1, argv + 1));
}
