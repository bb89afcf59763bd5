// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * --emulate for the commands that have no such option of their own: the same
 * command line runs in a guest. run and record, whose results must come back
 * one by one, boot their guests themselves.
 */
#include "bench/cmd/cmd_emulate.h"
#include "bench/cmd/command.h"
#include "bench/interrupt.h"
#include "bench/cmd/say.h"
#include "lib/cleanup.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OPTION "--emulate"

void emulate_print(void *data, bool is_stderr, const char *text, size_t len)
{
	FILE *stream = is_stderr ? stderr : stdout;

	(void)data;
	fwrite(text, 1, len, stream);
	fflush(stream);
}

int emulate_command(struct emulate_job *job)
{
	struct emulate_outcome outcome;
	struct err e;

	job->on_output = emulate_print;
	job->interrupted = &interrupted;
	if (!job->kernel && emulate_default_kernel(&job->kernel, &e)) {
		say_error(&e);
		return EXIT_NO_RUN;
	}
	if (emulate_run(job, &outcome, &e)) {
		say_error(&e);
		return interrupted ? 128 + interrupted : EXIT_NO_RUN;
	}
	return outcome.exit_status;
}

bool emulate_is_asked(int argc, char *const argv[])
{
	for (int i = 2; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (!strcmp(argv[i], OPTION))
			return true;
	return false;
}

int cmd_emulate(int argc, char **argv)
{
	AUTO_FREE char **words = calloc((size_t)argc + 1, sizeof(*words));
	struct emulate_job job = { .argv = words };
	struct err e;
	size_t n = 0;

	if (!words) {
		err_sys(&e, -ENOMEM, OPTION, "copy the command line");
		say_error(&e);
		return EXIT_NO_RUN;
	}
	words[n++] = (char *)"daxbench"; /* our own binary, in the guest */
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], OPTION) != 0)
			words[n++] = argv[i];
	return emulate_command(&job);
}
