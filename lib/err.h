/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What failed, on which object, why, and what to do next.
 *
 * Below a command nothing prints and nothing exits. A function that can fail
 * returns 0 or a negative errno and fills the struct err that it was handed;
 * the command that called it prints the one line:
 *
 *	daxbench: /dev/pmem0: mkfs.xfs: device is mounted on /mnt; unmount it
 *	          ^object     ^what                                ^hint
 */
#ifndef LIB_ERR_H
#define LIB_ERR_H

#include <stddef.h>

struct err {
	int code;	  /* negative errno, 0 while nothing failed */
	char object[160]; /* device, file, workload, option */
	char what[640];	  /* operation and reason */
	char hint[320];	  /* what to type or do next; may be empty */
};

/*
 * Fills @e, which may be NULL, and returns @code, so that a failing function
 * can end with "return err_set(e, -EBUSY, dev, "mkfs: mounted on %s", dir);".
 * @code must be negative. A later call overwrites an earlier one.
 */
int err_set(struct err *e, int code, const char *object, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* The same for a system call that failed: "OPERATION: strerror(-code)". */
int err_sys(struct err *e, int code, const char *object, const char *operation);

/* Adds what to do next. Returns e->code, or -EIO where @e is NULL. */
int err_hint(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Writes "object: what; hint" to @buf, always terminated. Returns @buf. */
char *err_format(const struct err *e, char *buf, size_t len);

#endif
