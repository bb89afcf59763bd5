/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the commands that boot a guest share: cmd_shell, cmd_run, cmd_record, --emulate. */
#ifndef BENCH_CMD_CMD_EMULATE_H
#define BENCH_CMD_CMD_EMULATE_H

#include "emulate/emulate.h"

/* emulate_job.on_output: what a guest's command prints is printed here. */
void emulate_print(void *data, bool is_stderr, const char *text, size_t len);

/*
 * Runs @job with its output printed, in the default kernel if it names none.
 * Says what went wrong. The exit code: the guest's command's own, if it ended.
 */
int emulate_command(struct emulate_job *job);

/* Does this command line ask, with --emulate, to be run in a guest? */
bool emulate_is_asked(int argc, char *const argv[]);

/* Any command line, run in a guest: @argv as main() has it, --emulate in it. */
int cmd_emulate(int argc, char **argv);

#endif
