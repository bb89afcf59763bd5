// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/check/recording.h"
#include "bench/check/recorded.h"
#include "bench/results/results.h"
#include "bench/check/unfinished.h"
#include "lib/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* Until it is known whose it is. */
#define DEAD_LOG "dead.oplog"

/* What a guest sent is no cell of ours until it was looked at. */
static int check_cell(const json_t *cell, struct err *e)
{
	struct cell_result c;
	int r = cell_result_from_json(cell, &c, e);

	if (r)
		return r;
	if (c.lens != LENS_CHECK)
		r = err_set(e, -EBADMSG, "result", "is not of a check");
	cell_result_release(&c);
	return r;
}

static int take_cell(struct recording *rec, json_t *cell, struct err *e)
{
	int r = check_cell(cell, e);

	if (r)
		return r;
	json_array_append(rec->cells, cell);
	if (rec->on_cell)
		rec->on_cell(rec->data, cell);
	return 0;
}

static int keep_file(const struct recording *rec, const char *name, const void *content, size_t len,
		     struct err *e)
{
	AUTO_CLOSE int dir = open(rec->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (dir < 0)
		return err_sys(e, -errno, rec->dir, "open");
	return results_put_at(dir, name, content, len, e);
}

static int on_file(void *data, const char *name, bool append, const void *content, size_t len,
		   struct err *e)
{
	struct recording *rec = data;
	bool is_cell = append && !strcmp(name, "journal.ndjson");
	json_t *j;
	int r;

	if (!is_cell && strcmp(name, "environment.json") != 0)
		return keep_file(rec, name, content, len, e);
	r = results_parse(content, len, &j, e);
	if (r)
		return r;
	if (is_cell) {
		r = take_cell(rec, j, e);
	} else {
		json_decref(rec->environment);
		rec->environment = json_incref(j);
	}
	json_decref(j);
	return r;
}

int recording_run(struct recording *rec, struct emulate_job *job, struct emulate_outcome *outcome,
		  struct err *e)
{
	rec->cells = json_array();
	snprintf(rec->dead_log, sizeof(rec->dead_log), "%s/" DEAD_LOG, rec->dir);
	job->deterministic = true;
	job->trace_dir = rec->dir;
	job->keep_oplog = rec->dead_log;
	job->keep_only_of_dead = true;
	job->on_file = on_file;
	job->data = rec;
	return emulate_run(job, outcome, e);
}

int recording_add_unfinished(struct recording *rec, struct err *e)
{
	int r = unfinished_add(rec->dir, rec->dead_log, rec->cells, e);

	unlink(rec->dead_log);
	return r;
}

void recording_release(struct recording *rec)
{
	json_decref(rec->cells);
	json_decref(rec->environment);
	rec->cells = rec->environment = NULL;
}

struct recording_files recording_name(const char *dir, const char *run)
{
	struct recording_files f;

	snprintf(f.trace, sizeof(f.trace), "%s/%.16s.trace", dir, run);
	snprintf(f.log, sizeof(f.log), "%s/%.16s.oplog", dir, run);
	snprintf(f.symbols, sizeof(f.symbols), "%s/" RECORDED_SYMBOLS, dir);
	snprintf(f.maps, sizeof(f.maps), "%s/%.16s.maps", dir, run);
	snprintf(f.out, sizeof(f.out), "%s/%.16s.stdout", dir, run);
	snprintf(f.err, sizeof(f.err), "%s/%.16s.stderr", dir, run);
	return f;
}
