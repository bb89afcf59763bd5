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
 * A new JSON object: kernel release and version, config hash (of
 * /proc/config.gz or /boot/config-RELEASE; null if neither), command line,
 * cpu model, flags that matter (clwb clflushopt clflush erms fsrm
 * hypervisor), cpus online, SMT, governor, NUMA nodes, memory, mitigations
 * (/sys/devices/system/cpu/vulnerabilities), load, steal, page size, THP
 * setting, daxbench's git version. With @deterministic, what changes from run
 * to run (load, steal) is null. Never fails for a missing file: the member is
 * null. NULL only without memory.
 */
json_t *env_describe(bool deterministic);

/*
 * What a reader must know before believing the figures: an array of strings,
 * empty on a quiet machine. "governor is powersave on 8 of 8 CPUs", "load
 * average 3.2 on 2 CPUs", "steal time 4.1 % in the last second", "SMT is on",
 * "emulated CPU (TCG): times are the emulator's". @numa_node: of the device,
 * -1 if not known: warns where we are pinned elsewhere.
 */
json_t *env_warnings(bool deterministic, int numa_node);

/*
 * Pins the calling thread to one CPU: of @numa_node if that is not -1, the
 * highest allowed (interrupts favour the lowest). @ret_cpu may be NULL.
 */
int env_pin(int numa_node, int *ret_cpu, struct err *e);

#endif
