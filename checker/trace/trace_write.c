// SPDX-License-Identifier: GPL-2.0-or-later
#include "checker/trace/trace_write.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zstd.h>

#define LEVEL	1
#define IP_NEAR 256ULL /* unrolled loops store from neighbouring instructions */

struct block {
	struct dx_trace_block head;
	unsigned char raw[DX_TRACE_BLOCK_MAX];
};

struct trace_writer {
	struct dx_trace_header header;
	int fd;
	uint64_t seq; /* of the next event */

	/* The run that is being made; kind 0: none. */
	struct dx_trace_rec run;
	unsigned char bytes[DX_TRACE_RUN_MAX];

	/* Two blocks: one is filled while the thread writes the other. */
	struct block *filling, *other;

	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct block *writing; /* under @lock: the thread's until it sets NULL */
	bool end;	       /* under @lock */
	int error;	       /* under @lock: first errno; nothing is written after it */
	ZSTD_CCtx *zstd;
	unsigned char *packed;
	size_t packed_room;
};

/* ---- the thread ---- */

static int write_all(int fd, const void *data, size_t len)
{
	const unsigned char *p = data;

	while (len) {
		ssize_t put = write(fd, p, len);

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return put ? -errno : -EIO;
		p += put;
		len -= (size_t)put;
	}
	return 0;
}

/* Head and content in one go, so that a killed QEMU leaves whole blocks. */
static int write_block(struct trace_writer *w, struct block *b)
{
	size_t head = sizeof(b->head);
	size_t n = ZSTD_compress2(w->zstd, w->packed + head, w->packed_room - head, b->raw,
				  b->head.raw);

	if (ZSTD_isError(n))
		return -EIO;
	b->head.packed = (uint32_t)n;
	memcpy(w->packed, &b->head, head);
	return write_all(w->fd, w->packed, head + n);
}

static void *write_blocks(void *data)
{
	struct trace_writer *w = data;

	pthread_mutex_lock(&w->lock);
	for (;;) {
		int error;

		while (!w->writing && !w->end)
			pthread_cond_wait(&w->changed, &w->lock);
		if (!w->writing)
			break;
		error = w->error;
		pthread_mutex_unlock(&w->lock);
		if (!error)
			error = -write_block(w, w->writing);
		pthread_mutex_lock(&w->lock);
		if (!w->error)
			w->error = error;
		w->writing = NULL;
		pthread_cond_broadcast(&w->changed);
	}
	pthread_mutex_unlock(&w->lock);
	return NULL;
}

static void wait_for_thread(struct trace_writer *w)
{
	while (w->writing)
		pthread_cond_wait(&w->changed, &w->lock);
}

static void hand_over(struct trace_writer *w)
{
	struct block *full = w->filling;

	if (!full->head.raw)
		return;
	pthread_mutex_lock(&w->lock);
	wait_for_thread(w);
	w->writing = full;
	pthread_cond_broadcast(&w->changed);
	pthread_mutex_unlock(&w->lock);
	w->header.blocks++;
	w->filling = w->other;
	w->other = full;
	memset(&w->filling->head, 0, sizeof(w->filling->head));
}

/* ---- records ---- */

static size_t padded(size_t len)
{
	return (len + 7) & ~(size_t)7;
}

static void put_record(struct trace_writer *w, const struct dx_trace_rec *rec, const void *data,
		       size_t len)
{
	size_t whole = sizeof(*rec) + padded(len);
	struct block *b;
	unsigned char *p;

	if (w->filling->head.raw + whole > DX_TRACE_BLOCK_MAX)
		hand_over(w);
	b = w->filling;
	if (!b->head.records) {
		b->head.magic = DX_BLOCK_MAGIC;
		b->head.seq = rec->seq;
	}
	p = b->raw + b->head.raw;
	memcpy(p, rec, sizeof(*rec));
	p += sizeof(*rec);
	if (len)
		memcpy(p, data, len);
	memset(p + len, 0, padded(len) - len);
	b->head.raw += (uint32_t)whole;
	b->head.records++;
	w->header.records++;
}

static void end_run(struct trace_writer *w)
{
	if (!w->run.kind)
		return;
	put_record(w, &w->run, w->bytes, w->run.kind == DX_TRACE_STORE ? w->run.length : 0);
	w->run.kind = DX_TRACE_NONE;
}

static bool makes_runs(unsigned int kind)
{
	return kind == DX_TRACE_STORE || kind == DX_TRACE_WRITE_BACK || kind == DX_TRACE_LOAD;
}

/* Part of an access that crosses a page's end. In a run nobody could tell which event it is. */
static bool is_piece(const struct dx_trace_rec *rec)
{
	return (rec->kind == DX_TRACE_STORE || rec->kind == DX_TRACE_LOAD) &&
	       rec->length != 1U << rec->detail;
}

bool trace_writer_continues(const struct trace_writer *w, const struct dx_trace_rec *rec)
{
	const struct dx_trace_rec *run = &w->run;
	uint64_t page = ~(uint64_t)(DX_TRACE_RUN_MAX - 1);

	return run->kind == rec->kind && makes_runs(rec->kind) && !is_piece(rec) &&
	       run->vcpu == rec->vcpu && run->flags == rec->flags && run->detail == rec->detail &&
	       run->addr + run->length == rec->addr &&
	       (run->addr & page) == ((rec->addr + rec->length - 1) & page) &&
	       rec->ip - run->ip + IP_NEAR < 2 * IP_NEAR;
}

static void start_run(struct trace_writer *w, const struct dx_trace_rec *rec)
{
	end_run(w);
	w->run = *rec;
	w->run.seq = w->seq;
	w->run.count = 0;
	w->run.length = 0;
}

void trace_writer_event(struct trace_writer *w, const struct dx_trace_rec *rec, const void *data)
{
	if (!trace_writer_continues(w, rec))
		start_run(w, rec);
	if (rec->kind == DX_TRACE_STORE)
		memcpy(w->bytes + w->run.length, data, rec->length);
	w->run.length += rec->length;
	w->run.count++;
	w->seq++;
	w->header.events++;
	if (!makes_runs(rec->kind) || is_piece(rec))
		end_run(w);
}

void trace_writer_break(struct trace_writer *w)
{
	end_run(w);
}

void trace_writer_extra(struct trace_writer *w, const struct dx_trace_rec *rec, const void *data)
{
	struct dx_trace_rec extra = *rec;

	end_run(w);
	extra.seq = w->seq;
	extra.count = 0;
	put_record(w, &extra, data, rec->length);
}

void trace_writer_fail(struct trace_writer *w, int error)
{
	pthread_mutex_lock(&w->lock);
	if (!w->error)
		w->error = -error;
	pthread_mutex_unlock(&w->lock);
}

/* ---- begin and end ---- */

static int write_header(struct trace_writer *w)
{
	unsigned char page[DX_TRACE_HEADER] = { 0 };
	size_t done = 0;

	memcpy(page, &w->header, sizeof(w->header));
	while (done < sizeof(page)) {
		ssize_t put = pwrite(w->fd, page + done, sizeof(page) - done, (off_t)done);

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return put ? -errno : -EIO;
		done += (size_t)put;
	}
	return 0;
}

static void free_writer(struct trace_writer *w)
{
	if (w->fd >= 0)
		close(w->fd);
	ZSTD_freeCCtx(w->zstd);
	free(w->packed);
	free(w->filling);
	free(w->other);
	free(w);
}

static int allocate(struct trace_writer *w)
{
	w->packed_room = sizeof(struct dx_trace_block) + ZSTD_compressBound(DX_TRACE_BLOCK_MAX);
	w->packed = malloc(w->packed_room);
	w->filling = calloc(1, sizeof(*w->filling));
	w->other = calloc(1, sizeof(*w->other));
	w->zstd = ZSTD_createCCtx();
	if (!w->packed || !w->filling || !w->other || !w->zstd)
		return -ENOMEM;
	ZSTD_CCtx_setParameter(w->zstd, ZSTD_c_compressionLevel, LEVEL);
	ZSTD_CCtx_setParameter(w->zstd, ZSTD_c_checksumFlag, 1);
	return 0;
}

/* The file with its header, at the place where the first block goes. */
static int create_file(struct trace_writer *w, const char *path)
{
	int r;

	w->fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (w->fd < 0)
		return -errno;
	r = write_header(w);
	if (!r && lseek(w->fd, (off_t)DX_TRACE_HEADER, SEEK_SET) < 0)
		r = -errno;
	return r;
}

int trace_writer_open(struct trace_writer **ret, const char *path,
		      const struct dx_trace_header *header)
{
	struct trace_writer *w = calloc(1, sizeof(*w));
	int r;

	if (!w)
		return -ENOMEM;
	w->fd = -1;
	w->header = *header;
	w->header.ended = DX_TRACE_OPEN;
	w->header.error = 0;
	w->header.blocks = w->header.records = w->header.events = w->header.lost = 0;
	memcpy(w->header.magic, DX_TRACE_MAGIC, sizeof(w->header.magic));
	w->header.version = DX_TRACE_VERSION;
	r = allocate(w);
	if (!r)
		r = create_file(w, path);
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->changed, NULL);
	if (!r)
		r = -pthread_create(&w->thread, NULL, write_blocks, w);
	if (r) {
		free_writer(w);
		return r;
	}
	*ret = w;
	return 0;
}

int trace_writer_close(struct trace_writer *w, enum dx_trace_ended how, uint64_t lost)
{
	int r;

	end_run(w);
	hand_over(w);
	pthread_mutex_lock(&w->lock);
	wait_for_thread(w);
	w->end = true;
	pthread_cond_broadcast(&w->changed);
	pthread_mutex_unlock(&w->lock);
	pthread_join(w->thread, NULL);
	w->header.ended = how;
	w->header.error = (uint32_t)w->error;
	w->header.lost = lost;
	r = write_header(w);
	if (w->error)
		r = -w->error;
	free_writer(w);
	return r;
}
