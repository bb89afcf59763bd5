// SPDX-License-Identifier: GPL-2.0-or-later
/* daxbench replay: what is in a log of dm-log-writes, and that replayed. */
#include "bench/cmd/cmd_replay.h"
#include "bench/cmd/command.h"
#include "bench/cmd/say.h"
#include "bench/interrupt.h"
#include "lib/units.h"

#include <argp.h>
#include <errno.h>
#include <string.h>

enum {
	OPT_INFO = 0x100,
	OPT_HASH,
	OPT_LIST,
	OPT_JSON,
	OPT_IMAGE,
	OPT_DEVICE,
	OPT_FROM_MARK,
	OPT_FROM_ENTRY,
	OPT_TO_MARK,
	OPT_TO_ENTRY,
	OPT_BEYOND,
	OPT_SIZE,
	OPT_NO_DISCARD,
	OPT_CHECK,
	OPT_EVERY,
	OPT_FS,
	OPT_KERNEL
};

static const struct argp_option options[] = {
	{ NULL, 0, NULL, 0, "What is in it:", 10 },
	{ "info", OPT_INFO, NULL, 0, "entries by kind, bytes, marks, how it ends (the default)",
	  10 },
	{ "hash", OPT_HASH, NULL, 0, "with --info: read all payload, and give its XXH3", 10 },
	{ "list", OPT_LIST, NULL, 0, "an entry a line", 10 },
	{ "json", OPT_JSON, NULL, 0, "either as JSON", 10 },
	{ NULL, 0, NULL, 0, "Onto what:", 20 },
	{ "image", OPT_IMAGE, "FILE", 0, "this file; made, or made longer, as need be", 20 },
	{ "device", OPT_DEVICE, "DEV", 0, "this device, which must be claimed", 20 },
	{ "no-discard", OPT_NO_DISCARD, NULL, 0, "leave discards out", 20 },
	{ NULL, 0, NULL, 0, "Which entries:", 30 },
	{ "from-mark", OPT_FROM_MARK, "MARK", 0, "those behind this mark", 30 },
	{ "from-entry", OPT_FROM_ENTRY, "N", 0, "those from this one on (0)", 30 },
	{ "to-mark", OPT_TO_MARK, "MARK", 0, "up to this mark", 30 },
	{ "to-entry", OPT_TO_ENTRY, "N", 0, "up to this one and with it", 30 },
	{ "beyond", OPT_BEYOND, NULL, 0,
	  "go on behind those that the super block counts: the log of a machine that died", 30 },
	{ "device-size", OPT_SIZE, "BYTES", 0,
	  "of the device that was logged: refuse what lies "
	  "outside",
	  30 },
	{ NULL, 0, NULL, 0, "Looking at it on the way:", 40 },
	{ "check", OPT_CHECK, "CMD", 0, "run this program on it; its failure is exit status 1",
	  40 },
	{ "every", OPT_EVERY, "WHEN", 0,
	  "after each entry with flush, fua or discard, or each N entries (at the end)", 40 },
	{ NULL, 0, NULL, 0,
	  "What a crash could have left, recovered in guests:", STATES_GROUP_LOG },
	{ "fs", OPT_FS, "FS", 0, "what it is a log of: ext4 or xfs", STATES_GROUP_LOG },
	{ "kernel", OPT_KERNEL, "K", 0, "that recovers: 6.1, 6.12 or a bzImage", STATES_GROUP_LOG },
	{ "quiet", 'q', NULL, 0, "no progress", 50 },
	{ 0 },
};

static uint64_t parse_number(const char *option, const char *arg, struct argp_state *state)
{
	uint64_t n = 0;

	if (units_parse_count(arg, &n) || n == UINT64_MAX)
		argp_error(state, "%s %s: want the number of an entry", option, arg);
	return n;
}

static void parse_every(struct replay_options *o, const char *arg, struct argp_state *state)
{
	if (!strcmp(arg, "flush"))
		o->every = REPLAY_FLUSH;
	else if (!strcmp(arg, "fua"))
		o->every = REPLAY_FUA;
	else if (!strcmp(arg, "discard"))
		o->every = REPLAY_DISCARD;
	else if (!units_parse_count(arg, &o->number) && o->number)
		o->every = REPLAY_NUMBER;
	else
		argp_error(state, "--every %s: want flush, fua, discard or a number of entries",
			   arg);
}

static void parse_range(struct replay_options *o, int key, const char *arg,
			struct argp_state *state)
{
	o->range_given = true;
	if (key == OPT_FROM_MARK)
		o->range.from_mark = arg;
	else if (key == OPT_TO_MARK)
		o->range.to_mark = arg;
	else if (key == OPT_FROM_ENTRY)
		o->range.from = parse_number("--from-entry", arg, state);
	else
		o->range.to = parse_number("--to-entry", arg, state);
}

static void check_states(const struct replay_options *o, struct argp_state *state)
{
	if (o->states.budget &&
	    (!o->fs || (strcmp(o->fs, "ext4") != 0 && strcmp(o->fs, "xfs") != 0)))
		argp_error(state, "--states: of which file system? --fs ext4 or xfs");
	if (!o->states.budget && (o->fs || o->kernel || o->states.guests || o->states.prune))
		argp_error(state, "--fs, --kernel, --guests and --prune are for --states");
}

/* What does not go together. */
static void check(const struct replay_options *o, struct argp_state *state)
{
	bool replays = o->image || o->device;

	check_states(o, state);
	if (!o->log)
		argp_error(state, "which log? give its FILE or device");
	if (o->image && o->device)
		argp_error(state, "--image and --device: want one");
	if (o->info + o->list + replays + (o->states.budget != 0) > 1)
		argp_error(state, "--info, --list, --states and a replay: want one");
	if ((o->check || o->no_discard) && !replays)
		argp_error(state, "--check and --no-discard are for a replay: --image FILE");
	if (o->every && !o->check)
		argp_error(state, "--every says when to --check: with what?");
	if (o->hash && (o->list || replays))
		argp_error(state, "--hash is for --info");
	if (o->json && replays)
		argp_error(state, "--json is for --info, --list and --states");
	if (o->range_given && !o->list && !replays && !o->states.budget)
		argp_error(state, "--info is of the whole log");
	if (o->range.from_mark && o->range.from)
		argp_error(state, "--from-mark and --from-entry: want one");
	if (o->range.from > o->range.to)
		argp_error(state, "--from-entry lies behind --to-entry");
}

static error_t parse_target(int key, char *arg, struct argp_state *state)
{
	struct replay_options *o = state->input;

	switch (key) {
	case OPT_IMAGE:
		o->image = arg;
		return 0;
	case OPT_DEVICE:
		o->device = arg;
		return 0;
	case OPT_NO_DISCARD:
		o->no_discard = true;
		return 0;
	case OPT_BEYOND:
		o->limits.beyond = true;
		return 0;
	case OPT_SIZE:
		if (units_parse_size(arg, &o->limits.device) || !o->limits.device)
			argp_error(state, "--device-size %s: want a size, as 2G", arg);
		return 0;
	case OPT_CHECK:
		o->check = arg;
		return 0;
	case OPT_EVERY:
		parse_every(o, arg, state);
		return 0;
	case OPT_FS:
		o->fs = arg;
		return 0;
	case OPT_KERNEL:
		o->kernel = arg;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct replay_options *o = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &o->states;
		return 0;
	case OPT_INFO:
		o->info = true;
		return 0;
	case OPT_HASH:
		o->hash = true;
		return 0;
	case OPT_LIST:
		o->list = true;
		return 0;
	case OPT_JSON:
		o->json = true;
		return 0;
	case OPT_FROM_MARK:
	case OPT_FROM_ENTRY:
	case OPT_TO_MARK:
	case OPT_TO_ENTRY:
		parse_range(o, key, arg, state);
		return 0;
	case 'q':
		say_init(-1, NULL);
		return 0;
	case ARGP_KEY_ARG:
		if (o->log)
			argp_error(state, "%s: one log at a time", arg);
		o->log = arg;
		return 0;
	case ARGP_KEY_END:
		check(o, state);
		return 0;
	default:
		return parse_target(key, arg, state);
	}
}

static const struct argp_child children[] = { { &states_argp_log, 0, NULL, 0 }, { 0 } };
static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "LOG",
	.doc = "Reads a log of device-mapper's log-writes target, a file or a block device, and "
	       "replays it onto an image or a claimed device, or lets a kernel recover what a "
	       "crash could have left.",
	.children = children,
};

int replay_exit_code(const struct err *e)
{
	return e->code == -EINTR && interrupted ? 128 + interrupted : say_exit_code(e);
}

static int show(const struct replay_options *o, struct err *e)
{
	struct replay_job job = { .to = UINT64_MAX };
	struct logwrites_reader *l;
	uint64_t end;
	int r = 0;

	/* Of a damaged log all is shown up to the damage. */
	if (o->range.from_mark || o->range.to_mark)
		r = replay_resolve(o->log, &o->limits, &o->range, &job, &end, e);
	else
		job = (struct replay_job){ .from = o->range.from, .to = o->range.to };
	if (!r)
		r = logwrites_open(&l, o->log, &o->limits, e);
	if (r)
		return r;
	r = o->list ? replay_show_list(l, job.from, job.to, o->json, e)
		    : replay_show_info(l, o->hash, o->json, e);
	logwrites_reader_close(l);
	return r;
}

int cmd_replay(int argc, char **argv)
{
	struct replay_options o = { .range = REPLAY_ALL, .states.least = 512 };
	bool found = false;
	struct err e;
	int r;

	argp_parse(&argp, argc, argv, 0, NULL, &o);
	r = o.states.budget	  ? replay_states(&o, &found, &e)
	    : o.image || o.device ? replay_onto(&o, &found, &e)
				  : show(&o, &e);
	if (!r)
		return found ? EXIT_FOUND : EXIT_OK;
	fflush(stdout);
	say_error(&e);
	return found ? EXIT_FOUND : replay_exit_code(&e);
}
