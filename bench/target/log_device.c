// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/target/log_device.h"
#include "bench/target/namespace.h"
#include "daxbench/workload.h"
#include "emulate/emulate.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#define MEMORY_BYTES (DX_LOG_HEADER + DX_LOG_WORKERS * (1ULL << 20))

int log_device_open_nvdimm(struct log_device *ret, struct err *e)
{
	char node[64];
	int r = namespace_make(EMULATE_OPLOG, "devdax", DX_PMD, node, sizeof(node), e);

	if (!r)
		r = guard_device(node, &ret->claim, e);
	if (r)
		return r;
	ret->size = ret->claim.id.size;
	ret->is_nvdimm = true;
	ret->fd = open(node, O_RDWR | O_CLOEXEC);
	if (ret->fd < 0) {
		r = err_sys(e, -errno, node, "open for the operation log");
		guard_release(&ret->claim);
	}
	return r;
}

int log_device_open_memory(struct log_device *ret, struct err *e)
{
	ret->is_nvdimm = false;
	ret->size = MEMORY_BYTES;
	ret->fd = memfd_create("daxbench-oplog", MFD_CLOEXEC);
	if (ret->fd < 0)
		return err_sys(e, -errno, "operation log", "memfd_create");
	/* All of it now: a store to a page for which there is no room would be SIGBUS. */
	if (!fallocate(ret->fd, 0, 0, MEMORY_BYTES))
		return 0;
	err_sys(e, -errno, "operation log", "reserve memory");
	close(ret->fd);
	return e->code;
}

void log_device_close(struct log_device *d)
{
	close(d->fd);
	if (d->is_nvdimm)
		guard_release(&d->claim);
}
