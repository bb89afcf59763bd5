// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/check/repro.h"
#include "bench/results/json_get.h"
#include "bench/select.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- what is alike ---- */

/*
 * The place in the code, as it is named: "oplist-run.h:115", "dax_iomap_rw+0x2b4".
 * A program's code without lines is a library's: that has addresses, but no names.
 */
static void name_place(const json_t *site, char *buf, size_t len)
{
	const char *where = text_of(site, "where"), *slash = strrchr(where, '/');

	if (!json_is_object(site))
		where = "no-store";
	else if (!strcmp(text_of(site, "by"), "program") && !strncmp(where, "0x", 2))
		where = "library";
	else if (slash)
		where = slash + 1;
	snprintf(buf, len, "%.*s", (int)strcspn(where, " "), where);
}

char *repro_key(const char *fs, const json_t *violation, char *buf, size_t len)
{
	const json_t *promise = json_object_get(violation, "promise");
	char place[80];

	name_place(json_object_get(violation, "store"), place, sizeof(place));
	snprintf(buf, len, "%s%s%s%s%s-%s", fs, *fs ? "-" : "", text_of(promise, "op"),
		 json_is_object(promise) ? "-" : "", text_of(violation, "fault"), place);
	for (char *p = buf; *p; p++)
		if (!isalnum((unsigned char)*p) && !strchr("._+", *p))
			*p = '-';
	return buf;
}

static struct repro_case *find_case(const struct repro *r, const char *key)
{
	for (size_t i = 0; i < r->n; i++)
		if (!strcmp(r->cases[i].key, key))
			return &r->cases[i];
	return NULL;
}

/* ---- the list ---- */

static const struct oplog_op *find_promise(const struct oplog *log, const json_t *promise)
{
	json_int_t worker = json_integer_value(json_object_get(promise, "worker"));
	json_int_t record = json_integer_value(json_object_get(promise, "record"));

	for (size_t i = 0; json_is_object(promise) && i < oplog_count(log); i++) {
		const struct oplog_op *op = oplog_at(log, i);

		if (op->worker == (uint32_t)worker && op->number == (uint64_t)record)
			return op;
	}
	return NULL;
}

static bool runs_a_list(const json_t *cell)
{
	const struct dx_workload *w = select_find(LENS_CHECK, text_of(cell, "workload"));

	return w && w->list != DX_LIST_NONE;
}

/* A run that no list can be made of is shown again by its workload. */
static int make_list(struct repro_case *c, const char *path, struct err *e)
{
	const struct oplog_op *promise;
	struct oplog *log;
	struct err none;
	int r = oplog_open(&log, path, e);

	if (r)
		return r;
	promise = find_promise(log, json_object_get(c->violation, "promise"));
	r = oplist_from_log(&c->list, log, true, &none);
	if (!r && promise)
		r = oplist_log_length(log, true, promise, &c->end, &none);
	c->by_list = !r && runs_a_list(c->cell);
	oplog_close(log);
	return r == -ENOMEM ? err_sys(e, r, path, "write as a list") : 0;
}

/* ---- cases ---- */

static void release_case(struct repro_case *c)
{
	json_decref(c->cell);
	json_decref(c->violation);
	oplist_release(&c->list);
}

static int add_case(struct repro *r, const char *key, json_t *cell, json_t *violation,
		    const struct recording_files *f, struct err *e)
{
	struct repro_case *longer = realloc(r->cases, (r->n + 1) * sizeof(*longer)), *c;
	int code;

	if (!longer)
		return err_sys(e, -ENOMEM, key, "keep the violation");
	r->cases = longer;
	c = &longer[r->n];
	*c = (struct repro_case){ .cell = json_incref(cell), .violation = json_incref(violation) };
	snprintf(c->key, sizeof(c->key), "%s", key);
	code = make_list(c, f->log, e);
	if (!code)
		code = repro_write(r->run, c, f, e);
	if (code)
		release_case(c);
	else
		r->n++;
	return code;
}

static int save_violation(struct repro *r, json_t *cell, json_t *violation,
			  const struct recording_files *f, struct err *e)
{
	char key[REPRO_KEY];
	struct repro_case *c;
	int code = 0;

	repro_key(text_of(cell, "fs"), violation, key, sizeof(key));
	json_object_set_new(violation, "saved", json_sprintf("violations/%s", key));
	c = find_case(r, key);
	if (c)
		c->alike++;
	else
		code = add_case(r, key, cell, violation, f, e);
	return code;
}

int repro_save(struct repro *r, json_t *cell, const struct recording_files *f, struct err *e)
{
	json_t *v;
	size_t i;
	int code = 0;

	if (strcmp(text_of(cell, "status"), "fail") != 0)
		return 0;
	json_array_foreach(json_object_get(cell, "violations"), i, v) {
		if (!json_is_string(json_object_get(v, "known")))
			code = save_violation(r, cell, v, f, e);
		if (code)
			break;
	}
	return code;
}

int repro_count(const struct repro *r, struct err *e)
{
	int code = 0;

	for (size_t i = 0; !code && i < r->n; i++)
		if (r->cases[i].alike)
			code = repro_write_json(r->run, &r->cases[i], e);
	return code;
}

int repro_replace(const struct repro *r, struct repro_case *c, json_t *cell, json_t *violation,
		  const struct oplist *list, const struct recording_files *f, struct err *e)
{
	struct repro_case new = *c;
	int code;

	new.list_was = c->list.n;
	code = oplist_copy(&new.list, list);
	if (code)
		return err_sys(e, code, c->key, "keep the list");
	new.cell = json_incref(cell);
	new.violation = json_incref(violation);
	new.by_list = true;
	code = repro_write(r->run, &new, f, e);
	release_case(c);
	*c = new;
	return code;
}

void repro_release(struct repro *r)
{
	for (size_t i = 0; i < r->n; i++)
		release_case(&r->cases[i]);
	free(r->cases);
	r->cases = NULL;
	r->n = 0;
}
