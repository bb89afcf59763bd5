// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/machine_counts.h"
#include "bench/check/kallsyms.h"
#include "bench/functions.h"
#include "bench/target/log_device.h"
#include "daxbench/oplog.h"
#include "daxbench/workload.h"
#include "lib/cleanup.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

/* What the answers take of the device, behind its first huge page those of functions. */
#define PROFILE_OFFSET DX_PMD
#define PROFILE_BYTES  (8ULL << 20)
#define PROFILE_ROOM                                                                               \
	((PROFILE_BYTES - sizeof(struct dx_trace_profile)) / sizeof(struct dx_trace_executed))
#define MAPPED (PROFILE_OFFSET + PROFILE_BYTES)

struct machine_counts {
	struct log_device device;
	volatile struct dx_trace_counts *at;
	struct symbols *names; /* NULL: functions are not told apart */
};

static int read_names(struct symbols **ret, struct err *e)
{
	AUTO_FREE char *text = NULL;
	size_t len;
	int r = kallsyms_text(&text, &len, e);

	return r ? r : symbols_parse(ret, text, len, "/proc/kallsyms", e);
}

int machine_counts_open(struct machine_counts **ret, bool functions, struct err *e)
{
	struct machine_counts *m = calloc(1, sizeof(*m));
	struct dx_trace_counts first;
	void *at;
	int r;

	if (!m)
		return err_sys(e, -ENOMEM, "counts", "begin");
	r = log_device_open_nvdimm(&m->device, e);
	if (r) {
		free(m);
		return r;
	}
	at = mmap(NULL, MAPPED, PROT_READ | PROT_WRITE, MAP_SHARED, m->device.fd, 0);
	m->at = at == MAP_FAILED ? NULL : at;
	if (m->at) {
		m->at->fills = 0;
		machine_counts_read(m, &first);
	}
	if (!m->at || !first.fills) {
		r = m->at ? err_set(e, -ENXIO, "counts", "the emulator does not answer")
			  : err_sys(e, -errno, "counts", "mmap");
		machine_counts_close(m);
		return r;
	}
	r = functions ? read_names(&m->names, e) : 0;
	if (r)
		machine_counts_close(m);
	else
		*ret = m;
	return r;
}

void machine_counts_close(struct machine_counts *m)
{
	if (!m)
		return;
	if (m->at)
		munmap((void *)m->at, MAPPED);
	symbols_close(m->names);
	log_device_close(&m->device);
	free(m);
}

void machine_counts_read(struct machine_counts *m, struct dx_trace_counts *ret)
{
	/* A child begins without the page tables of a shared mapping: the plugin needs them. */
	(void)m->at->fills;
	dx_mark(0, (uintptr_t)m->at, DX_MARK_COUNTS);
	*ret = *(const struct dx_trace_counts *)(uintptr_t)m->at;
}

bool machine_counts_has_functions(const struct machine_counts *m)
{
	return m->names;
}

static volatile struct dx_trace_profile *profile_of(const struct machine_counts *m)
{
	return (volatile void *)((uintptr_t)m->at + PROFILE_OFFSET);
}

void machine_counts_begin_functions(struct machine_counts *m)
{
	/* As for counts; and so that the page fault is in no profile. */
	profile_of(m)->fills = 0;
	dx_mark(0, 0, DX_MARK_PROFILE_BEGIN);
}

void machine_counts_end_functions(struct machine_counts *m)
{
	dx_mark(PROFILE_ROOM, (uintptr_t)profile_of(m), DX_MARK_PROFILE);
}

int machine_counts_functions(struct machine_counts *m, uint64_t ops, json_t **ret, struct err *e)
{
	volatile struct dx_trace_profile *at = profile_of(m);

	if (at->fills != 1)
		return err_set(e, -ENXIO, "functions", "the emulator does not answer");
	return functions_describe((const struct dx_trace_profile *)(uintptr_t)at, PROFILE_ROOM, ops,
				  m->names, ret, e);
}

void machine_counts_between(const struct dx_trace_counts *before,
			    const struct dx_trace_counts *after, struct dx_trace_counts *ret)
{
	ret->fills = after->fills - before->fills;
	ret->instructions = after->instructions - before->instructions;
	ret->stores = after->stores - before->stores;
	ret->lines_written_back = after->lines_written_back - before->lines_written_back;
	ret->lines_stored_nt = after->lines_stored_nt - before->lines_stored_nt;
	ret->fences = after->fences - before->fences;
}
