/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the words of a comparison are: its sides first, then which workloads. */
#ifndef BENCH_COMPARE_COMPARE_WORDS_H
#define BENCH_COMPARE_COMPARE_WORDS_H

#include "bench/results/results_read.h"

enum compare_word {
	COMPARE_WORD_WORKLOAD,
	COMPARE_WORD_KERNEL,  /* "6.1", a variant, the path of a bzImage */
	COMPARE_WORD_RESULTS, /* a run.json, its directory, a set under the base; several: A,B */
};

/*
 * A version or a variant is a kernel; what has a slash is a path; a workload's or group's name is
 * that, whatever lies around; the rest is results if there are such under @base. A path is a kernel
 * if it is a bzImage or not there, so that host and guest, where it is not, agree.
 */
enum compare_word compare_word_kind(const char *base, const char *word);

/* Which cells of files are looked at: words as `run` takes them. */
struct compare_filter {
	char *const *words; /* "msync-page", "pte-*", "@fault", "fsync-dirty:pages=64" */
	size_t n;
};

/* compare_options.wanted; @data: a struct compare_filter. No words: all. */
bool compare_filter_wants(void *data, const struct results_cell *cell);

/* Does @word mean @cell? A parameter that it does not name may be anything. */
bool compare_word_means(const char *word, const struct results_cell *cell);

#endif
