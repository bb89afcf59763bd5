/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What NVDIMMs hold, by their backing files, which QEMU has mapped as well. Needs no QEMU. */
#ifndef CHECKER_PLUGIN_NVDIMM_H
#define CHECKER_PLUGIN_NVDIMM_H

#include <stdint.h>

#include "checker/trace/trace_write.h"

struct nvdimm {
	uint64_t base, size; /* guest-physical; bytes */
	const char *file;
};

/* All of its file. @protection: PROT_READ, or with PROT_WRITE. -errno. */
int nvdimm_map(const struct nvdimm *n, int protection, unsigned char **ret);

/* An IMAGE record for each page that is not zero. -errno: pages may be missing. */
int nvdimm_record(const struct nvdimm *n, struct trace_writer *w);

#endif
