/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the check lens writes its operation log: in our guest the third NVDIMM,
 * as device-dax, whose backing file on the host is the log whatever becomes of
 * the guest; elsewhere memory of ours, which outlives the workload's process.
 */
#ifndef BENCH_TARGET_LOG_DEVICE_H
#define BENCH_TARGET_LOG_DEVICE_H

#include "bench/target/guard.h"
#include "lib/err.h"

struct log_device {
	int fd; /* to be mapped from offset 0 */
	uint64_t size;
	struct guard_claim claim; /* of the NVDIMM; with memory: unused */
	bool is_nvdimm;
};

/* In our guest only. */
int log_device_open_nvdimm(struct log_device *ret, struct err *e);

int log_device_open_memory(struct log_device *ret, struct err *e);

void log_device_close(struct log_device *d);

#endif
