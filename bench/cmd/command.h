/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The subcommands: a file each (cmd_NAME.c), one row each in the table of main.c. */
#ifndef BENCH_CMD_COMMAND_H
#define BENCH_CMD_COMMAND_H

#include <stdbool.h>

struct command {
	const char *name;
	int (*run)(int argc, char **argv); /* argv[0]: "daxbench NAME"; returns the exit code */
	const char *summary;		   /* one line for `help`; NULL: not for people */
	bool boots;			   /* boots guests itself: --emulate is its own */
};

/* All of them, in the order of `help`; ends with a NULL name. */
extern const struct command commands[];

int cmd_list(int argc, char **argv);
int cmd_probe(int argc, char **argv);
int cmd_run(int argc, char **argv);
int cmd_compare(int argc, char **argv);
int cmd_kernel(int argc, char **argv);
int cmd_plot(int argc, char **argv);
int cmd_check(int argc, char **argv);
int cmd_merge(int argc, char **argv);
int cmd_record(int argc, char **argv);
int cmd_trace(int argc, char **argv);
int cmd_replay(int argc, char **argv);
int cmd_replay_log(int argc, char **argv);
int cmd_claim(int argc, char **argv);
int cmd_clean(int argc, char **argv);
int cmd_shell(int argc, char **argv);
int cmd_new(int argc, char **argv);
int cmd_help(int argc, char **argv);
int cmd_zoo(int argc, char **argv);
int cmd_recover(int argc, char **argv);

#endif
