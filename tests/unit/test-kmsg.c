// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What of the kernel's log is told of a recovery. Caught: damage that is not told since it
 * is told below a warning, and clean mounts that are told. Records as kernels 6.1 and 6.12
 * gave them.
 */
#include "bench/recover/kmsg.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static const char *news(const char *record)
{
	static char copy[512];

	snprintf(copy, sizeof(copy), "%s", record);
	return kmsg_news(copy);
}

Test(kmsg, warnings_and_worse)
{
	cr_expect_str_eq(news("4,312,5140900,-;EXT4-fs (pmem0): unsupported inode size: 257\n"
			      " SUBSYSTEM=block\n DEVICE=b259:0\n"),
			 "EXT4-fs (pmem0): unsupported inode size: 257");
	cr_expect_not_null(news("1,9,1,-;XFS (pmem0): Unmount and run xfs_repair\n"));
	cr_expect_not_null(news("0,9,1,-;Kernel panic - not syncing\n"));
	cr_expect_not_null(news("12,9,1,-;a program's warning\n"), "facility 1, level 4");
}

Test(kmsg, what_is_said_of_course)
{
	cr_expect_null(news("5,10,1,-;XFS (pmem0): Mounting V5 Filesystem\n"));
	cr_expect_null(news("6,10,1,-;EXT4-fs (pmem0): recovery complete\n"));
	cr_expect_null(news("14,10,1,-;a program's information\n"), "facility 1, level 6");
	cr_expect_null(news("4,10,1,-;XFS (pmem0): DAX enabled. Warning: EXPERIMENTAL, use at "
			    "your own risk\n"));
}

/* A guest that was not given the CPU says so; that is nothing of the file system's. */
Test(kmsg, what_a_starved_guest_says)
{
	cr_expect_null(news("4,1,1,-;TSC found unstable after boot, most likely due to broken "
			    "BIOS. Use 'tsc=unstable'.\n"));
	cr_expect_null(news("4,1,1,-;clocksource: timekeeping watchdog on CPU0: Marking "
			    "clocksource 'tsc' as unstable because the skew is too large:\n"));
	cr_expect_null(news("4,1,1,-;NOHZ tick-stop error: Non-RCU local softirq work is "
			    "pending, handler #08!!!\n"));
	cr_expect_null(news("4,1,1,-;workqueue: drain_vmap_area_work hogged CPU for >10000us 4 "
			    "times, consider switching to WQ_UNBOUND\n"));
	cr_expect_not_null(news("4,1,1,-;tsc: a word that nobody has read\n"));
}

Test(kmsg, words_of_damage_at_any_level)
{
	static const char *const bad[] = {
		"6,1,1,-;XFS: Internal error foo at line 3\n",
		"6,1,1,-;corrupt inode\n",
		"7,1,1,-;I/O error\n",
		"6,1,1,-;BUG: it is\n",
		"6,1,1,-;WARNING: CPU: 0\n",
		"6,1,1,-;Call Trace:\n",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_expect_not_null(news(bad[i]), "%s", bad[i]);
}

Test(kmsg, no_record)
{
	cr_expect_null(news(""));
	cr_expect_null(news("4,1,1,-"));
	cr_expect_str_eq(news("4,1,1,-;"), "");
}
