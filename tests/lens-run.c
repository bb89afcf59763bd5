// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One sample of a workload through one lens, for tests/lens.sh to watch:
 *
 *	lens-run bench|check WORKLOAD DIRECTORY
 *
 * Two system calls that fail, close(-77) and close(-78), stand before prepare()
 * and behind finish(): what lies between them is the workload's. Nothing is
 * asked of the file system, so workloads for DAX run here too, without it; where
 * there is no MAP_SYNC they map without, by a mmap() of ours (ld --wrap=mmap). What
 * needs a device is given a file of that name.
 */
#define DX_LENS_CHECK
#include "checker/log/oplog_write.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#define LOG_SIZE (DX_LOG_HEADER + DX_LOG_WORKERS * 64 * DX_PAGE)
#define OPS	 8
#define DEVICE	 (64 * DX_PMD)

extern const struct dx_workload *const __start_dx_bench[], *const __stop_dx_bench[];
extern const struct dx_workload *const __start_dx_check[], *const __stop_dx_check[];

void *__real_mmap(void *at, size_t len, int prot, int how, int fd, off_t off);
void *__wrap_mmap(void *at, size_t len, int prot, int how, int fd, off_t off);

/* Where a reservation is asked for: how much of it is given back must not hang on chance. */
static void *reserve_at(size_t len)
{
	static uintptr_t next = 0x600000000000;

	return (void *)__atomic_fetch_add(&next, (len / DX_PMD + 2) * DX_PMD, __ATOMIC_RELAXED);
}

void *__wrap_mmap(void *at, size_t len, int prot, int how, int fd, off_t off)
{
	void *p;

	if (!at && how & MAP_NORESERVE)
		at = reserve_at(len);
	p = __real_mmap(at, len, prot, how, fd, off);
	if (p == MAP_FAILED && errno == EOPNOTSUPP && how & MAP_SYNC)
		p = __real_mmap(at, len, prot, how & ~MAP_SYNC, fd, off);
	return p;
}

static const struct dx_workload *find(const struct dx_workload *const *from,
				      const struct dx_workload *const *to, const char *name)
{
	for (; from < to; from++)
		if (!strcmp((*from)->name, name))
			return *from;
	return NULL;
}

static void *share(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

static int make_device(struct dx *dx)
{
	int fd = openat(dx->root, DX_DEVICE, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	int r = fd < 0 || ftruncate(fd, DEVICE) ? -errno : 0;

	dx->device = (struct dx_device){ .size = DEVICE };
	if (dx->workload->needs & DX_NEED_DEVDAX)
		dx->device.align = DX_PMD;
	if (dx->workload->needs & DX_NEED_DEVDAX_4K)
		dx->device.align = DX_PAGE;
	if (fd >= 0)
		close(fd);
	return r;
}

static int set_up(struct dx *dx, const struct dx_workload *w, const char *dir)
{
	unsigned char *buffers = share(DX_LOG_WORKERS * DX_PMD);

	dx->workload = w;
	dx->seed = 1;
	dx->n = w->max_ops && w->max_ops < OPS ? w->max_ops : OPS;
	dx->root = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	dx->priv = share(w->priv_size + 1);
	dx->worker = share(DX_LOG_WORKERS * sizeof(*dx->worker));
	dx->workers = 1;
	if (!buffers || !dx->worker || !dx->priv || dx->root < 0)
		return -errno;
	for (size_t i = 0; i < DX_MAX_PARAMS; i++)
		dx->values[i] = w->params[i].def;
	for (uint32_t i = 0; i < DX_LOG_WORKERS; i++) {
		dx->worker[i] = (struct dx_worker){
			.dx = dx, .id = i, .buf = buffers + i * DX_PMD, .buf_size = DX_PMD
		};
		dx->worker[i].buf[0] = 1;
	}
	return w->needs & (DX_NEED_RAW | DX_NEED_DEVDAX | DX_NEED_DEVDAX_4K) ? make_device(dx) : 0;
}

static int attach_log(struct dx *dx)
{
	static const struct oplog_about about = { .workload = "lens" };
	void *log = share(LOG_SIZE);
	int r = log ? oplog_create(log, LOG_SIZE, &about) : -errno;

	return r ? r : oplog_attach(log, dx);
}

static int sample(struct dx *dx)
{
	struct dx_worker *w = &dx->worker[0];
	int r = 0;

	close(-77);
	if (dx->workload->prepare)
		r = dx->workload->prepare(dx, w, dx->n);
	if (!r)
		r = dx->workload->run(dx, w, dx->n);
	if (dx->workload->finish)
		dx->workload->finish(dx, w);
	close(-78);
	return r;
}

int main(int argc, char **argv)
{
	bool check = argc > 1 && !strcmp(argv[1], "check");
	const struct dx_workload *w;
	static struct dx dx;
	int r;

	if (argc != 4)
		return 2;
	w = check ? find(__start_dx_check, __stop_dx_check, argv[2])
		  : find(__start_dx_bench, __stop_dx_bench, argv[2]);
	if (!w)
		return 2;
	r = set_up(&dx, w, argv[3]);
	if (!r && check)
		r = attach_log(&dx);
	if (!r)
		r = sample(&dx);
	if (r)
		fprintf(stderr, "%s: %s\n", argv[2], strerror(-r));
	return r != 0;
}
