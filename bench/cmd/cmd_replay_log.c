// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * replay-log of xfstests, by its own option names, output and exit codes: for common/
 * dmlogwrites and scripts like it. What it does is daxbench replay's, with the same
 * guard and the same reader.
 */
#include "bench/cmd/cmd_replay.h"
#include "bench/cmd/command.h"
#include "bench/cmd/say.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* All that is not 0 is a failure to the callers; a search that cannot read gives -1. */
#define EXIT_FAILED	 1
#define EXIT_FIND_FAILED 255

struct options {
	const char *log, *replay, *fsck, *check, *start_mark, *end_mark;
	uint64_t start, limit;
	uint64_t stop_flags;
	bool find, num_entries;
	int verbose;
	uint32_t sectorsize; /* of the log */
	struct replay_job job;
	struct replay_check program;
	struct replay_out out;
};

enum {
	OPT_LOG = 0x100,
	OPT_REPLAY,
	OPT_LIMIT,
	OPT_NEXT_FLUSH,
	OPT_NEXT_FUA,
	OPT_START_ENTRY,
	OPT_START_MARK,
	OPT_END_MARK,
	OPT_FIND,
	OPT_NUM_ENTRIES,
	OPT_NO_DISCARD,
	OPT_FSCK,
	OPT_CHECK,
	OPT_START_SECTOR,
	OPT_END_SECTOR
};

static const struct option long_options[] = {
	{ "log", required_argument, NULL, OPT_LOG },
	{ "replay", required_argument, NULL, OPT_REPLAY },
	{ "limit", required_argument, NULL, OPT_LIMIT },
	{ "next-flush", no_argument, NULL, OPT_NEXT_FLUSH },
	{ "next-fua", no_argument, NULL, OPT_NEXT_FUA },
	{ "start-entry", required_argument, NULL, OPT_START_ENTRY },
	{ "start-mark", required_argument, NULL, OPT_START_MARK },
	{ "end-mark", required_argument, NULL, OPT_END_MARK },
	{ "find", no_argument, NULL, OPT_FIND },
	{ "num-entries", no_argument, NULL, OPT_NUM_ENTRIES },
	{ "no-discard", no_argument, NULL, OPT_NO_DISCARD },
	{ "fsck", required_argument, NULL, OPT_FSCK },
	{ "check", required_argument, NULL, OPT_CHECK },
	{ "start-sector", required_argument, NULL, OPT_START_SECTOR },
	{ "end-sector", required_argument, NULL, OPT_END_SECTOR },
	{ "verbose", no_argument, NULL, 'v' },
	{ NULL, 0, NULL, 0 },
};

static int usage(void)
{
	fputs("Usage: replay-log --log LOG [--replay FILE|DEV] [--find] [--num-entries]\n"
	      "\t[--start-entry N | --start-mark MARK] [--end-mark MARK] [--limit N]\n"
	      "\t[--next-flush] [--next-fua] [--start-sector N] [--end-sector N]\n"
	      "\t[--no-discard] [--fsck CMD --check N|flush|fua|discard] [-v] [-vv]\n"
	      "\"daxbench help replay-log\" says more.\n",
	      stderr);
	return EXIT_FAILED;
}

/* Decimal, 0x or 0, as replay-log reads them. */
static int number(const char *arg, uint64_t *ret)
{
	char *end;

	errno = 0;
	*ret = strtoull(arg, &end, 0);
	if (errno || end == arg || *end || strchr(arg, '-')) {
		fprintf(stderr, "Invalid entry number\n");
		return -EINVAL;
	}
	return 0;
}

static int parse_check(struct options *o, const char *arg)
{
	o->check = arg;
	if (!strcmp(arg, "flush"))
		o->job.every = REPLAY_FLUSH;
	else if (!strcmp(arg, "fua"))
		o->job.every = REPLAY_FUA;
	else if (!strcmp(arg, "discard"))
		o->job.every = REPLAY_DISCARD;
	else if (number(arg, &o->job.number) || !o->job.number)
		return -EINVAL;
	else
		o->job.every = REPLAY_NUMBER;
	return 0;
}

static int parse_number(struct options *o, int key, const char *arg)
{
	switch (key) {
	case OPT_LIMIT:
		return number(arg, &o->limit);
	case OPT_START_ENTRY:
		return number(arg, &o->start);
	case OPT_START_SECTOR:
		return number(arg, &o->job.first_sector);
	case OPT_END_SECTOR:
		return number(arg, &o->job.last_sector);
	case OPT_CHECK:
		return parse_check(o, arg);
	default:
		return usage();
	}
}

static int parse(struct options *o, int key, const char *arg)
{
	switch (key) {
	case OPT_LOG:
		o->log = arg;
		return 0;
	case OPT_REPLAY:
		o->replay = arg;
		return 0;
	case OPT_NEXT_FLUSH:
		o->stop_flags |= LOGWRITES_FLUSH;
		return 0;
	case OPT_NEXT_FUA:
		o->stop_flags |= LOGWRITES_FUA;
		return 0;
	case OPT_START_MARK:
		o->start_mark = arg;
		return 0;
	case OPT_END_MARK:
		o->end_mark = arg;
		return 0;
	case OPT_FIND:
		o->find = true;
		return 0;
	case OPT_NUM_ENTRIES:
		o->num_entries = true;
		return 0;
	case OPT_NO_DISCARD:
		o->job.no_discard = true;
		return 0;
	case OPT_FSCK:
		o->fsck = arg;
		return 0;
	case 'v':
		o->verbose++;
		return 0;
	default:
		return parse_number(o, key, arg);
	}
}

/* ---- where to begin and to stop ---- */

/* A mark that is asked for goes before flags. */
static bool is_stop(const struct options *o, const struct logwrites_item *item, uint64_t n)
{
	if (o->limit && n == o->limit)
		return true;
	if (o->end_mark)
		return item->mark && !strcmp(item->mark, o->end_mark);
	return item->flags & o->stop_flags;
}

/* Puts the reader before the first entry wanted, and its number into the job. */
static int seek(struct options *o, struct logwrites_reader *l, struct err *e)
{
	struct logwrites_item item;
	uint64_t passed = 0;
	int r;

	o->job.from = o->start;
	if (!o->start_mark && o->start >= logwrites_counted(l))
		return err_set(e, -EINVAL, o->log, "Invalid entry number: it has %" PRIu64,
			       logwrites_counted(l));
	while (o->start_mark || passed < o->start) {
		r = logwrites_next(l, &item, e);
		if (r < 0)
			return r;
		if (!r)
			return err_set(e, -ENOENT, o->log, "Couldn't find starting mark");
		passed++;
		o->job.from = item.number + 1;
		if (o->start_mark && item.mark && !strcmp(item.mark, o->start_mark))
			break;
	}
	return 0;
}

/* 1: found; 0: the log ended before. */
static int find(const struct options *o, struct logwrites_reader *l, struct logwrites_item *ret,
		struct err *e)
{
	uint64_t n = 0;
	int r;

	while ((r = logwrites_next(l, ret, e)) > 0)
		if (is_stop(o, ret, ++n))
			return 1;
	return r;
}

static int print_found(const struct options *o, struct logwrites_reader *l)
{
	struct logwrites_item item;
	struct err e;
	int r = find(o, l, &item, &e);

	if (r > 0) {
		printf("%" PRIu64 "@%" PRIu64 "\n", item.number, item.next / o->sectorsize);
		return EXIT_OK;
	}
	if (r < 0) {
		say_error(&e);
		return EXIT_FIND_FAILED;
	}
	fprintf(stderr, "Couldn't find entry\n");
	return EXIT_FAILED;
}

/* ---- replay ---- */

static void print_entry(void *data, const struct logwrites_item *item, bool left_out)
{
	const struct options *o = data;
	char flags[64];

	if (o->verbose > 1 || (o->verbose && !left_out))
		printf("%s %" PRIu64 "@%" PRIu64 ": sector %" PRIu64 ", size %" PRIu64
		       ", flags 0x%" PRIx64 "(%s)\n",
		       left_out ? "skipping" : "replaying", item->number,
		       item->at / o->sectorsize + 1, item->sector, item->length, item->flags,
		       replay_flags_text(item->flags, flags, sizeof(flags)));
}

static int run_fsck(void *data, const struct logwrites_item *item, struct err *e)
{
	struct options *o = data;
	int status = 0, r;

	fflush(stdout);
	r = replay_check_run(&o->program, &o->out, &status, e);
	if (r || !status)
		return r;
	return err_set(e, -ECANCELED, o->fsck, "Fsck errored out on entry %" PRIu64, item->number);
}

/* Only what is there is written: a name mistyped makes no file. */
static int open_out(struct options *o, struct err *e)
{
	struct stat st;

	if (stat(o->replay, &st))
		return err_sys(e, -errno, o->replay, "open");
	return S_ISBLK(st.st_mode) ? replay_out_device(&o->out, o->replay, o->log, e)
				   : replay_out_image(&o->out, o->replay, o->log, e);
}

/* @l has been read; the replay has a reader of its own. */
static int replay(struct options *o, struct logwrites_reader *l, struct err *e)
{
	struct logwrites_limits limits = { 0 };
	struct logwrites_item item;
	struct logwrites_reader *again;
	struct replay_counts n;
	int r = find(o, l, &item, e);

	if (r < 0)
		return r;
	o->job.to = r ? item.number : UINT64_MAX;
	r = o->fsck ? replay_check_shell(&o->program, o->fsck, e) : 0;
	if (!r)
		r = open_out(o, e);
	if (r)
		return r;
	limits.device = o->out.device ? o->out.size : 0;
	r = logwrites_open(&again, o->log, &limits, e);
	if (r)
		return r;
	r = replay_run(again, &o->out, &o->job, &n, e);
	if (!r)
		r = replay_out_sync(&o->out, e);
	logwrites_reader_close(again);
	return r;
}

/* ---- the whole ---- */

static int act(struct options *o, struct logwrites_reader *l, struct err *e)
{
	int r;

	if (!o->replay) {
		printf("Log version=1, sectorsize=%" PRIu32 ", entries=%" PRIu64 "\n",
		       o->sectorsize, logwrites_counted(l));
		return 0;
	}
	r = replay(o, l, e);
	replay_out_close(&o->out);
	replay_check_release(&o->program);
	return r;
}

static int run(struct options *o)
{
	struct logwrites_limits none = { 0 };
	struct logwrites_reader *l;
	struct err e;
	int code = EXIT_OK, r = logwrites_open(&l, o->log, &none, &e);

	if (r) {
		say_error(&e);
		return EXIT_FAILED;
	}
	o->sectorsize = logwrites_sectorsize(l);
	r = seek(o, l, &e);
	if (!r && !o->fsck != !o->check)
		code = usage();
	else if (!r && o->find)
		code = print_found(o, l);
	else if (!r && o->num_entries)
		printf("%" PRIu64 "\n", logwrites_counted(l));
	else if (!r)
		r = act(o, l, &e);
	logwrites_reader_close(l);
	if (!r)
		return code;
	fflush(stdout);
	say_error(&e);
	return e.code == -EINTR ? replay_exit_code(&e) : EXIT_FAILED;
}

int cmd_replay_log(int argc, char **argv)
{
	struct options o = { .job = { .last_sector = UINT64_MAX }, .out = REPLAY_OUT_NONE };
	int key;

	o.job.each = print_entry;
	o.job.check = run_fsck;
	o.job.data = &o;
	while ((key = getopt_long(argc, argv, "v", long_options, NULL)) >= 0)
		if (parse(&o, key, optarg))
			return EXIT_FAILED;
	return o.log ? run(&o) : usage();
}
