// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/check/verdict.h"
#include "bench/results/cell_status.h"
#include "bench/check/cost.h"
#include "bench/results/json_get.h"
#include "lib/tame.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

static const char *const fault_names[LINECHECK_FAULTS] = {
	[LINECHECK_NOT_WRITTEN_BACK] = "not written back",
	[LINECHECK_STALE_WRITE_BACK] = "written back before the store",
	[LINECHECK_NOT_DRAINED] = "not drained",
	[LINECHECK_CONTENT] = "other content",
	[LINECHECK_HOLE] = "hole",
	[LINECHECK_FOREIGN_STORE] = "foreign store",
};

static json_t *hex_bytes(const unsigned char *bytes, size_t n)
{
	char text[2 * 8 + 1];

	for (size_t i = 0; i < n; i++)
		snprintf(text + 2 * i, 3, "%02x", bytes[i]);
	return json_string(text);
}

/* "generation 3 of worker 0 (store #12)": as operations are named in the log. */
static json_t *describe_change(const struct content_change *c)
{
	if (!c)
		return json_string("nothing was ever written there");
	if (c->kind == CONTENT_ZERO)
		return json_sprintf("zeros, by %s #%" PRIu64, c->op->kind->name, c->op->number);
	if (c->kind == CONTENT_LITERAL)
		return json_sprintf("moved there by %s #%" PRIu64, c->op->kind->name,
				    c->op->number);
	return json_sprintf("generation %" PRIu64 " of worker %" PRIu32 ", by %s #%" PRIu64,
			    c->generation >> 4, c->op->worker, c->op->kind->name, c->op->number);
}

/* A word of the medium says which write it came from, if it is a whole word of ours. */
static json_t *describe_found(const struct linecheck_violation *v, const struct oplog *log)
{
	static const unsigned char zeros[8];
	uint64_t word, offset, generation;
	uint32_t file;

	if (!memcmp(v->found, zeros, sizeof(zeros)))
		return json_string("zeros");
	memcpy(&word, v->found, sizeof(word));
	dx_pattern64_decode(oplog_header(log)->seed, word, &file, &offset, &generation);
	if (offset != (v->offset & ~7ULL) || (file & (DX_LOG_HANDLES - 1)) == 0)
		return json_string("no word that was written as a whole to this place");
	return json_sprintf("generation %" PRIu64 " of worker %" PRIu64 ", through handle %" PRIu32,
			    generation >> 4, generation & 15, file);
}

/* A program may name a file as it likes, and results are UTF-8. */
static json_t *describe_file(const struct tree_file *f)
{
	json_t *name = json_string(f->first_name);
	char copy[256];

	if (name)
		return name;
	snprintf(copy, sizeof(copy), "%s", f->first_name);
	tame_ascii(copy);
	return json_string(copy);
}

static json_t *describe_promise(const struct oplog_op *op)
{
	if (!op)
		return json_null();
	return json_pack("{s:s, s:i, s:I, s:b}", "op", op->kind->name, "worker", (int)op->worker,
			 "record", (json_int_t)op->number, "application",
			 promise_is_applications(op));
}

/* What the mappings were that it came by: some kernels break promises for such alone. */
static json_t *describe_conditions(const struct linecheck_violation *v)
{
	json_t *conditions = json_array();

	if (v->conditions & LINECHECK_READ_ONLY)
		json_array_append_new(conditions, json_string("read-only descriptor"));
	if (v->conditions & LINECHECK_MAP_SYNC)
		json_array_append_new(conditions, json_string("MAP_SYNC store"));
	if (v->conditions & LINECHECK_REFLINKED)
		json_array_append_new(conditions, json_string("reflinked file"));
	return conditions;
}

/* Under which rules it stands, and what that makes of it. */
static void add_modes(json_t *j, const struct verdict *v, size_t i)
{
	json_t *modes = json_array();

	for (unsigned int mode = 0; mode < PERSIST_MODES; mode++)
		if (judge_stands(v, i, (enum persist_mode)mode))
			json_array_append_new(modes, json_string(persist_mode_names[mode]));
	json_object_set_new(j, "modes", modes);
	json_object_set_new(j, "class",
			    json_string(judge_stands(v, i, PERSIST_SDM) ? "loses data on hardware"
									: "contract"));
}

static json_t *describe_violation(const struct verdict *verdict, const struct attribution *a,
				  size_t i, const struct linecheck_violation *v)
{
	const struct linecheck *lc = judge_result(verdict);
	json_t *j = json_pack(
		"{s:s, s:o, s:o, s:I, s:o, s:I, s:I, s:o, s:o, s:o, s:o, s:I, s:o}", "fault",
		fault_names[v->fault], "promise", describe_promise(v->promise), "file",
		describe_file(v->file), "offset", (json_int_t)v->offset, "physical",
		json_sprintf("%#" PRIx64, v->physical), "bytes", (json_int_t)v->bytes, "lines",
		(json_int_t)v->alike + 1, "expected", hex_bytes(v->expected, sizeof(v->expected)),
		"expected_is", describe_change(v->owner), "found",
		hex_bytes(v->found, sizeof(v->found)), "found_is",
		describe_found(v, judge_log(verdict)), "since_event", (json_int_t)v->since,
		"until_event",
		v->until == CONTENT_NEVER ? json_null() : json_integer((json_int_t)v->until));

	if (!j)
		return NULL;
	json_object_set_new(j, "store", attribution_describe(a, lc, &v->store));
	json_object_set_new(j, "write_back", attribution_describe(a, lc, &v->write_back));
	json_object_set_new(j, "fence", attribution_describe(a, lc, &v->fence));
	json_object_set_new(j, "conditions", describe_conditions(v));
	add_modes(j, verdict, i);
	return j;
}

static json_t *describe_violations(const struct verdict *v, const struct attribution *a)
{
	const struct linecheck_violation *list;
	size_t n = linecheck_violations(judge_result(v), &list);
	json_t *array = json_array();

	for (size_t i = 0; array && i < n; i++)
		if (json_array_append_new(array, describe_violation(v, a, i, &list[i]))) {
			json_decref(array);
			return NULL;
		}
	return array;
}

/* ---- what was done ---- */

static json_t *describe_counts(const struct verdict *v, const struct attribution *a)
{
	const struct linecheck_counts *n = linecheck_counts(judge_result(v));
	char why[160];
	bool cut = judge_is_cut(v, why, sizeof(why));
	json_t *j = json_pack(
		"{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, "
		"s:I, s:I, s:s?}",
		"events", (json_int_t)n->events, "stores", (json_int_t)n->stores, "stored_bytes",
		(json_int_t)n->stored_bytes, "stored_bytes_nt", (json_int_t)n->nt_bytes,
		"lines_written_back", (json_int_t)n->write_backs, "lines_needed",
		(json_int_t)(n->write_backs - n->clean - n->twice), "lines_clean",
		(json_int_t)n->clean, "lines_twice", (json_int_t)n->twice, "fences",
		(json_int_t)n->fences, "fences_idle", (json_int_t)n->idle_fences, "promises",
		(json_int_t)n->promises, "promised_bytes", (json_int_t)n->promised_bytes,
		"promised_fresh_bytes", (json_int_t)n->fresh_bytes, "promised_fresh_lines",
		(json_int_t)n->fresh_lines, "unplaced_bytes", (json_int_t)n->unplaced_bytes,
		"violations_left_out", (json_int_t)n->left_out, "lines_in_flight_peak",
		(json_int_t)n->peak_in_flight, "cut_off", cut ? why : NULL);

	if (j)
		json_object_set_new(j, "redundant", cost_describe(judge_result(v), a));
	return j;
}

/* ---- the verdict ---- */

/* Why this is not the verdict on all of a run that ended well; *@text is "" if it is. */
static void find_gap(const struct verdict *v, const json_t *cell, char *text, size_t len)
{
	const struct linecheck_counts *n = linecheck_counts(judge_result(v));
	char why[160];

	text[0] = '\0';
	if (strcmp("pass", text_of(cell, "status")) != 0)
		snprintf(text, len, "the workload failed: %s", text_of(cell, "reason"));
	else if (judge_is_cut(v, why, sizeof(why)))
		snprintf(text, len, "judged up to where it ends: %s", why);
	else if (judge_header(v)->lost)
		snprintf(text, len, "%" PRIu64 " write-backs at unknown addresses",
			 judge_header(v)->lost);
	else if (n->unplaced_bytes)
		snprintf(text, len,
			 "%" PRIu64 " promised bytes lie nobody knows where: not checked",
			 n->unplaced_bytes);
	else if (n->left_out)
		snprintf(text, len, "%" PRIu64 " violations more than are kept", n->left_out);
}

/*
 * What was found stands, however little was seen. Nothing found is worth as much
 * as was looked at: all of the run, and a place for each promised byte.
 */
static void decide(const struct verdict *v, json_t *cell)
{
	const struct linecheck_violation *list;
	size_t found = linecheck_violations(judge_result(v), &list);
	bool ran_well = !strcmp("pass", text_of(cell, "status"));
	char gap[300];

	find_gap(v, cell, gap, sizeof(gap));
	json_object_set_new(json_object_get(cell, "check"), "incomplete",
			    gap[0] ? json_string(gap) : json_null());
	if (!found && !ran_well)
		return; /* it says why already */
	if (found)
		cell_set_status(cell, "fail", "%zu broken promise%s%s%s", found,
				found == 1 ? "" : "s", gap[0] ? ", " : "", gap);
	else
		cell_set_status(cell, gap[0] ? "error" : "pass", "%s", gap);
}

int verdict_to_json(const struct verdict *v, const struct attribution *a, json_t *cell)
{
	json_t *counts = describe_counts(v, a), *violations = describe_violations(v, a);

	if (!counts || !violations) {
		json_decref(counts);
		json_decref(violations);
		return -ENOMEM;
	}
	json_object_set_new(cell, "seed",
			    json_integer((json_int_t)oplog_header(judge_log(v))->seed));
	json_object_set_new(cell, "check", counts);
	json_object_set_new(cell, "violations", violations);
	decide(v, cell);
	return 0;
}

/* ---- removals ---- */

static json_t *describe_removals(const struct removal_counts *c)
{
	json_t *explained = json_object();

	for (int i = WITNESS_NEEDED + 1; i < WITNESS_REASONS; i++)
		if (c->explained[i])
			json_object_set_new(explained, removal_reason_name((enum witness_reason)i),
					    json_integer((json_int_t)c->explained[i]));
	return json_pack("{s:I, s:I, s:o, s:I}", "tried", (json_int_t)c->tried, "caught",
			 (json_int_t)c->caught, "explained", explained, "wrong",
			 (json_int_t)c->wrong);
}

int verdict_add_removals(const struct removal_counts counts[REMOVAL_KINDS], json_t *cell)
{
	json_t *removals = json_object();

	for (int k = 0; k < REMOVAL_KINDS; k++) {
		json_object_set_new(removals, removal_kind_name((enum removal_kind)k),
				    describe_removals(&counts[k]));
		if (!counts[k].wrong)
			continue;
		cell_set_status(cell, "error",
				"without %s record %" PRIu64 " the checker is wrong: "
				"please report it, with trace and log",
				removal_kind_name((enum removal_kind)k), counts[k].first_wrong);
	}
	return json_object_set_new(json_object_get(cell, "check"), "removals", removals);
}
