// SPDX-License-Identifier: GPL-2.0-or-later
/* What an fsck found: caught are a finding that is lost, and phases that hide it. */
#include "bench/recover/fsck_text.h"

#include <criterion/criterion.h>
#include <stdio.h>

static void expect(const char *said, const char *found)
{
	char text[1024];

	snprintf(text, sizeof(text), "%s", said);
	fsck_text_findings(text);
	cr_expect_str_eq(text, found);
}

Test(fsck_text, xfs_repair)
{
	expect("Phase 1 - find and verify superblock...\n"
	       "        - reporting progress in intervals of 15 minutes\n"
	       "Phase 2 - using internal log\n"
	       "sb_fdblocks 126, counted 127\n"
	       "        - agno = 0\n"
	       "would have reset inode 131 nlinks from 1 to 2\n"
	       "No modify flag set, skipping filesystem flush and exiting.\n",
	       "sb_fdblocks 126, counted 127\n"
	       "would have reset inode 131 nlinks from 1 to 2\n");
}

Test(fsck_text, e2fsck)
{
	expect("e2fsck 1.47.0 (5-Feb-2023)\n"
	       "Pass 1: Checking inodes, blocks, and sizes\n"
	       "Pass 2: Checking directory structure\n"
	       "Entry 'a' in / (2) has deleted/unused inode 12.  Clear? no\n"
	       "\n"
	       "/dev/pmem0: ********** WARNING: Filesystem still has errors **********",
	       "Entry 'a' in / (2) has deleted/unused inode 12.  Clear? no\n"
	       "/dev/pmem0: ********** WARNING: Filesystem still has errors **********");
}

Test(fsck_text, nothing_but_phases_is_better_than_nothing)
{
	expect("Phase 1 - find\n        - agno = 0\n", "Phase 1 - find\n        - agno = 0\n");
	expect("", "");
	expect("\n", "\n");
}

Test(fsck_text, no_end_of_line)
{
	expect("bad magic", "bad magic");
	expect("Pass 1\nbad", "bad");
	expect("bad\nPass 1", "bad\n");
}
