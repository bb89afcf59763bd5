/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an input of fuzz-linecheck begins with, and what its run takes for given. */
#ifndef TESTS_FUZZ_FUZZ_LINECHECK_H
#define TESTS_FUZZ_FUZZ_LINECHECK_H

#include <stdint.h>

/* The NVDIMM and the seed of tests/unit/checker-fixture.h, whose runs are the corpus. */
#define FUZZ_LINECHECK_BASE 0x100000000ULL
#define FUZZ_LINECHECK_SIZE (16ULL << 20)
#define FUZZ_LINECHECK_SEED 11

struct fuzz_linecheck_head {
	uint8_t mode;  /* enum persist_mode */
	uint8_t marks; /* not 0: the marks are made of the log, the input has none */
	uint8_t full;  /* enum dx_log_full of the first area */
	uint8_t pad;
	uint32_t records; /* of the log, behind this */
};

#endif
