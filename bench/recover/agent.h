/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * In our guest: serves the host's questions (mailbox.h) until it is told to end.
 *
 *	mounting.c	mounts what lies on the NVDIMMs
 *	walk.c		all files of it, with what they hold
 *	prove.c		fsck, and whether it can be written
 *	kmsg.c		what the kernel said meanwhile
 */
#ifndef BENCH_RECOVER_AGENT_H
#define BENCH_RECOVER_AGENT_H

#include "lib/err.h"

/* 0: the host said MAILBOX_END. -EPERM outside a guest of ours. */
int agent_serve(struct err *e);

#endif
