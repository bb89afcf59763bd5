// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where the guest's memory lies. Caught are NVDIMMs that overlap or lie in the RAM, more
 * of them than the machine is told of, and a RAM that does not hold their struct pages.
 */
#include "emulate/qemu.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define GIB (1ULL << 30)

static struct emulate_job job_with(uint64_t bytes)
{
	return (struct emulate_job){ .nvdimm_bytes = { bytes, bytes } };
}

static const uint64_t sizes[] = { 0, EMULATE_MIN_NVDIMM, 640ULL << 20, 6 * GIB,
				  EMULATE_MAX_NVDIMM };

Test(qemu, nvdimms_follow_each_other_behind_the_ram)
{
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct emulate_job job = job_with(sizes[i]);

		cr_expect_eq(qemu_nvdimm_base(&job, 0), 4 * GIB);
		for (unsigned int k = 1; k < EMULATE_NVDIMMS; k++)
			cr_expect_geq(qemu_nvdimm_base(&job, k),
				      qemu_nvdimm_base(&job, k - 1) +
					      qemu_nvdimm_bytes(&job, k - 1));
		/* q35 puts RAM above 4 GiB as soon as it is 2.75 GiB. */
		cr_expect_lt(qemu_ram_mib(&job), 2816);
	}
}

Test(qemu, sizes_are_those_of_the_job)
{
	struct emulate_job usual = { 0 }, large = job_with(6 * GIB);

	cr_expect_eq(qemu_nvdimm_bytes(&usual, EMULATE_DATA), 512ULL << 20);
	cr_expect_eq(qemu_nvdimm_bytes(&large, EMULATE_DATA2), 6 * GIB);
	cr_expect_eq(qemu_nvdimm_bytes(&large, EMULATE_OPLOG), 64ULL << 20);
	cr_expect_eq(qemu_ram_mib(&usual), 1024, "figures are comparable with this only");
}

/* 64 bytes for each 4 KiB, and as much again for all else. */
Test(qemu, ram_holds_the_struct_pages)
{
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct emulate_job job = job_with(sizes[i]);
		uint64_t pmem = 0;

		for (unsigned int k = 0; k < EMULATE_NVDIMMS; k++)
			pmem += qemu_nvdimm_bytes(&job, k);
		cr_expect_geq((uint64_t)qemu_ram_mib(&job) << 20, 2 * pmem / 64);
	}
}
