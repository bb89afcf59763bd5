// SPDX-License-Identifier: GPL-2.0-or-later
/* A set of results: its directory and journal, or, in a guest, its frames. */
#include "bench/results/results.h"
#include "emulate/frame.h"
#include "lib/cleanup.h"
#include "lib/file.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>

#define PARTIAL ".partial"
#define JOURNAL "journal.ndjson"
#define PRINT	(JSON_REAL_PRECISION(17))

struct results {
	char base[PATH_MAX - 256];
	char name[128];	     /* of the directory, without .partial */
	char path[PATH_MAX]; /* base/name or base/name.partial */
	int dir, journal, frame_fd;
	json_t *document;
	size_t planned;
	size_t count[STATUSES];
};

/* The kernel's name may be a path of the user's: what cannot stand in a name becomes _. */
static void make_name(struct results *r, const char *kernel, unsigned int id)
{
	time_t now = time(NULL);
	struct tm utc;
	char stamp[32];

	gmtime_r(&now, &utc);
	strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", &utc);
	snprintf(r->name, sizeof(r->name), "%s-%.80s-%04x", stamp, kernel, id);
	for (char *p = r->name; *p; p++)
		if (!isalnum((unsigned char)*p) && !strchr("._-+", *p))
			*p = '_';
}

static int no_room(struct err *e, int code, const char *path, const char *operation)
{
	err_sys(e, code, path, operation);
	if (code == -ENOSPC || code == -EDQUOT || code == -EFBIG)
		err_hint(e, "make room, or keep results elsewhere: -o DIR");
	else if (code == -EACCES || code == -EROFS || code == -EPERM || code == -ENOENT)
		err_hint(e, "keep results where you may write: -o DIR");
	return code;
}

static int make_directory(struct results *r, const char *kernel, struct err *e)
{
	unsigned int id = (unsigned int)getpid();
	int code = file_mkdirs(r->base, 0777);

	if (code)
		return no_room(e, code, r->base, "make the directory of results");
	for (int tries = 0; tries < 100; tries++, id += 0x101) {
		make_name(r, kernel, id & 0xffff);
		snprintf(r->path, sizeof(r->path), "%s/%s" PARTIAL, r->base, r->name);
		if (!mkdir(r->path, 0777))
			break;
		if (errno != EEXIST)
			return no_room(e, -errno, r->path, "make the directory");
	}
	r->dir = open(r->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (r->dir < 0)
		return no_room(e, -errno, r->path, "open");
	flock(r->dir, LOCK_EX | LOCK_NB);
	r->journal = openat(r->dir, JOURNAL, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	if (r->journal < 0)
		return no_room(e, -errno, r->path, "create " JOURNAL);
	return 0;
}

static int send_environment(struct results *r, json_t *environment, struct err *e)
{
	AUTO_FREE char *text = json_dumps(environment, PRINT);
	int code = text ? frame_write(r->frame_fd, FRAME_FILE, "environment.json", text,
				      strlen(text))
			: -ENOMEM;

	return code ? err_sys(e, code, "results port", "send the environment") : 0;
}

static void update_summary(struct results *r)
{
	json_t *summary = json_object_get(r->document, "summary");

	json_object_set_new(summary, "planned", json_integer((json_int_t)r->planned));
	for (int i = 0; i < STATUSES; i++)
		json_object_set_new(summary, status_name((enum status)i),
				    json_integer((json_int_t)r->count[i]));
}

int results_open(struct results **ret, const char *base, int frame_fd, const char *kernel,
		 json_t *command, json_t *environment, uint64_t seed, size_t planned, struct err *e)
{
	struct results *r = calloc(1, sizeof(*r));
	int code = 0;

	if (!r)
		return err_sys(e, -ENOMEM, "results", "open");
	r->dir = r->journal = -1;
	r->frame_fd = frame_fd;
	r->planned = planned;
	r->document = json_pack("{s:s, s:O, s:I, s:O?, s:b, s:[], s:{}}", "schema", RESULTS_SCHEMA,
				"command", command, "seed", (json_int_t)seed, "environment",
				environment, "interrupted", 0, "results", "summary");
	if (!r->document)
		code = err_sys(e, -ENOMEM, "results", "open");
	else
		update_summary(r);
	if (!code && base) {
		snprintf(r->base, sizeof(r->base), "%s", base);
		code = make_directory(r, kernel, e);
	} else if (!code && environment) {
		code = send_environment(r, environment, e);
	}
	if (code) {
		results_close(r);
		return code;
	}
	*ret = r;
	return 0;
}

void results_plan(struct results *r, size_t planned)
{
	r->planned = planned;
	update_summary(r);
}

void results_note(struct results *r, const char *member, json_t *value)
{
	json_object_set_new(r->document, member, value);
}

/* A line of the journal, on the medium or with the host when this returns. */
static int write_journal(struct results *r, const json_t *cell, struct err *e)
{
	AUTO_FREE char *text = json_dumps(cell, JSON_COMPACT | PRINT);
	AUTO_FREE char *line = NULL;
	int len = text ? asprintf(&line, "%s\n", text) : -1;
	int code;

	if (len < 0) {
		line = NULL;
		return err_sys(e, -ENOMEM, "results", "write the journal");
	}
	if (r->dir < 0 && r->frame_fd < 0)
		return 0;
	if (r->dir < 0) {
		code = frame_write(r->frame_fd, FRAME_APPEND, JOURNAL, line, (size_t)len);
		return code ? err_sys(e, code, "results port", "send a result") : 0;
	}
	code = file_write_all(r->journal, line, (size_t)len);
	if (!code && fsync(r->journal))
		code = -errno;
	return code ? no_room(e, code, r->path, "write " JOURNAL) : 0;
}

static int add(struct results *r, json_t *cell, enum status status, struct err *e)
{
	/* It is known, whether it can be kept or not. */
	json_array_append(json_object_get(r->document, "results"), cell);
	r->count[status]++;
	update_summary(r);
	return write_journal(r, cell, e);
}

int results_add(struct results *r, const struct cell_result *c, struct err *e)
{
	json_t *cell = cell_result_to_json(c);
	int code = cell ? add(r, cell, c->status, e)
			: err_sys(e, -ENOMEM, c->workload->name, "describe the result");

	json_decref(cell);
	return code;
}

int results_add_json(struct results *r, const json_t *cell, struct err *e)
{
	struct cell_result c;
	json_t *copy;
	enum status status;
	int code = cell_result_from_json(cell, &c, e);

	if (code)
		return code;
	status = c.status;
	cell_result_release(&c);
	copy = json_deep_copy(cell);
	code = copy ? add(r, copy, status, e) : err_sys(e, -ENOMEM, "results", "add");
	json_decref(copy);
	return code;
}

void results_set_environment(struct results *r, json_t *environment)
{
	json_object_set(r->document, "environment", environment);
}

static int check_name(const char *name, struct err *e)
{
	if (!name[0] || name[0] == '.' || strchr(name, '/'))
		return err_set(e, -EINVAL, name, "is no name for a file of results");
	return 0;
}

/* As people read it; @ret is the caller's. */
static int print_document(const json_t *document, char **ret, size_t *ret_len)
{
	AUTO_FREE char *text = json_dumps(document, JSON_INDENT(2) | PRINT);
	int len = text ? asprintf(ret, "%s\n", text) : -1;

	if (len < 0) {
		*ret = NULL;
		return -ENOMEM;
	}
	*ret_len = (size_t)len;
	return 0;
}

int results_put_document(const char *path, const char *name, const json_t *document, struct err *e)
{
	AUTO_FREE char *text = NULL;
	AUTO_CLOSE int dir = -1;
	size_t len;
	int code = file_mkdirs(path, 0777);

	if (code)
		return err_sys(e, code, path, "make the directory");
	dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return err_sys(e, -errno, path, "open");
	code = print_document(document, &text, &len);
	return code ? err_sys(e, code, name, "keep") : results_put_at(dir, name, text, len, e);
}

int results_put_at(int dir, const char *name, const void *data, size_t len, struct err *e)
{
	int code = check_name(name, e);

	if (code)
		return code;
	code = file_write_atomic(dir, name, data, len);
	return code ? no_room(e, code, name, "keep") : 0;
}

int results_put(struct results *r, const char *name, const void *data, size_t len, struct err *e)
{
	int code;

	if (r->dir >= 0)
		return results_put_at(r->dir, name, data, len, e);
	code = check_name(name, e);
	if (code)
		return code;
	code = frame_write(r->frame_fd, FRAME_FILE, name, data, len);
	return code ? no_room(e, code, name, "keep") : 0;
}

/* results/latest -> NAME, by a link made aside and renamed over the old one. */
static void point_latest(const struct results *r)
{
	char link[PATH_MAX], temporary[PATH_MAX];

	snprintf(link, sizeof(link), "%s/latest", r->base);
	snprintf(temporary, sizeof(temporary), "%s/.latest-%d", r->base, (int)getpid());
	if (symlink(r->name, temporary))
		return;
	if (rename(temporary, link))
		unlink(temporary);
}

static int write_document(struct results *r, struct err *e)
{
	AUTO_FREE char *text = NULL;
	size_t len;
	int code = print_document(r->document, &text, &len);

	return code ? err_sys(e, code, "run.json", "write")
		    : results_put(r, "run.json", text, len, e);
}

int results_finish(struct results *r, bool interrupted, struct err *e)
{
	char whole[PATH_MAX];
	int code;

	if (json_array_size(json_object_get(r->document, "results")) < r->planned)
		interrupted = true;

	json_object_set_new(r->document, "interrupted", json_boolean(interrupted));
	if (r->dir < 0)
		return 0; /* the host has the cells, and keeps the document */
	if (!json_array_size(json_object_get(r->document, "results"))) {
		code = file_remove_tree(AT_FDCWD, r->path);
		r->path[0] = '\0';
		return code ? no_room(e, code, r->name, "remove the empty set") : 0;
	}
	code = write_document(r, e);
	if (code || interrupted)
		return code;
	snprintf(whole, sizeof(whole), "%s/%s", r->base, r->name);
	if (rename(r->path, whole))
		return no_room(e, -errno, r->path, "rename");
	snprintf(r->path, sizeof(r->path), "%s", whole);
	point_latest(r);
	return 0;
}

bool results_in_use(const char *path)
{
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) && errno == EWOULDBLOCK;
}

const char *results_path(const struct results *r)
{
	return r->dir < 0 || !r->path[0] ? NULL : r->path;
}

const json_t *results_document(const struct results *r)
{
	return r->document;
}

void results_close(struct results *r)
{
	if (!r)
		return;
	if (r->journal >= 0)
		close(r->journal);
	if (r->dir >= 0)
		close(r->dir);
	json_decref(r->document);
	free(r);
}

static json_int_t summary_value(const json_t *document, const char *name)
{
	return json_integer_value(json_object_get(json_object_get(document, "summary"), name));
}

int results_exit_code(const json_t *document)
{
	json_int_t pass = summary_value(document, "pass"), fail = summary_value(document, "fail");
	json_int_t skip = summary_value(document, "skip"), error = summary_value(document, "error");

	/* What is known is no news; that a known failure is gone is good news. */
	pass += summary_value(document, "xfail") + summary_value(document, "xpass");
	if (fail)
		return 1;
	if (error || pass + fail + skip + error < summary_value(document, "planned"))
		return 3;
	return pass ? 0 : 4;
}

int results_parse(const char *text, size_t len, json_t **ret, struct err *e)
{
	json_error_t where;
	json_t *j;

	if (len > RESULTS_MAX_DOCUMENT)
		return err_set(e, -EFBIG, "results", "are larger than %u bytes",
			       RESULTS_MAX_DOCUMENT);
	j = json_loadb(text, len, JSON_REJECT_DUPLICATES, &where);
	if (!j)
		return err_set(e, -EBADMSG, "results", "line %d, column %d: %s", where.line,
			       where.column, where.text);
	if (!json_is_object(j)) {
		json_decref(j);
		return err_set(e, -EBADMSG, "results", "are no JSON object");
	}
	*ret = j;
	return 0;
}
