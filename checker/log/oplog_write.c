// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Writing the operation log without disturbing what is recorded.
 *
 * A store to persistent memory is at risk from the moment it executes until a
 * write-back and a fence. Anything of ours between the two that drains the
 * write-backs under way (a LOCK prefix, a fence, a serialising instruction, the
 * return from a page fault or a system call) could hide a fence that the
 * workload or the kernel forgot. So a record is plain stores to memory that was
 * faulted in before, and the time comes from rdtsc, which waits for nothing.
 * tests/lens.sh reads the machine code of this file.
 *
 * What that costs: each area has one writer only, its worker, so counts need no
 * atomicity; and a forked worker touches its area anew before its first record,
 * because a child begins without the page tables of a shared mapping.
 *
 * The exception is dx_log_extents(): after a sync call has returned it asks for
 * the extents with FIEMAP. Flags are 0: with FIEMAP_FLAG_SYNC the kernel would
 * write the file back once more.
 */
#include "checker/log/oplog_write.h"

#include <linux/fiemap.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <x86intrin.h>

#define EXTENTS_AT_ONCE 32

/* The compiler moves no store across. The CPU keeps the order of stores by itself. */
#define compiler_barrier() __asm__ volatile("" ::: "memory")

/* A record that nobody reads, for what a full log does not hold. */
static __thread struct dx_rec scratch;

/* What is known of a handle, in memory that the workers' processes share. 0: no open file. */
enum known { KNOWN_OPEN = 1, KNOWN_DSYNC = 2, KNOWN_REALTIME = 4 };

struct known_files {
	unsigned char of[DX_LOG_WORKERS][DX_LOG_HANDLES];
	uint32_t highest[DX_LOG_WORKERS]; /* count of the handle tracked last */
	bool map_sync;			  /* something was mapped with MAP_SYNC, or is device-dax */
	/* Who opened it, and as which descriptor. */
	pid_t opener[DX_LOG_WORKERS][DX_LOG_HANDLES];
	int fd[DX_LOG_WORKERS][DX_LOG_HANDLES];
};

static volatile struct known_files *known;

/* Descriptor + 1 of each file that is open in this process, by handle. */
static int tracked[DX_LOG_WORKERS][DX_LOG_HANDLES];

/*
 * A page that fork() empties in the child: 0 says that this process has not touched its
 * area. Behind it what it is called, or 0 if it has not asked yet.
 */
static volatile uint32_t *touched;

static struct dx_rec *records_of(struct dx_log_area *a)
{
	return (struct dx_rec *)(a + 1);
}

/* ---- set-up ---- */

static void set_text(char *to, size_t len, const char *text)
{
	snprintf(to, len, "%s", text ? text : "");
}

/*
 * For the most part it is zeros already, and to see that costs an emulator far
 * less than to store them. One word of each page is stored in any case, so that
 * no record faults later.
 */
static void make_zero(void *base, uint64_t size)
{
	for (uint64_t at = 0; at < size; at += DX_PAGE) {
		uint64_t *page = (uint64_t *)((unsigned char *)base + at), any = 0;

		for (size_t i = 0; i < DX_PAGE / sizeof(*page); i++)
			any |= page[i];
		if (any)
			memset(page, 0, DX_PAGE);
		else
			*(volatile uint64_t *)page = 0;
	}
}

int oplog_create(void *base, uint64_t size, const struct oplog_about *about)
{
	struct dx_log_header *h = base;
	uint64_t area_size;

	if (size < DX_LOG_HEADER)
		return -ENOSPC;
	area_size = (size - DX_LOG_HEADER) / DX_LOG_WORKERS & ~(DX_PAGE - 1);
	if (!area_size)
		return -ENOSPC;
	if (area_size > DX_LOG_MAX_AREA)
		area_size = DX_LOG_MAX_AREA;
	/* What an earlier run left is no log from here on, however far we come. */
	memset(h->magic, 0, sizeof(h->magic));
	compiler_barrier();
	make_zero(base, DX_LOG_HEADER + DX_LOG_WORKERS * area_size);
	h->version = DX_LOG_VERSION;
	h->areas = DX_LOG_WORKERS;
	h->area_size = area_size;
	h->seed = about->seed;
	h->n = about->n;
	h->run = about->run;
	h->text = about->text;
	set_text(h->workload, sizeof(h->workload), about->workload);
	set_text(h->params, sizeof(h->params), about->params);
	set_text(h->kernel, sizeof(h->kernel), about->kernel);
	set_text(h->fs, sizeof(h->fs), about->fs);
	set_text(h->program, sizeof(h->program), about->program ? about->program : "");
	for (uint32_t i = 0; i < DX_LOG_WORKERS; i++) {
		struct dx_log_area *a =
			(void *)((unsigned char *)base + DX_LOG_HEADER + i * area_size);

		a->worker = i;
		a->room = area_size / sizeof(struct dx_rec) - 1;
	}
	compiler_barrier();
	memcpy(h->magic, DX_LOG_MAGIC, sizeof(h->magic));
	return 0;
}

/* Zeroed memory that children share (MAP_SHARED) or have of their own; NULL with errno. */
static void *map_anonymous(size_t len, int kind)
{
	void *p = mmap(NULL, len, PROT_READ | PROT_WRITE, kind | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

static void *map_touched(void)
{
	void *p = map_anonymous(DX_PAGE, MAP_PRIVATE);

	if (p && madvise(p, DX_PAGE, MADV_WIPEONFORK)) {
		int saved = errno;

		munmap(p, DX_PAGE);
		errno = saved;
		return NULL;
	}
	return p;
}

int oplog_attach(void *base, struct dx *dx)
{
	const struct dx_log_header *h = base;

	if (!known)
		known = map_anonymous(sizeof(*known), MAP_SHARED);
	if (!known)
		return -errno;
	if (!touched)
		touched = map_touched();
	if (!touched)
		return -errno;
	memset((void *)known, 0, sizeof(*known));
	*touched = 1;
	memset(tracked, 0, sizeof(tracked));
	for (uint32_t i = 0; i < h->areas; i++) {
		struct dx_worker *w = &dx->worker[i];

		w->log = (void *)((unsigned char *)base + DX_LOG_HEADER + i * h->area_size);
		w->next_handle = 0;
		w->generation = 0;
	}
	return 0;
}

void oplog_detach(struct dx *dx)
{
	for (uint32_t i = 0; i < DX_LOG_WORKERS; i++)
		dx->worker[i].log = NULL;
}

void oplog_set_tick_rate(void *base, uint64_t ticks_per_second)
{
	((struct dx_log_header *)base)->ticks_per_second = ticks_per_second;
}

/* ---- records ---- */

static void set_full(struct dx_worker *w, enum dx_log_full why)
{
	struct dx_log_area *a = w->log;

	if (!a) {
		a = w->dx->worker[0].log;
		why = DX_FULL_WORKERS;
	}
	if (a && !a->full)
		a->full = why;
}

/* Faults in the area of a worker that was forked since. */
static void __attribute__((noinline)) touch_area(const struct dx_log_area *a)
{
	uint64_t bytes = (a->room + 1) * sizeof(struct dx_rec);

	for (uint64_t off = 0; off < bytes; off += DX_PAGE) {
		volatile uint32_t *p = (void *)((uintptr_t)a + off);

		*p = *p; /* cppcheck-suppress selfAssignment */
	}
	*touched = 1;
}

/* The next record of @w, counted but empty; or the scratch record. */
static struct dx_rec *take_record(struct dx_worker *w)
{
	struct dx_log_area *a = w->log;
	struct dx_rec *rec;

	if (!a || a->full || a->used == a->room) {
		set_full(w, DX_FULL_ROOM);
		return &scratch;
	}
	if (!*touched)
		touch_area(a);
	rec = &records_of(a)[a->used];
	a->used++;
	compiler_barrier();
	return rec;
}

/* Stores and loads of 8 bytes at most are aligned to their size, fills to 8. */
static bool is_unaligned(enum dx_log_op op, uint64_t off, uint64_t len)
{
	if (op == DX_OP_FILL || op == DX_OP_COPY_NT)
		return (off | len) % 8;
	return (op == DX_OP_STORE || op == DX_OP_LOAD) && off & (len - 1);
}

/* Would a pattern of this operation name something else, because a count has run over? */
static enum dx_log_full runs_over(const struct dx_worker *w, enum dx_log_op op, uint64_t a0,
				  uint64_t a1, uint64_t a2)
{
	uint64_t end = 0;

	if (w->next_handle >= DX_LOG_HANDLES)
		return DX_FULL_HANDLES;
	if (w->generation >= DX_LOG_GENERATIONS)
		return DX_FULL_GENERATIONS;
	if ((op == DX_OP_WRITE || op == DX_OP_WRITEV) && __builtin_add_overflow(a0, a1, &end))
		return DX_FULL_OFFSETS;
	if (op == DX_OP_MAP && __builtin_add_overflow(a1, a2, &end))
		return DX_FULL_OFFSETS;
	return end > DX_LOG_FILE_MAX ? DX_FULL_OFFSETS : DX_FULL_NOT;
}

struct dx_rec *dx_log_begin(struct dx_worker *w, enum dx_log_op op, uint32_t handle, uint64_t a0,
			    uint64_t a1, uint64_t a2, uint64_t a3)
{
	enum dx_log_full why = is_unaligned(op, a0, a1) ? DX_FULL_UNALIGNED
							: runs_over(w, op, a0, a1, a2);
	struct dx_rec *rec;

	if (why)
		set_full(w, why);
	rec = take_record(w);
	rec->worker = (uint16_t)w->id;
	rec->handle = handle;
	rec->arg[0] = a0;
	rec->arg[1] = a1;
	rec->arg[2] = a2;
	rec->arg[3] = a3;
	rec->begin = __rdtsc();
	compiler_barrier();
	*(volatile uint16_t *)&rec->op = (uint16_t)op;
	if (rec != &scratch)
		dx_mark(w->id, (uint64_t)(rec - records_of(w->log)), DX_MARK_BEGIN);
	return rec;
}

void dx_log_end(struct dx_worker *w, struct dx_rec *rec, int64_t result)
{
	uint64_t now = __rdtsc();

	rec->result = result;
	compiler_barrier();
	*(volatile uint64_t *)&rec->end = now ? now : 1;
	if (rec != &scratch)
		dx_mark(w->id, (uint64_t)(rec - records_of(w->log)), DX_MARK_END);
}

/* The record that @w wrote last, NULL where there is none to add to. */
static const struct dx_rec *last_record(const struct dx_worker *w)
{
	struct dx_log_area *a = w->log;

	return a && !a->full && a->used ? &records_of(a)[a->used - 1] : NULL;
}

void dx_log_text(struct dx_worker *w, const char *text)
{
	const struct dx_rec *last = last_record(w);
	size_t left = strlen(text) + 1;
	uint64_t begin;

	if (!last)
		return;
	if (left > DX_LOG_MAX_TEXT) {
		set_full(w, DX_FULL_TEXT);
		return;
	}
	begin = last->begin;
	while (left) {
		struct dx_rec *rec = take_record(w);
		size_t len = left < sizeof(rec->text) ? left : sizeof(rec->text);

		rec->worker = (uint16_t)w->id;
		memset(rec->text, 0, sizeof(rec->text));
		memcpy(rec->text, text, len);
		rec->begin = begin;
		rec->end = begin ? begin : 1;
		compiler_barrier();
		*(volatile uint16_t *)&rec->op = DX_OP_TEXT;
		text += len;
		left -= len;
	}
}

/* ---- extents ---- */

static volatile unsigned char *known_of(uint32_t handle)
{
	uint32_t owner = handle >> DX_HANDLE_BITS;

	return known && owner < DX_LOG_WORKERS ? &known->of[owner][handle % DX_LOG_HANDLES] : NULL;
}

static uint64_t extent_device(uint32_t handle)
{
	const volatile unsigned char *is_known = known_of(handle);

	return is_known && *is_known & KNOWN_REALTIME ? DX_EXTENT_REALTIME : 0;
}

static void add_extent(struct dx_worker *w, uint32_t handle, const struct dx_rec *sync,
		       int64_t result, const struct fiemap_extent *x)
{
	struct dx_rec *rec = take_record(w);

	rec->worker = (uint16_t)w->id;
	rec->handle = handle;
	rec->result = result;
	rec->arg[0] = x ? x->fe_logical : 0;
	rec->arg[1] = x ? x->fe_physical : 0;
	rec->arg[2] = x ? x->fe_length : 0;
	rec->arg[3] = x ? x->fe_flags | extent_device(handle) : 0;
	rec->begin = sync->begin;
	rec->end = sync->end ? sync->end : sync->begin; /* a close has not returned yet */
	compiler_barrier();
	*(volatile uint16_t *)&rec->op = DX_OP_EXTENT;
}

static int *tracked_slot(uint32_t handle)
{
	return &tracked[handle >> DX_HANDLE_BITS][handle % DX_LOG_HANDLES];
}

/*
 * A descriptor of the file that another worker's process has open, for the moment;
 * -1: its process is gone, or does not let us. The file stays open no longer than
 * its owner has it: an inode that lives on would change what the kernel does.
 */
static int borrow(uint32_t handle)
{
	uint32_t owner = handle >> DX_HANDLE_BITS, count = handle % DX_LOG_HANDLES;
	int process = (int)syscall(SYS_pidfd_open, known->opener[owner][count], 0), fd;

	if (process < 0)
		return -1;
	fd = (int)syscall(SYS_pidfd_getfd, process, known->fd[owner][count], 0);
	close(process);
	return fd;
}

/* What FIEMAP tells of @fd. */
static void ask_extents(struct dx_worker *w, uint32_t handle, int fd, const struct dx_rec *sync)
{
	const volatile unsigned char *is_known = known_of(handle);
	union {
		struct fiemap map;
		unsigned char room[sizeof(struct fiemap) +
				   EXTENTS_AT_ONCE * sizeof(struct fiemap_extent)];
	} u;
	uint64_t from = 0;
	int64_t index = 0;
	bool last = false;

	while (!last) {
		memset(&u.map, 0, sizeof(u.map));
		u.map.fm_start = from;
		u.map.fm_length = FIEMAP_MAX_OFFSET - from;
		u.map.fm_extent_count = EXTENTS_AT_ONCE;
		if (ioctl(fd, FS_IOC_FIEMAP, &u.map) || !*is_known) {
			add_extent(w, handle, sync, *is_known ? -errno : -EBADF, NULL);
			return;
		}
		for (uint32_t i = 0; i < u.map.fm_mapped_extents; i++) {
			const struct fiemap_extent *x = &u.map.fm_extents[i];

			add_extent(w, handle, sync, index++, x);
			from = x->fe_logical + x->fe_length;
			last = x->fe_flags & FIEMAP_EXTENT_LAST;
		}
		last |= u.map.fm_mapped_extents == 0 || (w->log && w->log->full);
	}
	if (!index)
		add_extent(w, handle, sync, 0, NULL);
}

/* A device is its own only extent. */
static void add_whole_device(struct dx_worker *w, uint32_t handle, const struct dx_rec *sync)
{
	const struct fiemap_extent whole = { .fe_length = w->dx->device.size };

	add_extent(w, handle, sync, 0, &whole);
}

/*
 * Another worker may close the file meanwhile and open another under the same
 * descriptor. It says so before it closes: so what FIEMAP told is the handle's
 * if the handle is still known afterwards.
 */
static void add_extents_of(struct dx_worker *w, uint32_t handle, const struct dx_rec *sync)
{
	const volatile unsigned char *is_known = known_of(handle);
	int mine = is_known ? *tracked_slot(handle) - 1 : -1, fd;

	if (w->dx->device.size) {
		add_whole_device(w, handle, sync);
		return;
	}
	fd = mine < 0 && is_known && *is_known ? borrow(handle) : mine;
	if (fd < 0)
		add_extent(w, handle, sync, -EBADF, NULL);
	else
		ask_extents(w, handle, fd, sync);
	if (fd >= 0 && fd != mine)
		close(fd);
}

/* Of every open file. */
static void add_extents_of_all(struct dx_worker *w, const struct dx_rec *sync)
{
	for (uint32_t owner = 0; owner < DX_LOG_WORKERS; owner++)
		for (uint32_t count = 0; count <= known->highest[owner]; count++)
			if (known->of[owner][count])
				add_extents_of(w, owner << DX_HANDLE_BITS | count, sync);
}

void dx_log_extents(struct dx_worker *w, uint32_t handle)
{
	const struct dx_rec *sync = last_record(w);

	if (!sync || sync->result < 0)
		return; /* a call that failed promises nothing */
	if (handle)
		add_extents_of(w, handle, sync);
	else
		add_extents_of_all(w, sync);
}

void dx_log_write_extents(struct dx_worker *w, uint32_t handle, int rwf_flags)
{
	const volatile unsigned char *is_known = known_of(handle);

	if (rwf_flags & (RWF_DSYNC | RWF_SYNC) || (is_known && *is_known & KNOWN_DSYNC))
		dx_log_extents(w, handle);
}

/*
 * What is drained was stored through MAP_SYNC, maybe through a handle that is closed
 * by now: another of the same file can tell where it lies.
 */
void dx_log_drain_extents(struct dx_worker *w)
{
	const struct dx_rec *drain = last_record(w);

	if (drain && known->map_sync)
		add_extents_of_all(w, drain);
}

/* Its extents are on the second device of an XFS. Asked once: who made it has decided. */
static bool is_realtime(int fd)
{
	struct fsxattr attr;

	return !ioctl(fd, FS_IOC_FSGETXATTR, &attr) && attr.fsx_xflags & FS_XFLAG_REALTIME;
}

/* Asked once: a system call that a workload did not make would be in its way. */
static pid_t this_process(void)
{
	if (!touched[1])
		touched[1] = (uint32_t)getpid();
	return (pid_t)touched[1];
}

void dx_log_track(struct dx_worker *w, const struct dx_file *f, int open_flags)
{
	volatile unsigned char *is_known = known_of(f->id);

	(void)w;
	if (!is_known)
		return;
	*tracked_slot(f->id) = f->fd + 1;
	known->opener[f->id >> DX_HANDLE_BITS][f->id % DX_LOG_HANDLES] = this_process();
	known->fd[f->id >> DX_HANDLE_BITS][f->id % DX_LOG_HANDLES] = f->fd;
	known->highest[f->id >> DX_HANDLE_BITS] = f->id % DX_LOG_HANDLES;
	/* O_SYNC holds the bit of O_DSYNC. */
	*is_known = (unsigned char)(KNOWN_OPEN | (open_flags & O_DSYNC ? KNOWN_DSYNC : 0) |
				    (is_realtime(f->fd) ? KNOWN_REALTIME : 0));
}

void dx_log_track_map(struct dx_worker *w, const struct dx_map *m)
{
	volatile unsigned char *is_known = known_of(m->file);

	if (is_known && *is_known && (m->flags & DX_MAP_SYNC || w->dx->device.align))
		known->map_sync = true;
}

void dx_log_untrack(struct dx_worker *w, const struct dx_file *f)
{
	volatile unsigned char *is_known = known_of(f->id);

	(void)w;
	if (!is_known)
		return;
	*is_known = 0;
	*tracked_slot(f->id) = 0;
}

/* ---- what is stored ---- */

uint64_t dx_log_generation(struct dx_worker *w)
{
	/* Past the last one the log is full (runs_over()): what wraps here is in no record. */
	w->generation++;
	return (w->generation % DX_LOG_GENERATIONS) << 4 | w->id % DX_LOG_WORKERS;
}

void dx_log_pattern(struct dx_worker *w, uint32_t file, uint64_t offset, void *buf, uint64_t len,
		    uint64_t generation)
{
	uint64_t seed = w->dx->seed;
	unsigned char *p = buf;

	for (uint64_t i = 0; i < len;) {
		if ((offset + i) % 8 == 0 && len - i >= 8) {
			uint64_t word = dx_pattern64(seed, file, offset + i, generation);

			memcpy(p + i, &word, sizeof(word));
			i += 8;
		} else {
			p[i] = dx_pattern8(seed, file, offset + i, generation);
			i++;
		}
	}
}
