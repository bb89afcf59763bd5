/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The guest's initramfs, two newc archives one behind the other:
 *
 *	base	init, daxbench, the tools that it calls, all their libraries, the
 *		modules of one kernel. Cached under build/guest by what went into it.
 *	job	what this boot does: argv, token, facts, files brought along. Padded
 *		to a fixed size, so that two runs differ in content but not in layout.
 *
 * Entries are written by hand as the format wants them (kernel:
 * Documentation/driver-api/early-userspace/buffer-format.rst): owner 0, time 0,
 * counted inodes, device nodes too. No privilege is needed and the same input
 * gives the same bytes.
 */
#ifndef EMULATE_IMAGE_H
#define EMULATE_IMAGE_H

#include "emulate/emulate.h"
#include "emulate/kernel.h"

/*
 * Writes the whole initramfs for @job on @k to @path, which is in the run's
 * directory, on the same file system as build/guest. @token: 32 digits, or
 * NULL; @facts: JSON.
 */
int image_write(const struct emulate_job *job, const struct kernel *k, const char *token,
		const char *facts, const char *path, struct err *e);

#endif
