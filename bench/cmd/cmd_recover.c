// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * daxbench recover: what runs in the guests that recover crash states. For no person: the
 * host's side (bench/recover/pool.h) boots them and asks.
 */
#include "bench/cmd/command.h"
#include "bench/cmd/say.h"
#include "bench/recover/agent.h"
#include "bench/recover/blank.h"

#include <errno.h>
#include <string.h>

int cmd_recover(int argc, char **argv)
{
	struct err e;
	int r;

	if (argc == 1)
		r = agent_serve(&e);
	else if (argc == 2 && !strcmp(argv[1], "--namespace"))
		r = blank_namespace(&e);
	else
		r = err_set(&e, -EINVAL, argv[1], "recover takes no options");
	if (!r)
		return EXIT_OK;
	say_error(&e);
	return say_exit_code(&e);
}
