// SPDX-License-Identifier: GPL-2.0-or-later
/* Catches figures of two machines, or of two things, that are taken for comparable. */
#include "tests/unit/compare-fixture.h"

TestSuite(compare_machine, .fini = release_made);

static char why[480];

/* Of two sets that differ in one member of the environment, as a path of names. */
static const char *refusal(const char *unit, const char *object, const char *member, json_t *value)
{
	json_t *a = make_set(unit), *b = make_set(unit);
	json_t *environment = json_object_get(b, "environment");

	json_object_set_new(object ? json_object_get(environment, object) : environment, member,
			    value);
	why[0] = '\0';
	compare_refuses_sets(read_set(a), read_set(b), why, sizeof(why));
	return why;
}

Test(compare_machine, the_same)
{
	cr_assert_not(compare_refuses_sets(read_set(make_set(COUNTS)), read_set(make_set(COUNTS)),
					   why, sizeof(why)));
}

/* What a kernel is free to have otherwise. */
Test(compare_machine, the_kernel_may_differ)
{
	cr_assert_str_eq(refusal(COUNTS, "kernel", "release", json_string("6.1")), "");
	cr_assert_str_eq(refusal(COUNTS, "kernel", "config_hash", json_string("1")), "");
	cr_assert_str_eq(refusal(COUNTS, NULL, "memory_bytes", json_integer((1 << 30) - 4096)), "");
}

Test(compare_machine, each_that_matters)
{
	cr_assert_str_eq(refusal(COUNTS, "emulation", "qemu", json_string("7.2.9")),
			 "QEMU: 10.0.2 against 7.2.9");
	cr_assert_str_eq(refusal(COUNTS, "emulation", "deterministic", json_false()),
			 "deterministic: yes against no");
	cr_assert_str_eq(refusal(TIMES, "emulation", "accel", json_string("kvm")),
			 "accelerator: tcg against kvm");
	cr_assert_str_eq(refusal(TIMES, "emulation", "flush", json_string("clflush")),
			 "lines written back with: none against clflush");
	cr_assert_str_eq(refusal(TIMES, "emulation", "nvdimm_bytes", json_pack("[i]", 7)),
			 "sizes of the NVDIMMs: none against [7]");
	cr_assert_str_eq(refusal(TIMES, NULL, "emulation", json_null()),
			 "emulated: yes against no");
	cr_assert_str_eq(refusal(TIMES, "cpu", "model", json_string("Xeon")),
			 "CPU: TCG against Xeon");
	cr_assert_str_eq(refusal(TIMES, "cpu", "flags", json_pack("[s, s]", "clwb", "erms")),
			 "flags of the CPU: [\"clwb\"] against [\"clwb\",\"erms\"]");
	cr_assert_str_eq(refusal(TIMES, "cpu", "online", json_integer(2)), "CPUs: 1 against 2");
	cr_assert_str_eq(refusal(TIMES, NULL, "memory_bytes", json_integer(1 << 29)),
			 "memory: 1073741824 against 536870912");
	cr_assert_str_eq(refusal(TIMES, NULL, "daxbench", json_string("v2")),
			 "version of daxbench and its workloads: v1 against v2");
}

Test(compare_machine, seeds)
{
	json_t *b = make_set(COUNTS);

	json_object_set_new(b, "seed", json_integer(2));
	cr_assert(compare_refuses_sets(read_set(make_set(COUNTS)), read_set(b), why, sizeof(why)));
	cr_assert_str_eq(why, "seed: 1 against 2");
}

/* The first thing to be said of counts and times, whatever else differs. */
Test(compare_machine, units)
{
	json_t *a = make_set(COUNTS), *b = make_set(TIMES);

	add_cell(a, "w", COUNTS, 1);
	add_cell(b, "w", TIMES, 1);
	cr_assert(compare_refuses_sets(read_set(a), read_set(b), why, sizeof(why)));
	cr_assert_str_eq(why, "units: insn against ns");
}

Test(compare_machine, a_check_has_no_figures)
{
	json_t *b = make_set(COUNTS);

	json_object_set_new(add_cell(b, "w", COUNTS, 1), "lens", json_string("check"));
	cr_assert(compare_refuses_sets(read_set(make_set(COUNTS)), read_set(b), why, sizeof(why)));
	cr_assert_not_null(strstr(why, "daxbench check"), "%s", why);
}

/* Of two cells that differ in one member. */
static const char *refused_cell(const char *member, json_t *value)
{
	json_t *a = make_set(COUNTS), *b = make_set(COUNTS);
	json_t *target = json_pack("{s:s, s:s}", "mkfs", "mkfs.ext4 -b 4096", "device", "pmem0");
	json_t *cell = add_cell(b, "w", COUNTS, 1);

	json_object_set_new(add_cell(a, "w", COUNTS, 1), "target", target);
	json_object_set(cell, "target", target);
	json_object_set_new(cell, member, value);
	why[0] = '\0';
	compare_refuses_cells(&read_set(a)->cells[0], &read_set(b)->cells[0], why, sizeof(why));
	return why;
}

Test(compare_machine, cells)
{
	cr_assert_str_eq(refused_cell("kernel", json_string("6.1")), "");
	cr_assert_str_eq(refused_cell("unit", json_string("ns")), "units: insn against ns");
	cr_assert_str_eq(refused_cell("mode", json_string("pagecache")),
			 "mode: dax against pagecache");
	cr_assert_str_eq(refused_cell("driver", json_string("ext2")), "driver: ext4 against ext2");
	cr_assert_str_eq(refused_cell("op", json_string("msync")),
			 "operation: store against msync");
	cr_assert_str_eq(refused_cell("params", json_pack("{s:i}", "pages", 1)),
			 "parameters: {} against {\"pages\":1}");
	cr_assert_str_eq(refused_cell("target", json_pack("{s:s}", "mkfs", "mkfs.ext4 -b 1024")),
			 "mkfs: \"mkfs.ext4 -b 4096\" against \"mkfs.ext4 -b 1024\"");
	cr_assert_str_eq(refused_cell("target", json_pack("{s:s, s:s}", "mkfs", "mkfs.ext4 -b 4096",
							  "device", "pmem1")),
			 "", "the device has another name");
}
