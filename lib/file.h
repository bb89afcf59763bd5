/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whole files: read with a bound, written so that they are old or new, never half. */
#ifndef LIB_FILE_H
#define LIB_FILE_H

#include <stddef.h>
#include <sys/types.h>

/*
 * Reads @path (relative to @dirfd, which may be AT_FDCWD) whole. @ret_data is
 * malloc'ed, ends with a NUL that @ret_len does not count, and is the
 * caller's. Returns 0, -EFBIG over @max bytes, or what open or read gave.
 */
int file_read(int dirfd, const char *path, size_t max, char **ret_data, size_t *ret_len);

/*
 * The first line of a small file (sysfs, proc) without its newline, cut to
 * @len - 1 bytes. On failure @buf is "" and a negative errno is returned.
 */
int file_read_line(const char *path, char *buf, size_t len);

/* Writes @text to an existing file (sysfs, proc), in one write(2). */
int file_poke(const char *path, const char *text);

/*
 * Makes or replaces @name in @dirfd: temporary file, fsync, rename, fsync of
 * the directory. On failure the old content stands and nothing is left over.
 */
int file_write_atomic(int dirfd, const char *name, const void *data, size_t len);

/* write(2) until all is out. */
int file_write_all(int fd, const void *data, size_t len);

/* Copies @from to a new or replaced @to; holes stay holes, and zeros become some. */
int file_copy_sparse(const char *from, const char *to);

/* The same by way of @to.tmp, fsync and rename: on failure the old @to stands. */
int file_copy_atomic(const char *from, const char *to);

/* mkdir -p: every missing parent too. An existing directory is no error. */
int file_mkdirs(const char *path, mode_t mode);

/* rm -rf, never through a symbolic link, never out of the file system. */
int file_remove_tree(int dirfd, const char *path);

#endif
