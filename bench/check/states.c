// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/check/states.h"
#include "bench/check/edits.h"
#include "bench/check/exec.h"
#include "bench/check/known.h"
#include "bench/results/cell_status.h"
#include "bench/results/json_get.h"
#include "bench/target/mkfs.h"
#include "checker/states/explore.h"
#include "checker/states/recrash.h"
#include "checker/states/oracle_rules.h"
#include "lib/monotonic.h"
#include "lib/tame.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

unsigned int states_guests(uint64_t asked)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	if (asked)
		return (unsigned int)asked;
	return cpus < 1				 ? 1
	       : cpus > (long)RECOVER_MAX_GUESTS ? RECOVER_MAX_GUESTS
						 : (unsigned int)cpus;
}

/* ---- as JSON ---- */

/* What a recovered file system says is no text that can be trusted: names, logs, targets. */
static json_t *text(const char *from)
{
	char copy[1024];

	snprintf(copy, sizeof(copy), "%s", from);
	for (char *c = copy; (c = strchr(c, '\n'));)
		*c = ' ';
	tame_ascii(copy);
	return json_string(copy);
}

json_t *states_describe_op(const struct oplog_op *op)
{
	if (!op)
		return json_null();
	return json_pack("{s:s, s:i, s:I}", "op", op->kind->name, "worker", (int)op->worker,
			 "record", (json_int_t)op->number);
}

json_t *states_describe_blame(const struct explore_violation *v)
{
	return json_pack("{s:s, s:o, s:o}", "rule", oracle_rule_names[v->rule], "file",
			 text(v->path), "promise", states_describe_op(v->promise));
}

/* Of a crash in a recovery: of which state's, and where. */
static json_t *describe_recovery(const struct explore_point *point)
{
	return point->again ? json_pack("{s:o, s:I}", "state",
					json_sprintf("%016" PRIx64, point->recovering), "event",
					(json_int_t)point->again)
			    : json_null();
}

static json_t *describe_violation(const struct explore_violation *v)
{
	return json_pack(
		"{s:s, s:o, s:o, s:o, s:o, s:I, s:I, s:I, s:o, s:o, s:o, s:I, s:I, s:o, s:I, s:b}",
		"rule", oracle_rule_names[v->rule], "file", text(v->path), "first_name",
		v->file ? text(v->file->first_name) : json_null(), "what", text(v->what), "promise",
		states_describe_op(v->promise), "offset", (json_int_t)v->offset, "bytes",
		(json_int_t)v->bytes, "event", (json_int_t)v->point.seq, "after",
		states_describe_op(v->point.op), "during", states_describe_op(v->point.during),
		"recovery", describe_recovery(&v->point), "units", (json_int_t)v->units, "kept",
		(json_int_t)v->kept, "state", json_sprintf("%016" PRIx64, v->state), "states",
		(json_int_t)v->states, "torn", v->torn);
}

/* Exactly while it is a number that one can read; else as a power of two. */
static json_t *describe_possible(const struct explore_counts *n)
{
	if (n->possible < 1e15L)
		return json_sprintf("%.0Lf", n->possible);
	return json_sprintf("2^%.1f", n->possible_log2);
}

void states_spend(const struct states_options *o, struct states_spent *s)
{
	s->ms = monotonic_ms();
	recover_pool_counts(o->pool, &s->guests);
}

void states_spent(const struct states_options *o, struct states_spent *s)
{
	const struct recover_counts before = s->guests;

	s->ms = monotonic_ms() - s->ms;
	recover_pool_counts(o->pool, &s->guests);
	recover_counts_between(&before, &s->guests);
}

/* Of all guests together: divide by their number. */
static json_t *describe_spent(const struct recover_counts *n)
{
	return json_pack("{s:I, s:I, s:I, s:I, s:f, s:f, s:f, s:f}", "guests_booted",
			 (json_int_t)n->booted, "guests_died", (json_int_t)n->died, "recovered",
			 (json_int_t)n->recovered, "proved", (json_int_t)n->proved, "boot_seconds",
			 n->boot_ms / 1e3, "put_seconds", n->put_ms / 1e3, "mount_seconds",
			 n->guest_ms / 1e3, "prove_seconds", n->prove_ms / 1e3);
}

static json_t *describe_recrash(const struct explore_counts *n)
{
	return json_pack("{s:I, s:I, s:I, s:I}", "recoveries", (json_int_t)n->recrash.recoveries,
			 "points", (json_int_t)n->recrash.points, "run", (json_int_t)n->recrash.run,
			 "unique", (json_int_t)n->recrash.unique);
}

json_t *states_describe(const struct states_options *o, const struct explore_counts *n,
			const struct explore_violation *list, size_t found,
			const struct states_spent *spent)
{
	json_t *violations = json_array();

	for (size_t i = 0; i < found; i++)
		json_array_append_new(violations, describe_violation(&list[i]));
	return json_pack("{s:o, s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:I, s:I, s:I, s:I, s:I, s:I, "
			 "s:f, s:o, s:o}",
			 "possible", describe_possible(n), "run", (json_int_t)n->run, "unique",
			 (json_int_t)n->unique, "outcomes", (json_int_t)n->outcomes, "spared",
			 (json_int_t)n->spared, "contradicted", (json_int_t)n->contradicted,
			 "points_decided", (json_int_t)n->points_decided, "recrash",
			 describe_recrash(n), "points", (json_int_t)n->points, "points_left_out",
			 (json_int_t)n->points_left_out, "units_max", (json_int_t)n->units_max,
			 "budget", (json_int_t)o->budget, "total", (json_int_t)o->total, "atomic",
			 (json_int_t)o->atomic, "seconds", (double)spent->ms / 1e3, "recovery",
			 describe_spent(&spent->guests), "violations", violations);
}

/* ---- the verdict ---- */

/*
 * Is it a loss that was found by its lines already? The same file, by whatever name it is found
 * now, and a crash in the time in which these are lost. It is told there, by its store and its
 * write-back, and counts once.
 */
static bool is_told_by_lines(const json_t *cell, const json_t *v)
{
	const json_t *by_line;
	int64_t event = number_of(v, "event");
	size_t i;

	if (strcmp(text_of(v, "rule"), oracle_rule_names[ORACLE_DATA]) != 0)
		return false;
	json_array_foreach(json_object_get(cell, "violations"), i, by_line) {
		const json_t *until = json_object_get(by_line, "until_event");

		if (!strcmp(text_of(by_line, "file"), text_of(v, "first_name")) &&
		    event >= number_of(by_line, "since_event") &&
		    (!json_is_integer(until) || event <= json_integer_value(until)))
			return true;
	}
	return false;
}

/* Nothing is wrong but what is known: that is no pass either. */
static void excuse(json_t *cell, const char *known)
{
	if (known && !strcmp(text_of(cell, "status"), "pass"))
		cell_set_status(cell, "xfail", "known: %s, by its crash states", known);
}

size_t states_decide(json_t *cell)
{
	const json_t *states = json_object_get(cell, "states"), *v;
	const json_t *lines = json_object_get(states, "lines");
	const char *status = text_of(lines, "status"), *before = text_of(lines, "reason");
	const char *known = NULL;
	size_t found = 0, i;

	json_array_foreach(json_object_get(states, "violations"), i, v) {
		const char *name = text_of(v, "known");

		if (name[0])
			known = name;
		found += !json_is_true(json_object_get(v, "told_by_lines")) && !name[0];
	}
	cell_set_status(cell, status, "%s", before);
	excuse(cell, found ? NULL : known);
	if (!found)
		return 0;
	cell_set_status(cell, "fail", "%zu kind%s of crash state%s wrong%s%s", found,
			found == 1 ? "" : "s", found == 1 ? " is" : "s are",
			!strcmp(status, "pass") ? "" : "; ", !strcmp(status, "pass") ? "" : before);
	return found;
}

void states_mark(json_t *cell, const json_t *known)
{
	json_t *states = json_object_get(cell, "states"), *v;
	json_t *violations = json_object_get(states, "violations");
	size_t i;

	json_object_set_new(states, "lines",
			    json_pack("{s:s, s:s}", "status", text_of(cell, "status"), "reason",
				      text_of(cell, "reason")));
	known_mark_states(known, cell, violations);
	json_array_foreach(violations, i, v)
		json_object_set_new(v, "told_by_lines", json_boolean(is_told_by_lines(cell, v)));
}

/* Which rules hold of what the run was on. */
static unsigned int rules_of(const struct oplog *log)
{
	const struct mkfs_kind *kind = mkfs_find(oplog_header(log)->fs);

	if (!kind || !kind->fsck_first)
		return oracle_rules_of(ORACLE_JOURNAL);
	return oracle_rules_of(!strcmp(kind->driver, "ext2") ? ORACLE_EXT2
							     : ORACLE_EXT4_NO_JOURNAL);
}

/* Why a run has no crash states that could be mounted; NULL: it has. */
static const char *why_not(const struct states_options *o, const json_t *cell)
{
	const char *status = text_of(cell, "status"), *fs = text_of(cell, "fs");
	const struct mkfs_kind *kind = mkfs_find(fs);

	if (!strcmp(status, "skip") || !strcmp(status, "error"))
		return "the run has no verdict";
	if (!kind)
		return "there is no file system to recover";
	if (kind->fsck_first && o->atomic != STATE_PAGE)
		return "without a journal a block that is torn is nobody's promise: --atomic 4096";
	return NULL;
}

/* An edit could only add to what is wrong. */
static int edit(const struct states_options *o, const struct explore_options *how,
		const struct explore *x, struct trace *t, const struct oplog *log, json_t *cell,
		struct err *e)
{
	const struct edits_options edits = {
		.n = o->edits,
		.seed = o->seed,
		.explore = how,
		.unedited = x,
		.on_edit = o->on_edit,
		.data = o->data,
	};

	return edits_check(&edits, t, log, json_object_get(cell, "states"), e);
}

int states_open(struct states_files *ret, const struct states_options *o,
		const struct states_run *run, struct err *e)
{
	int r = trace_open(&ret->trace, run->trace, e);

	if (!r)
		r = oplog_open(&ret->log, run->log, e);
	/* Without them no flush could be told from a fence. */
	if (!r && o->rules != PERSIST_EADR)
		r = symbols_open(&ret->symbols, run->symbols, e);
	return r;
}

void states_close(struct states_files *f)
{
	symbols_close(f->symbols);
	oplog_close(f->log);
	trace_close(f->trace);
}

struct explore_options states_how(const struct states_options *o, const struct states_files *f)
{
	return (struct explore_options){
		.mode = o->rules,
		.atomic = o->atomic,
		.budget = o->budget,
		.total = o->total,
		.seed = o->seed,
		.shard = o->shard,
		.rules = rules_of(f->log),
		.no_history = exec_is_meant(oplog_header(f->log)->workload),
		.flushes = f->symbols,
	};
}

static int explore(const struct states_options *o, const struct states_files *f, json_t *cell,
		   struct err *e)
{
	struct explore_options how = states_how(o, f);
	const struct recrash_options recrash = {
		.recoveries = o->recrash,
		.total = STATES_RECRASH_TOTAL,
		.atomic = o->atomic,
		.drains = { o->rules, f->symbols },
	};
	const struct explore_violation *list;
	struct states_spent spent;
	struct explore *x = NULL;
	size_t found;
	int r;

	how.recovery = recover_pool_recovery(o->pool);
	how.recrash = o->recrash ? &recrash : NULL;
	how.on_point = o->on_point;
	how.data = o->data;
	how.outcomes = outcomes_new();
	states_spend(o, &spent);
	r = how.outcomes ? explore_run(&x, f->trace, f->log, &how, e)
			 : err_sys(e, -ENOMEM, "crash states", "explore");
	if (x) {
		found = explore_violations(x, &list);
		states_spent(o, &spent);
		json_object_set_new(cell, "states",
				    states_describe(o, explore_counts(x), list, found, &spent));
		if (explore_counts(x)->contradicted)
			cell_set_status(cell, "error",
					"crash states: what recovery reads is not all it goes by");
		how.recrash = NULL;
		states_mark(cell, o->known);
		if (!states_decide(cell) && !r && o->edits)
			r = edit(o, &how, x, f->trace, f->log, cell, e);
	}
	explore_close(x);
	outcomes_free(how.outcomes);
	return r;
}

int states_check(const struct states_options *o, const struct states_run *run, json_t *cell,
		 struct err *e)
{
	const char *reason = why_not(o, cell);
	struct states_files f = { 0 };
	char dir[160];
	int r;

	if (reason) {
		json_object_set_new(cell, "states", json_pack("{s:s}", "none", reason));
		return 0;
	}
	snprintf(dir, sizeof(dir), "daxbench-%s", text_of(cell, "workload"));
	r = recover_pool_set(o->pool, text_of(cell, "fs"), dir, e);
	if (!r)
		r = states_open(&f, o, run, e);
	if (!r)
		r = explore(o, &f, cell, e);
	states_close(&f);
	return r;
}
