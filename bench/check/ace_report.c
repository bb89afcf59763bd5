// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/check/ace_report.h"
#include "checker/gen/ace_cover.h"
#include "lib/grow.h"
#include "lib/tame.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Of the log's "length=2,shard=1,...", or 0. */
static unsigned int length_of(const struct dx_log_header *about)
{
	if (strcmp(about->workload, "ace") != 0)
		return 0;
	if (!strncmp(about->params, "length=1,", 9))
		return 1;
	return !strncmp(about->params, "length=2,", 9) ? 2 : 0;
}

static struct ace_report_row *row_of(struct ace_report *r, const char *fs, unsigned int length)
{
	struct ace_report_row *rows;

	for (size_t i = 0; i < r->n; i++)
		if (r->row[i].seen.length == length && !strcmp(r->row[i].fs, fs))
			return &r->row[i];
	rows = grow(r->row, r->n, &r->room, sizeof(*rows));
	if (!rows)
		return NULL;
	r->row = rows;
	rows[r->n] = (struct ace_report_row){ .seen.length = length };
	snprintf(rows[r->n].fs, sizeof(rows[r->n].fs), "%s", fs);
	tame_ascii(rows[r->n].fs);
	return &rows[r->n++];
}

int ace_report_add(struct ace_report *r, const struct oplog *log)
{
	const struct dx_log_header *about = oplog_header(log);
	unsigned int length = length_of(about);
	struct ace_report_row *row;
	struct oplist list = { 0 };

	if (!length || oplist_from_log(&list, log, false, NULL))
		return 0;
	row = row_of(r, about->fs, length);
	if (row)
		ace_seen_add(&row->seen, length, &list);
	oplist_release(&list);
	return row ? 0 : -ENOMEM;
}

static size_t count_pairs(const struct ace_seen *s)
{
	size_t n = 0;

	for (unsigned int i = 0; i < ACE_VALUES; i++)
		for (unsigned int j = 0; j < ACE_VALUES; j++)
			n += s->pair[i][j];
	return n;
}

static json_t *row_to_json(const struct ace_report_row *row)
{
	const struct ace_seen *s = &row->seen;
	struct ace_cover cover = { 0 };
	uint64_t possible = 0;
	struct err e;

	if (ace_count(s->length, s->features, &possible, &e) ||
	    (s->length == 2 && ace_cover_make(&cover, 1, s->features, &e)))
		return NULL;
	free(cover.cases);
	return json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "fs", row->fs, "length",
			 (json_int_t)s->length, "lists", (json_int_t)s->lists, "operations",
			 (json_int_t)s->operations, "cases", (json_int_t)s->cases, "cases_possible",
			 (json_int_t)possible, "pairs_seen", (json_int_t)count_pairs(s),
			 "pairs_possible", (json_int_t)cover.pairs);
}

json_t *ace_report_to_json(const struct ace_report *r)
{
	json_t *rows = r->n ? json_array() : NULL;

	for (size_t i = 0; rows && i < r->n; i++)
		json_array_append_new(rows, row_to_json(&r->row[i]));
	return rows;
}

void ace_report_release(struct ace_report *r)
{
	free(r->row);
	*r = (struct ace_report){ 0 };
}
