/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A newc archive, written entry by entry. */
#ifndef EMULATE_CPIO_H
#define EMULATE_CPIO_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

struct cpio {
	FILE *out;
	uint32_t inode;	  /* of the entry written last */
	uint64_t written; /* bytes */
	char *seen;	  /* directories made so far, "\n/a\n/a/b\n" */
};

/* Starts an archive on @out, which stays the caller's. */
void cpio_init(struct cpio *c, FILE *out);
void cpio_release(struct cpio *c);

/*
 * Each makes the missing parents of @name (absolute) first and returns 0 or
 * -errno. A directory that is there already is no error.
 */
int cpio_dir(struct cpio *c, const char *name);
int cpio_data(struct cpio *c, const char *name, mode_t mode, const void *data, size_t len);
int cpio_file(struct cpio *c, const char *name, mode_t mode, const char *source);
int cpio_link(struct cpio *c, const char *name, const char *target);
int cpio_node(struct cpio *c, const char *name, mode_t mode, unsigned int major,
	      unsigned int minor);

/* The trailer, and zeros up to a multiple of @align. */
int cpio_finish(struct cpio *c, size_t align);

#endif
