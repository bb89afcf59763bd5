// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/machine_counts.h"
#include "bench/target/log_device.h"
#include "daxbench/oplog.h"
#include "daxbench/workload.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

struct machine_counts {
	struct log_device device;
	volatile struct dx_trace_counts *at;
};

int machine_counts_open(struct machine_counts **ret, struct err *e)
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
	at = mmap(NULL, DX_PMD, PROT_READ | PROT_WRITE, MAP_SHARED, m->device.fd, 0);
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
	*ret = m;
	return 0;
}

void machine_counts_close(struct machine_counts *m)
{
	if (!m)
		return;
	if (m->at)
		munmap((void *)m->at, DX_PMD);
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
