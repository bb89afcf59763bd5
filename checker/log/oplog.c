// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From bytes to operations, in four steps, each of which believes only what the
 * ones before have checked: find the header; load the records of each area;
 * check each record and tie texts and extents to the operation before them;
 * merge the workers by the time at which operations began.
 */
#include "checker/log/oplog.h"
#include "lib/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Where the bytes come from: a file, or memory where @fd is -1. */
struct source {
	int fd;
	const unsigned char *data;
	uint64_t len;
	const char *name;
};

struct area {
	struct dx_rec *rec;
	uint64_t n; /* records that had begun */
	uint32_t full;
	size_t first, ops; /* of oplog.op, before the merge */
	uint64_t last;	   /* record of the last operation, where there is any */
};

struct oplog {
	struct dx_log_header header;
	struct area area[DX_LOG_WORKERS];
	char *texts; /* all of them, each ended by a NUL */
	size_t texts_used;
	struct oplog_op *op;
	size_t n_ops;
};

static int source_read(const struct source *s, uint64_t at, void *buf, uint64_t len)
{
	uint64_t done = 0, end;

	if (__builtin_add_overflow(at, len, &end) || end > s->len)
		return -ENODATA;
	if (s->fd < 0) {
		memcpy(buf, s->data + at, len);
		return 0;
	}
	while (done < len) {
		ssize_t got = pread(s->fd, (char *)buf + done, len - done, (off_t)(at + done));

		if (got < 0 && errno != EINTR)
			return -errno;
		if (!got)
			return -ENODATA; /* it became shorter meanwhile */
		if (got > 0)
			done += (uint64_t)got;
	}
	return 0;
}

static int read_error(const struct source *s, int r, const char *what, struct err *e)
{
	if (r == -ENODATA)
		return err_set(e, -EBADMSG, s->name, "the file ends inside %s", what);
	return err_sys(e, r, s->name, what);
}

/* ---- the header ---- */

static bool ends(const char *text, size_t len)
{
	return memchr(text, '\0', len) != NULL;
}

static int check_header(const struct dx_log_header *h, const char *name, struct err *e)
{
	if (h->version != DX_LOG_VERSION)
		return err_set(e, -EBADMSG, name, "operation log of version %u, not %u", h->version,
			       DX_LOG_VERSION);
	if (!h->areas || h->areas > DX_LOG_WORKERS)
		return err_set(e, -EBADMSG, name, "header: %u workers, not 1 to %u", h->areas,
			       DX_LOG_WORKERS);
	if (!h->area_size || h->area_size % DX_LOG_HEADER || h->area_size > DX_LOG_MAX_AREA)
		return err_set(e, -EBADMSG, name, "header: area of %" PRIu64 " bytes",
			       h->area_size);
	if (!ends(h->workload, sizeof(h->workload)) || !ends(h->params, sizeof(h->params)) ||
	    !ends(h->kernel, sizeof(h->kernel)) || !ends(h->fs, sizeof(h->fs)) ||
	    !ends(h->program, sizeof(h->program)))
		return err_set(e, -EBADMSG, name, "header: a text without an end");
	return 0;
}

/* Fills log->header and returns where it was. */
static int find_header(struct oplog *log, const struct source *s, uint64_t *ret_at, struct err *e)
{
	for (uint64_t at = 0; at <= DX_LOG_SEARCH; at += DX_LOG_STEP) {
		int r = source_read(s, at, &log->header, sizeof(log->header));

		if (r == -ENODATA)
			break;
		if (r)
			return read_error(s, r, "the header", e);
		if (!memcmp(log->header.magic, DX_LOG_MAGIC, sizeof(log->header.magic))) {
			*ret_at = at;
			return check_header(&log->header, s->name, e);
		}
	}
	err_set(e, -EBADMSG, s->name, "no operation log in it");
	err_hint(e, "\"daxbench record\" makes one");
	return e ? e->code : -EBADMSG;
}

/* ---- records into memory ---- */

static int load_area(struct oplog *log, const struct source *s, uint64_t at, uint32_t worker,
		     struct err *e)
{
	struct area *a = &log->area[worker];
	struct dx_log_area head;
	int r = source_read(s, at, &head, sizeof(head));

	if (r)
		return read_error(s, r, "the head of an area", e);
	if (head.worker != worker || head.full >= DX_FULL_COUNT || head.used > head.room ||
	    head.room > log->header.area_size / sizeof(struct dx_rec) - 1)
		return err_set(e, -EBADMSG, s->name,
			       "worker %u: head of the area: worker %u, full %u, %" PRIu64
			       " records in %" PRIu64,
			       worker, head.worker, head.full, head.used, head.room);
	a->full = head.full;
	a->n = head.used;
	if (!a->n)
		return 0;
	/* Before memory is had for it: a short file cannot ask for much. */
	if (at + sizeof(head) + a->n * sizeof(struct dx_rec) > s->len)
		return read_error(s, -ENODATA, "the records", e);
	a->rec = calloc(a->n, sizeof(*a->rec));
	if (!a->rec)
		return err_sys(e, -ENOMEM, s->name, "read the records");
	r = source_read(s, at + sizeof(head), a->rec, a->n * sizeof(*a->rec));
	if (r)
		return read_error(s, r, "the records", e);
	if (a->rec[a->n - 1].op == DX_OP_NONE)
		a->n--; /* counted, and ended there: it had not begun */
	return 0;
}

/* ---- records checked and tied together ---- */

/* What parse_area() goes through: one worker's records. */
struct parser {
	struct oplog *log;
	const char *name;
	uint32_t worker;
	uint64_t i;
	struct err *e;
};

static int bad(const struct parser *p, uint64_t i, const char *what)
{
	return err_set(p->e, -EBADMSG, p->name, "worker %u, record %" PRIu64 ": %s", p->worker, i,
		       what);
}

static bool is_handle(uint64_t h)
{
	return h >> DX_HANDLE_BITS < DX_LOG_WORKERS && h % DX_LOG_HANDLES;
}

static bool is_range(uint64_t a, uint64_t b)
{
	uint64_t end;

	return !__builtin_add_overflow(a, b, &end) && end <= INT64_MAX;
}

/* Else its arguments may be any: a call may be refused for them, or killed in the middle. */
static bool succeeded(const struct dx_rec *rec)
{
	return rec->end && rec->result >= 0;
}

static const char *wrong_arg(const struct dx_rec *rec, const struct oplog_kind *k)
{
	for (size_t i = 0; i < 4; i++) {
		uint64_t v = rec->arg[i];

		switch (k->arg[i].type) {
		case OPLOG_UNUSED:
			if (v)
				return "an argument that the operation does not have";
			break;
		case OPLOG_BYTES:
			if (v > INT64_MAX && succeeded(rec))
				return "an offset or length beyond 2^63";
			break;
		case OPLOG_HANDLE:
			if (!is_handle(v))
				return "names no file";
			break;
		case OPLOG_GENERATION:
			if (v >> 4 >= DX_LOG_GENERATIONS || v % DX_LOG_WORKERS != rec->worker)
				return "a generation that is not this worker's";
			break;
		default:
			break;
		}
	}
	if (k->offset != k->length && succeeded(rec) &&
	    !is_range(rec->arg[k->offset], rec->arg[k->length]))
		return "a range that ends beyond 2^63";
	return NULL;
}

static const char *wrong_value(const struct dx_rec *rec)
{
	switch (rec->op) {
	case DX_OP_STORE:
		if (rec->arg[1] != 1 && rec->arg[1] != 2 && rec->arg[1] != 4 && rec->arg[1] != 8)
			return "a store of neither 1, 2, 4 nor 8 bytes";
		return rec->arg[0] % rec->arg[1] ? "a store that is not aligned" : NULL;
	case DX_OP_LOAD:
		return rec->arg[1] != 8 || rec->arg[0] % 8 ? "a load that is not of one word"
							   : NULL;
	case DX_OP_STORE_BYTES:
		return !rec->arg[1] || rec->arg[1] > 64 ? "not 1 to 64 bytes" : NULL;
	case DX_OP_STORE_UNALIGNED:
		return rec->arg[1] != 8 ? "an unaligned store that is not of 8 bytes" : NULL;
	case DX_OP_REFLINK:
		return succeeded(rec) && !is_range(rec->arg[1], rec->arg[3])
			       ? "a range that ends beyond 2^63"
			       : NULL;
	case DX_OP_FILL:
	case DX_OP_COPY_NT:
		return rec->arg[0] % 8 || rec->arg[1] % 8 ? "not a number of whole words" : NULL;
	case DX_OP_POPULATE:
		return rec->arg[2] > 1 ? "neither read nor write" : NULL;
	case DX_OP_CHMOD:
		return rec->arg[0] > 0777 ? "no permission bits" : NULL;
	case DX_OP_SETXATTR:
		if (!rec->arg[1] || rec->arg[1] > DX_XATTR_MAX)
			return "an attribute of no bytes, or of too many";
		/* fall through */
	case DX_OP_REMOVEXATTR:
		return rec->arg[0] >= DX_XATTRS ? "no such attribute" : NULL;
	case DX_OP_PHASE:
		return rec->arg[0] > 2 ? "no such phase" : NULL;
	case DX_OP_TARGET:
		return rec->arg[0] > 1 ? "no such kind of device" : NULL;
	case DX_OP_FLUSH:
		return rec->arg[2] > 2 ? "no such instruction" : NULL;
	case DX_OP_SPAWN:
		return rec->arg[1] > 1 ? "no such kind of worker" : NULL;
	default:
		return NULL;
	}
}

static bool is_result(const struct dx_rec *rec, const struct oplog_kind *k)
{
	int64_t r = rec->result;

	switch (k->result) {
	case OPLOG_ANY:
		return r >= INT32_MIN && r <= INT32_MAX;
	case OPLOG_COUNT:
		return r >= -4095 && (r < 0 || (uint64_t)r <= rec->arg[k->length]);
	case OPLOG_ADDRESS:
		return r >= -4095;
	default:
		return r >= -4095 && r <= 0;
	}
}

static const char *wrong_op(const struct dx_rec *rec, const struct oplog_kind *k)
{
	const char *what;

	if (k->object == OPLOG_NO_OBJECT
		    ? rec->handle != 0
		    : !is_handle(rec->handle) && (k->object != OPLOG_FILE_OR_NONE || rec->handle))
		return "names no file and no mapping";
	if (!rec->end && rec->result)
		return "a result before the return";
	if (!is_result(rec, k))
		return "a result that the operation does not have";
	what = wrong_arg(rec, k);
	return what ? what : wrong_value(rec);
}

static const char *wrong_extent(const struct dx_rec *rec, int64_t expected)
{
	if (!is_handle(rec->handle))
		return "extent: names no file";
	if (rec->result < -4095 || (rec->result >= 0 && rec->result != expected))
		return "extent: out of order";
	if (!is_range(rec->arg[0], rec->arg[2]) || !is_range(rec->arg[1], rec->arg[2]))
		return "extent: ends beyond 2^63";
	return NULL;
}

/* The TEXT records at p->i make up one text. 1: they end before it does. */
static int parse_text(struct parser *p, const char **ret)
{
	const struct area *a = &p->log->area[p->worker];
	char *text = p->log->texts + p->log->texts_used;
	size_t len = 0;

	for (; p->i < a->n && a->rec[p->i].op == DX_OP_TEXT; p->i++) {
		const struct dx_rec *rec = &a->rec[p->i];

		if (rec->worker != p->worker)
			return bad(p, p->i, "written by another worker");
		if (len + sizeof(rec->text) > DX_LOG_MAX_TEXT)
			return bad(p, p->i, "a text that is too long");
		memcpy(text + len, rec->text, sizeof(rec->text));
		len += sizeof(rec->text);
		if (!memchr(rec->text, '\0', sizeof(rec->text)))
			continue;
		p->i++;
		p->log->texts_used += len;
		*ret = text;
		return 0;
	}
	return 1;
}

static int parse_texts(struct parser *p, struct oplog_op *op)
{
	const struct area *a = &p->log->area[p->worker];
	int r = 0;

	for (unsigned int t = 0; !r && t < op->kind->texts; t++)
		r = parse_text(p, &op->text[t]);
	/* Only where the worker, or the room, ended in the middle. */
	if (r > 0 && (p->i < a->n || op->returned) && !(p->i == a->n && a->full))
		return bad(p, op->number, "its name is missing");
	return r < 0 ? r : 0;
}

static int parse_extents(struct parser *p, struct oplog_op *op)
{
	const struct area *a = &p->log->area[p->worker];
	uint64_t first = p->i;
	int64_t expected = 0;

	for (; p->i < a->n && a->rec[p->i].op == DX_OP_EXTENT; p->i++) {
		const struct dx_rec *rec = &a->rec[p->i];
		const char *what;

		if (p->i > first && rec->handle != rec[-1].handle)
			expected = 0;
		what = rec->worker != p->worker ? "written by another worker"
						: wrong_extent(rec, expected++);
		if (!what &&
		    (!op->kind->extents || (op->kind->extents == OPLOG_AFTER && !op->returned)))
			what = "extents of what promises nothing";
		if (what)
			return bad(p, p->i, what);
	}
	op->n_extents = p->i - first;
	op->extents = op->n_extents ? &a->rec[first] : NULL;
	return 0;
}

static int parse_op(struct parser *p, struct oplog_op *op)
{
	const struct dx_rec *rec = &p->log->area[p->worker].rec[p->i];
	const char *what;
	int r;

	*op = (struct oplog_op){
		.rec = rec,
		.kind = oplog_kind(rec->op),
		.worker = p->worker,
		.number = p->i,
		.returned = rec->end,
	};
	if (rec->op == DX_OP_TEXT || rec->op == DX_OP_EXTENT)
		return bad(p, p->i, "belongs to no operation");
	if (!op->kind)
		return bad(p, p->i, rec->op ? "unknown operation" : "empty, with others behind it");
	what = rec->worker != p->worker ? "written by another worker" : wrong_op(rec, op->kind);
	if (what)
		return bad(p, p->i, what);
	p->i++;
	r = parse_texts(p, op);
	return r ? r : parse_extents(p, op);
}

static int parse_area(struct oplog *log, uint32_t worker, const char *name, struct err *e)
{
	struct parser p = { .log = log, .name = name, .worker = worker, .e = e };
	struct area *a = &log->area[worker];

	a->first = log->n_ops;
	while (p.i < a->n) {
		struct oplog_op *op = &log->op[log->n_ops];
		int r = parse_op(&p, op);

		if (r)
			return r;
		if (!op->returned && p.i < a->n)
			return bad(&p, op->number, "has not returned, but another follows");
		log->n_ops++;
		a->ops++;
		a->last = op->number;
	}
	return 0;
}

/* Room for everything that the records can hold, so that pointers into it stay. */
static int parse_all(struct oplog *log, const char *name, struct err *e)
{
	size_t records = 0, texts = 0;

	for (uint32_t w = 0; w < log->header.areas; w++) {
		records += log->area[w].n;
		for (uint64_t i = 0; i < log->area[w].n; i++)
			texts += log->area[w].rec[i].op == DX_OP_TEXT;
	}
	log->op = calloc(records + 1, sizeof(*log->op));
	log->texts = calloc(texts + 1, sizeof(log->area[0].rec->text));
	if (!log->op || !log->texts)
		return err_sys(e, -ENOMEM, name, "read the operations");
	for (uint32_t w = 0; w < log->header.areas; w++) {
		int r = parse_area(log, w, name, e);

		if (r)
			return r;
	}
	return 0;
}

/* ---- one order of all ---- */

/* Of each worker's next operation the one that began first; NULL: all were taken. */
static const struct oplog_op *earliest(const struct oplog *log, const size_t *taken)
{
	const struct oplog_op *first = NULL;

	for (uint32_t w = 0; w < log->header.areas; w++) {
		const struct area *a = &log->area[w];
		const struct oplog_op *next = &log->op[a->first + taken[w]];

		if (taken[w] < a->ops && (!first || next->rec->begin < first->rec->begin))
			first = next;
	}
	return first;
}

static int merge(struct oplog *log, const char *name, struct err *e)
{
	struct oplog_op *merged = calloc(log->n_ops + 1, sizeof(*merged));
	size_t taken[DX_LOG_WORKERS] = { 0 }, n = 0;
	const struct oplog_op *op;

	if (!merged)
		return err_sys(e, -ENOMEM, name, "order the operations");
	while ((op = earliest(log, taken))) {
		merged[n++] = *op;
		taken[op->worker]++;
	}
	free(log->op);
	log->op = merged;
	return 0;
}

static int load(struct oplog **ret, const struct source *s, struct err *e)
{
	struct oplog *log = calloc(1, sizeof(*log));
	uint64_t at = 0;
	int r;

	if (!log)
		return err_sys(e, -ENOMEM, s->name, "read");
	r = find_header(log, s, &at, e);
	for (uint32_t w = 0; !r && w < log->header.areas; w++)
		r = load_area(log, s, at + DX_LOG_HEADER + w * log->header.area_size, w, e);
	if (!r)
		r = parse_all(log, s->name, e);
	if (!r)
		r = merge(log, s->name, e);
	if (r) {
		oplog_close(log);
		return r;
	}
	*ret = log;
	return 0;
}

int oplog_parse(struct oplog **ret, const void *data, size_t len, const char *name, struct err *e)
{
	struct source s = { .fd = -1, .data = data, .len = len, .name = name };

	return load(ret, &s, e);
}

int oplog_open(struct oplog **ret, const char *path, struct err *e)
{
	/* A FIFO must not hold us up: not to wait is for the open alone. */
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct source s = { .fd = fd, .name = path };
	struct stat st;

	if (fd < 0)
		return err_sys(e, -errno, path, "open");
	if (fstat(fd, &st))
		return err_sys(e, -errno, path, "stat");
	if (!S_ISREG(st.st_mode))
		return err_set(e, -EBADMSG, path, "not a file: an operation log is read from one");
	s.len = (uint64_t)st.st_size;
	return load(ret, &s, e);
}

/* ---- what is in it ---- */

const struct dx_log_header *oplog_header(const struct oplog *log)
{
	return &log->header;
}

size_t oplog_count(const struct oplog *log)
{
	return log->n_ops;
}

const struct oplog_op *oplog_at(const struct oplog *log, size_t i)
{
	return &log->op[i];
}

uint32_t oplog_workers(const struct oplog *log)
{
	uint32_t n = 0;

	for (uint32_t w = 0; w < log->header.areas; w++)
		n += log->area[w].ops > 0;
	return n;
}

bool oplog_is_cut(const struct oplog *log, char *why, size_t len)
{
	static const char *const reasons[DX_FULL_COUNT] = {
		[DX_FULL_ROOM] = "its area is full",
		[DX_FULL_HANDLES] = "it opened or mapped more often than a log can name",
		[DX_FULL_GENERATIONS] = "it stored or wrote more often than a log can name",
		[DX_FULL_OFFSETS] = "it went beyond the first 2 GiB of a file",
		[DX_FULL_WORKERS] = "there were more workers than areas",
		[DX_FULL_TEXT] = "it used a name too long to log",
		[DX_FULL_UNALIGNED] = "it stored or loaded at an offset that is not aligned",
	};

	for (uint32_t w = 0; w < log->header.areas; w++) {
		if (!log->area[w].full)
			continue;
		if (why)
			snprintf(why, len, "worker %u: %s", w, reasons[log->area[w].full]);
		return true;
	}
	return false;
}

bool oplog_is_last_of_cut(const struct oplog *log, const struct oplog_op *op)
{
	const struct area *a = &log->area[op->worker];

	return a->full && op->number == a->last;
}

void oplog_close(struct oplog *log)
{
	if (!log)
		return;
	for (uint32_t w = 0; w < DX_LOG_WORKERS; w++)
		free(log->area[w].rec);
	free(log->texts);
	free(log->op);
	free(log);
}
