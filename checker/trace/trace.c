// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A block is read, unpacked and checked as a whole before its first record is
 * handed out: lengths add up, kinds are known, payloads are there, event numbers
 * follow one another, addresses lie in the ranges. Memory is bounded by the two
 * buffers of one block, whatever a file claims.
 */
#include "checker/trace/trace.h"
#include "lib/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zstd.h>

#define PACKED_MAX ZSTD_COMPRESSBOUND(DX_TRACE_BLOCK_MAX)

struct trace {
	char *name;
	int fd;
	off_t size;
	struct dx_trace_header header;
	ZSTD_DCtx *zstd;
	unsigned char *packed, *raw;
	size_t raw_len, at; /* of the current block, and how far it was handed out */
	uint64_t blocks;    /* read so far */
	uint64_t seq;	    /* of the next event */
	uint64_t stacks;    /* their numbers count up: of the last one */
	bool broken_off;    /* the file ends within a block */
	bool at_end;
};

static int bad(const struct trace *t, struct err *e, const char *what)
{
	err_set(e, -EBADMSG, t->name, "block %" PRIu64 ": %s", t->blocks, what);
	return err_hint(e, "the file is damaged: record it again");
}

/* ---- header ---- */

static int check_header(const struct trace *t, struct err *e)
{
	const struct dx_trace_header *h = &t->header;

	if (memcmp(h->magic, DX_TRACE_MAGIC, sizeof(h->magic)) != 0)
		return err_set(e, -EBADMSG, t->name, "is no store trace");
	if (h->version != DX_TRACE_VERSION)
		return err_set(e, -EBADMSG, t->name,
			       "is a store trace of version %" PRIu32 "; this daxbench reads %d",
			       h->version, DX_TRACE_VERSION);
	if (!h->vcpus || h->vcpus > DX_TRACE_VCPUS || !h->ranges || h->ranges > DX_TRACE_RANGES ||
	    h->ended > DX_TRACE_EXITED)
		return err_set(e, -EBADMSG, t->name, "has a header that cannot be: damaged");
	for (uint32_t i = 0; i < h->ranges; i++)
		if (!h->range[i].size || h->range[i].base % DX_TRACE_RUN_MAX ||
		    h->range[i].size % DX_TRACE_RUN_MAX ||
		    h->range[i].base + h->range[i].size < h->range[i].base)
			return err_set(e, -EBADMSG, t->name, "range %" PRIu32 " cannot be", i);
	return 0;
}

static int read_header(struct trace *t, struct err *e)
{
	unsigned char page[DX_TRACE_HEADER];
	struct stat st;
	ssize_t got;

	if (fstat(t->fd, &st))
		return err_sys(e, -errno, t->name, "read");
	if (!S_ISREG(st.st_mode))
		return err_set(e, -EBADMSG, t->name, "is no store trace: it is no file");
	got = pread(t->fd, page, sizeof(page), 0);
	if (got < 0)
		return err_sys(e, -errno, t->name, "read");
	if (!got)
		return err_set(e, -EBADMSG, t->name, "is empty: was the disk full?");
	if (got != sizeof(page))
		return err_set(e, -EBADMSG, t->name, "is no store trace: it is too short");
	memcpy(&t->header, page, sizeof(t->header));
	t->header.recorder[sizeof(t->header.recorder) - 1] = '\0';
	t->size = st.st_size;
	return check_header(t, e);
}

int trace_open(struct trace **ret, const char *path, struct err *e)
{
	struct trace *t = calloc(1, sizeof(*t));
	int r = 0;

	if (!t)
		return err_sys(e, -ENOMEM, path, "read");
	/* A FIFO must not hold us up. */
	t->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (t->fd < 0)
		r = err_sys(e, -errno, path, "open");
	t->name = strdup(path);
	t->packed = malloc(PACKED_MAX);
	t->raw = malloc(DX_TRACE_BLOCK_MAX);
	t->zstd = ZSTD_createDCtx();
	if (!r && (!t->name || !t->packed || !t->raw || !t->zstd))
		r = err_sys(e, -ENOMEM, path, "read");
	if (!r)
		r = read_header(t, e);
	if (!r)
		r = trace_rewind(t, e);
	if (r) {
		trace_close(t);
		return r;
	}
	*ret = t;
	return 0;
}

void trace_close(struct trace *t)
{
	if (!t)
		return;
	if (t->fd >= 0)
		close(t->fd);
	ZSTD_freeDCtx(t->zstd);
	free(t->packed);
	free(t->raw);
	free(t->name);
	free(t);
}

int trace_rewind(struct trace *t, struct err *e)
{
	if (lseek(t->fd, (off_t)DX_TRACE_HEADER, SEEK_SET) < 0)
		return err_sys(e, -errno, t->name, "seek");
	t->raw_len = t->at = 0;
	t->blocks = t->seq = t->stacks = 0;
	t->broken_off = t->at_end = false;
	return 0;
}

const struct dx_trace_header *trace_header(const struct trace *t)
{
	return &t->header;
}

uint64_t trace_bytes(const struct trace *t)
{
	return (uint64_t)t->size;
}

uint64_t trace_blocks(const struct trace *t)
{
	return t->blocks;
}

/* ---- records ---- */

static bool in_ranges(const struct trace *t, uint64_t addr, uint64_t len)
{
	for (uint32_t i = 0; i < t->header.ranges; i++) {
		uint64_t off = addr - t->header.range[i].base;

		if (addr >= t->header.range[i].base && off < t->header.range[i].size)
			return len <= t->header.range[i].size - off;
	}
	return false;
}

static bool is_run(const struct dx_trace_rec *rec)
{
	return rec->count && rec->length && rec->length <= DX_TRACE_RUN_MAX &&
	       rec->addr / DX_TRACE_RUN_MAX == (rec->addr + rec->length - 1) / DX_TRACE_RUN_MAX;
}

/* Whole accesses, or the piece of one that was cut at a page's end. */
static bool is_access(const struct dx_trace_rec *rec)
{
	uint64_t whole;

	if (!is_run(rec) || rec->detail > 5)
		return false;
	whole = (uint64_t)rec->count << rec->detail;
	return rec->length == whole || (rec->count == 1 && rec->length < whole);
}

static bool is_well_formed(const struct trace *t, const struct dx_trace_rec *rec)
{
	switch (rec->kind) {
	case DX_TRACE_STORE:
	case DX_TRACE_LOAD:
		return is_access(rec) && in_ranges(t, rec->addr, rec->length);
	case DX_TRACE_WRITE_BACK:
		return is_run(rec) && rec->detail <= DX_TRACE_CLFLUSH &&
		       rec->addr % DX_TRACE_LINE == 0 &&
		       rec->length == rec->count * DX_TRACE_LINE &&
		       in_ranges(t, rec->addr, rec->length);
	case DX_TRACE_FENCE:
		return rec->count == 1 && rec->detail < DX_TRACE_FENCES && !rec->length;
	case DX_TRACE_MARK:
		return rec->count == 1;
	case DX_TRACE_IMAGE:
		return !rec->count && rec->length == DX_TRACE_RUN_MAX &&
		       rec->addr % DX_TRACE_RUN_MAX == 0 && in_ranges(t, rec->addr, rec->length);
	case DX_TRACE_STACK:
		return !rec->count && rec->length &&
		       rec->length <= DX_TRACE_FRAMES * sizeof(struct dx_trace_frame) &&
		       rec->length % sizeof(struct dx_trace_frame) == 0;
	default:
		return false;
	}
}

static size_t payload(const struct dx_trace_rec *rec)
{
	bool has = rec->kind == DX_TRACE_STORE || rec->kind == DX_TRACE_IMAGE ||
		   rec->kind == DX_TRACE_STACK;

	return has ? rec->length : 0;
}

static const struct dx_trace_rec *record_at(const struct trace *t, size_t at)
{
	return (const struct dx_trace_rec *)(const void *)(t->raw + at);
}

static size_t whole_size(const struct dx_trace_rec *rec)
{
	return sizeof(*rec) + ((payload(rec) + 7) & ~(size_t)7);
}

/* Counts @rec in, if it is a stack; a record may name only stacks that came before. */
static bool stack_is_known(const struct dx_trace_rec *rec, uint64_t *stacks)
{
	if (rec->kind == DX_TRACE_STACK)
		return !rec->stack && rec->addr == ++*stacks;
	return rec->stack <= *stacks;
}

static int check_block(struct trace *t, const struct dx_trace_block *b, struct err *e)
{
	uint64_t seq = b->seq;
	uint32_t records = 0;
	size_t at = 0;

	if (b->seq != t->seq)
		return bad(t, e, "its events do not follow those before");
	for (; at < b->raw; records++) {
		const struct dx_trace_rec *rec = record_at(t, at);

		if (b->raw - at < sizeof(*rec) || !is_well_formed(t, rec) ||
		    b->raw - at < whole_size(rec))
			return bad(t, e, "holds a record that cannot be");
		if (rec->vcpu >= t->header.vcpus || rec->seq != seq)
			return bad(t, e, "holds a record out of order");
		if (!stack_is_known(rec, &t->stacks))
			return bad(t, e, "holds a stack out of order");
		seq += rec->count;
		at += whole_size(rec);
	}
	if (records != b->records)
		return bad(t, e, "does not hold what it says");
	return 0;
}

/* Reads @len bytes: 1, 0 if the file ends before, -errno. */
static int read_whole(const struct trace *t, void *buf, size_t len, struct err *e)
{
	unsigned char *p = buf;

	while (len) {
		ssize_t got = read(t->fd, p, len);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_sys(e, -errno, t->name, "read");
		if (!got)
			return 0;
		p += got;
		len -= (size_t)got;
	}
	return 1;
}

/* The next block: 1, 0 at the end of the file or where it breaks off. */
static int read_block(struct trace *t, struct err *e)
{
	off_t at = lseek(t->fd, 0, SEEK_CUR);
	struct dx_trace_block b;
	size_t n;
	int r = read_whole(t, &b, sizeof(b), e);

	if (r <= 0) {
		t->broken_off = !r && at < t->size;
		return r;
	}
	t->blocks++;
	if (b.magic != DX_BLOCK_MAGIC || b.raw > DX_TRACE_BLOCK_MAX || !b.raw || b.raw % 8 ||
	    b.packed > PACKED_MAX)
		return bad(t, e, "has a head that cannot be");
	r = read_whole(t, t->packed, b.packed, e);
	if (r <= 0) {
		t->broken_off = !r;
		return r;
	}
	n = ZSTD_decompressDCtx(t->zstd, t->raw, DX_TRACE_BLOCK_MAX, t->packed, b.packed);
	if (ZSTD_isError(n))
		return bad(t, e, ZSTD_getErrorName(n));
	if (n != b.raw)
		return bad(t, e, "is longer or shorter than it says");
	r = check_block(t, &b, e);
	if (r)
		return r;
	t->raw_len = b.raw;
	t->at = 0;
	return 1;
}

int trace_next(struct trace *t, struct trace_record *ret, struct err *e)
{
	const struct dx_trace_rec *rec;

	if (t->at == t->raw_len) {
		int r = t->at_end ? 0 : read_block(t, e);

		t->at_end = r <= 0;
		if (r <= 0) {
			t->at = t->raw_len = 0;
			return r;
		}
	}
	rec = record_at(t, t->at);
	ret->rec = rec;
	ret->data = payload(rec) ? (const unsigned char *)(rec + 1) : NULL;
	t->at += whole_size(rec);
	t->seq = rec->seq + rec->count;
	return 1;
}

bool trace_is_cut(const struct trace *t, char *why, size_t len)
{
	const struct dx_trace_header *h = &t->header;

	if (h->error)
		snprintf(why, len, "recording ended early: %s", strerror((int)h->error));
	else if (h->ended == DX_TRACE_OPEN)
		snprintf(why, len, "QEMU was killed while it recorded%s",
			 t->broken_off ? ", in the middle of a block" : "");
	else if (t->broken_off || t->blocks != h->blocks || t->seq != h->events)
		snprintf(why, len, "the file is shorter than it was");
	else if (h->ended == DX_TRACE_EXITED)
		snprintf(why, len, "the guest ended before the workload did");
	else
		return false;
	return true;
}
