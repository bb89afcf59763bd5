/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A log of dm-log-writes in figures. */
#ifndef BENCH_REPLAY_LOG_INFO_H
#define BENCH_REPLAY_LOG_INFO_H

#include "checker/blocks/logwrites_read.h"

#define LOG_INFO_MARKS 64U /* that are kept; the rest is counted */

enum log_info_kind { LOG_INFO_WRITE, LOG_INFO_DISCARD, LOG_INFO_FLUSH, LOG_INFO_MARK };
#define LOG_INFO_KINDS 4U
#define LOG_INFO_FLAGS 5U /* bits of enum logwrites_flag */

struct log_info {
	uint64_t entries, beyond;
	uint64_t kind[LOG_INFO_KINDS];
	uint64_t flag[LOG_INFO_FLAGS]; /* entries with it; an entry can have several */
	uint64_t written, discarded;   /* bytes */
	uint64_t device;	       /* bytes that a device needs: behind the highest sector */
	uint64_t at;		       /* byte of the log where reading ended */
	bool hashed;
	uint64_t hash; /* XXH3, 64 bits, of all payload in order: no protection from a forger */
	size_t marks;  /* kept */
	struct {
		char *text;
		uint64_t entry;
	} mark[LOG_INFO_MARKS];
};

/* What an entry is: with data, without. */
enum log_info_kind log_info_kind(const struct logwrites_item *item);
const char *log_info_kind_name(enum log_info_kind kind);

/* "FLUSH", in the order of the bits; NULL behind the last. */
const char *log_info_flag_name(unsigned int bit);

/*
 * Reads all entries, with @hash all payload. Also after an error (0 or negative
 * errno returned) @ret says what was read until then, and must be released.
 */
int log_info_read(struct log_info *ret, struct logwrites_reader *l, bool hash, struct err *e);

/* How the log ends, where reading it did not fail: a few words. */
const char *log_info_end(const struct logwrites_reader *l, const struct log_info *info);

void log_info_release(struct log_info *info);

#endif
