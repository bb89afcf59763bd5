/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The machine that a figure was measured on, and what makes it untrustworthy.
 */
#ifndef BENCH_ENV_H
#define BENCH_ENV_H

#include <jansson.h>
#include <stdbool.h>

#include "lib/err.h"

/*
 * A new JSON object: kernel release and version, config hash (of what the host
 * booted us from, or of /boot/config-RELEASE; null if neither is known), command
 * line, cpu model, flags that matter (clwb clflushopt clflush erms fsrm
 * hypervisor), cpus online, SMT, governor, memory, mitigations
 * (/sys/devices/system/cpu/vulnerabilities), load, steal since boot in per cent,
 * page size, THP setting,
 * daxbench's git version, what the guest is emulated by. With @deterministic,
 * what changes from run to run (load, steal) is null. Never fails for a missing file: the member is
 * null. NULL only without memory.
 */
json_t *env_describe(bool deterministic);

/*
 * What a reader must know before believing the figures: an array of strings,
 * empty on a quiet machine. "the governor is not "performance" on 8 of 8 CPUs",
 * "load average 3.2 on 2 CPUs", "SMT is on: ...", "steal time since boot 4.1 %".
 */
json_t *env_warnings(bool deterministic);

/*
 * Pins the calling thread to one CPU: of @numa_node if that is not -1, the
 * highest allowed (interrupts favour the lowest). @ret_cpu: which. @ret_far: no
 * CPU of that node is allowed, so it is one of another. Both may be NULL.
 */
int env_pin(int numa_node, int *ret_cpu, bool *ret_far, struct err *e);

#endif
