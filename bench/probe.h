/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What this machine has, what will be used, and why; what is missing and the
 * package that brings it.
 */
#ifndef BENCH_PROBE_H
#define BENCH_PROBE_H

#include <jansson.h>
#include <stdbool.h>

#include "lib/err.h"

/*
 * { "schema": "daxbench-probe-1", "regions": [...] (namespace_describe),
 *   "filesystems": [ { "fs", "driver", "loaded", "dax": kernel built with it, "why" } ],
 *   "mounts": [ on pmem or with DAX: { "dir", "fs", "device", "dax" } ],
 *   "claims": [...] or null (only root can tell), "kvm": { "openable", "why" },
 *   "qemu": { "path", "version", "plugins", "plugin_registers", "why" },
 *   "guest_kernels": ["6.1", ...], "cpu": { "flush": "clwb|clflushopt|clflush|none" },
 *   "missing": [ { "what", "package", "why" } ],
 *   "choice": { "target": "emulate|device", "object", "why" } }
 * "dax" is true, false, or null where it cannot be told. A new reference.
 */
int probe_machine(json_t **ret, struct err *e);

/* ---- parts of it, for the tests ---- */

/* What a mount's options say of DAX: true, false, or null (each file for itself). */
json_t *probe_mount_dax(const char *options);

/* Does the program hold this name, whole? So for symbols that it exports to plugins. */
bool probe_exports(const char *program, const char *symbol);

/* The flush instruction for a list of CPU flags. */
const char *probe_flush(const char *flags);

#endif
