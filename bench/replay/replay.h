/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A log of dm-log-writes, replayed: which entries, onto what, and where one stops to look. */
#ifndef BENCH_REPLAY_REPLAY_H
#define BENCH_REPLAY_REPLAY_H

#include "bench/replay/replay_out.h"
#include "checker/blocks/logwrites_read.h"

/* Which entries, as it is asked for. */
struct replay_range {
	const char *from_mark, *to_mark; /* behind the first; up to that one. NULL: none */
	uint64_t from, to;		 /* numbers, both included; UINT64_MAX: to the last */
};

#define REPLAY_ALL                                                                                 \
	{                                                                                          \
		.to = UINT64_MAX                                                                   \
	}

enum replay_every { REPLAY_NEVER, REPLAY_FLUSH, REPLAY_FUA, REPLAY_DISCARD, REPLAY_NUMBER };

struct replay_job {
	uint64_t from, to;	 /* entries, both included: replay_resolve() */
	uint64_t first_sector;	 /* what ends at or before it is left out, */
	uint64_t last_sector;	 /* and what begins behind it */
	bool no_discard;	 /* discards are left out */
	enum replay_every every; /* when check() is called: after such an entry, */
	uint64_t number;	 /* or after each @number of them */
	/* Called before each entry. @left_out: it lies before first_sector or behind last_sector.
	 */
	void (*each)(void *data, const struct logwrites_item *item, bool left_out);
	/* 0, or what ends the replay. */
	int (*check)(void *data, const struct logwrites_item *item, struct err *e);
	void *data;
};

struct replay_counts {
	uint64_t entries, writes, bytes, discards, checks;
	uint64_t last; /* entry */
};

/*
 * Makes numbers of a range, by a look at all entries up to its end: so nothing is
 * written where the log is damaged before that, or has no such mark or entry
 * (-EINVAL). @ret_end: byte of the log where the range ends.
 */
int replay_resolve(const char *log, const struct logwrites_limits *limits,
		   const struct replay_range *range, struct replay_job *job, uint64_t *ret_end,
		   struct err *e);

/* Goes through the log from its beginning. -EINTR: interrupted; what check() gave. */
int replay_run(struct logwrites_reader *l, struct replay_out *o, const struct replay_job *job,
	       struct replay_counts *ret, struct err *e);

#endif
