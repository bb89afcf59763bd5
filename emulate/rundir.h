/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The private directory of one boot: build/run/XXXXXX, mode 0700, with the
 * initramfs and the NVDIMMs' sparse backing files. Its owner holds a lock on
 * it, which the kernel drops however the owner ends; one without a lock is a
 * left-over, and the next boot or `daxbench clean` removes it.
 */
#ifndef EMULATE_RUNDIR_H
#define EMULATE_RUNDIR_H

#include "lib/err.h"

struct rundir {
	char path[64];
	int lock_fd; /* -1: none */
};

int rundir_make(struct rundir *ret, struct err *e);

/* A sparse file @name of @bytes in it. */
int rundir_file(const struct rundir *d, const char *name, unsigned long long bytes, struct err *e);

/* Removes it with all that is in it. */
void rundir_release(struct rundir *d);

#endif
