// SPDX-License-Identifier: GPL-2.0-or-later
#include "emulate/console.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static struct console c;

static void add(const char *text)
{
	console_add(&c, text, strlen(text));
}

Test(console, keeps_the_end)
{
	char line[32], buf[256];

	console_init(&c, -1);
	for (int i = 0; i < 2000; i++) {
		snprintf(line, sizeof(line), "line %d\n", i);
		add(line);
	}
	cr_assert_str_eq(console_format_end(&c, 2, buf, sizeof(buf)),
			 "\n    | line 1998\n    | line 1999");
	cr_assert_lt(strlen(c.end), sizeof(c.end));
}

Test(console, nothing_dangerous_reaches_a_terminal)
{
	console_init(&c, -1);
	add("a\033[2Jb\007\177c\td\r\n");
	cr_assert_str_eq(c.end, "a?[2Jb??c\td \n");
}

Test(console, a_panic_is_kept_whole_however_it_comes)
{
	console_init(&c, -1);
	add("[ 1.0] Kernel pa");
	add("nic - not sync");
	cr_assert_str_empty(c.panic);
	add("ing: test\nRIP: 0\n");
	cr_assert_str_eq(c.panic, "Kernel panic - not syncing: test");
}

/* What it ran into is the first that it says, whatever follows from that. */
Test(console, what_the_kernel_ran_into_is_kept)
{
	char buf[64];

	console_init(&c, -1);
	add("[ 1.0] RIP: 0010:earlier+0x1/0x2\n");
	for (int i = 0; i < 200; i++)
		add("[ 1.5] what a kernel says while all is well, of no interest to anybody\n");
	add("[ 1.9] RIP: 0010:just_before+0x1/0x2\n");
	cr_assert_str_empty(c.fault);
	add("[ 2.0] kernel BUG at fs/ino");
	add("de.c:674!\r\n[ 2.1] Oops: invalid opcode: 0000\n[ 2.2] RIP: "
	    "0010:clear_inode+0x68/0x80\n");
	add("[ 2.3] BUG: scheduling while atomic\n[ 2.4] RIP: 0010:later+0x1/0x2\n");
	for (int i = 0; i < 200; i++)
		add("[ 2.5] a screen of registers that nobody reads, and stacks behind them\n");
	add("[ 3.0] Kernel panic - not syncing: Fatal exception\n");
	cr_assert_str_eq(c.fault, "kernel BUG at fs/inode.c:674!");
	cr_assert_str_eq(c.where, "RIP: 0010:clear_inode+0x68/0x80");
	cr_assert_null(strstr(console_format_end(&c, 2, buf, sizeof(buf)), "BUG"));
}

Test(console, small_buffers)
{
	char buf[12];

	console_init(&c, -1);
	add("something long\n");
	console_format_end(&c, 3, buf, sizeof(buf));
	cr_assert_lt(strlen(buf), sizeof(buf));
}
