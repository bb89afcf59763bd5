/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a log is replayed onto: a regular file, or a block device that the guard
 * (bench/target/guard.h) let us have. Nothing else is ever opened for writing.
 */
#ifndef BENCH_REPLAY_REPLAY_OUT_H
#define BENCH_REPLAY_REPLAY_OUT_H

#include <sys/stat.h>

#include "bench/target/guard.h"

struct replay_out {
	const char *path; /* the caller's */
	int fd;
	uint64_t size; /* bytes; an image grows */
	bool device;
	struct guard_claim claim; /* of a device: held until replay_out_close() */
};

/* What replay_out_close() accepts before either was opened. */
#define REPLAY_OUT_NONE                                                                            \
	{                                                                                          \
		.fd = -1                                                                           \
	}

/*
 * The file at @path, made if it is not there; what it holds is kept. -EINVAL: it is no
 * regular file, or it is @log itself.
 */
int replay_out_image(struct replay_out *o, const char *path, const char *log, struct err *e);

/* A claimed block device; what guard_device() gives, or -EINVAL: it is @log, or device-dax. */
int replay_out_device(struct replay_out *o, const char *path, const char *log, struct err *e);

int replay_out_write(struct replay_out *o, uint64_t offset, const void *data, size_t len,
		     struct err *e);

/*
 * From now on zeros are read there. An image gets a hole where its file system can make one; a
 * device does as it does best (BLKZEROOUT's rules). -EINTR: interrupted.
 */
int replay_out_discard(struct replay_out *o, uint64_t offset, uint64_t len, struct err *e);

/*
 * Around a program that looks at it: all is where that finds it; and afterwards it did not
 * write an image (-EBUSY), nor leave a device in use.
 */
int replay_out_show(struct replay_out *o, struct err *e);
int replay_out_seen(struct replay_out *o, struct err *e);

int replay_out_sync(struct replay_out *o, struct err *e);
void replay_out_close(struct replay_out *o);

#endif
