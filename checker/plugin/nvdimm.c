// SPDX-License-Identifier: GPL-2.0-or-later
#include "checker/plugin/nvdimm.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE 4096ULL

static const unsigned char zero_page[PAGE];

int nvdimm_map(const struct nvdimm *n, int protection, unsigned char **ret)
{
	int fd = open(n->file, (protection & PROT_WRITE ? O_RDWR : O_RDONLY) | O_CLOEXEC);
	void *at;
	int r = 0;

	if (fd < 0)
		return -errno;
	at = mmap(NULL, n->size, protection, MAP_SHARED, fd, 0);
	if (at == MAP_FAILED)
		r = -errno;
	else
		*ret = at;
	close(fd);
	return r;
}

static void record_pages(const struct nvdimm *n, const unsigned char *at, uint64_t from,
			 uint64_t to, struct trace_writer *w)
{
	for (uint64_t page = from & ~(PAGE - 1); page < to; page += PAGE) {
		struct dx_trace_rec rec = { .kind = DX_TRACE_IMAGE,
					    .length = PAGE,
					    .addr = n->base + page };

		if (memcmp(at + page, zero_page, PAGE) != 0)
			trace_writer_extra(w, &rec, at + page);
	}
}

/* Where a sparse file holds anything. */
static int record_data(const struct nvdimm *n, const unsigned char *at, int fd,
		       struct trace_writer *w)
{
	off_t from = 0, to;

	while ((from = lseek(fd, from, SEEK_DATA)) >= 0 && (uint64_t)from < n->size) {
		to = lseek(fd, from, SEEK_HOLE);
		if (to < 0)
			return -errno;
		if ((uint64_t)to > n->size)
			to = (off_t)n->size;
		record_pages(n, at, (uint64_t)from, (uint64_t)to, w);
		from = to;
	}
	return from < 0 && errno != ENXIO ? -errno : 0; /* ENXIO: no data behind it */
}

int nvdimm_record(const struct nvdimm *n, struct trace_writer *w)
{
	int fd = open(n->file, O_RDONLY | O_CLOEXEC), r;
	unsigned char *at;

	if (fd < 0)
		return -errno;
	r = nvdimm_map(n, PROT_READ, &at);
	if (!r) {
		r = record_data(n, at, fd, w);
		munmap(at, n->size);
	}
	close(fd);
	return r;
}
