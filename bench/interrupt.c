// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/interrupt.h"

#include <signal.h>
#include <stddef.h>
#include <unistd.h>

volatile int interrupted;

static void on_signal(int signal)
{
	if (interrupted)
		_exit(128 + signal);
	interrupted = signal;
}

void interrupt_catch(void)
{
	static const int caught[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction act = { .sa_handler = on_signal };

	for (size_t i = 0; i < sizeof(caught) / sizeof(caught[0]); i++)
		sigaction(caught[i], &act, NULL);
	signal(SIGPIPE, SIG_IGN);
}
