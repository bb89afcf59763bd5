/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Jobs of fio that are files of the user's: a word "fio:PATH", with a slash in it. Its
 * workload is called "fio:NAME" of DIR/NAME.fio. And what a guest must be given, so that
 * fio is there, and the same command line finds the same files.
 */
#ifndef BENCH_FIO_FIO_OWN_H
#define BENCH_FIO_FIO_OWN_H

#include "bench/select.h"

/* The path in @word; NULL: it is a name, or about no job at all. */
const char *fio_own_path(const char *word);

/*
 * The job in the file @path, read once and kept; in a guest, from where the host put it.
 * Errors as of fio_job_parse() and read(2), and -EINVAL for a file's name that is none of
 * a workload.
 */
int fio_own_load(const char *path, const struct dx_workload **ret, struct err *e);

/* "HOST:GUEST" each, NULL-ended, for struct emulate_job; NULL: there is nothing to bring. */
struct fio_luggage {
	char **files;
	size_t n;
};

/*
 * What the @n selections @s need in a guest. Where fio is not installed it is left out:
 * the cells say so. After a failure, too, the caller releases what @ret holds.
 */
int fio_luggage_pack(const struct selection *s, size_t n, struct fio_luggage *ret, struct err *e);
void fio_luggage_release(struct fio_luggage *luggage);

#endif
