// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Operation lists: what is written is read back as the same, and what could do
 * harm when it is run, or means nothing, is refused with its line. Caught is a
 * parser that takes a word for what it is not, or a judge that lets an access
 * out of its mapping or a name out of the directory.
 */
#define DX_LENS_CHECK
#include "checker/list/oplist.h"
#include "daxbench/workload.h"
#include "tests/unit/oplist-fixture.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static struct err e;

static int parse(const char *text, struct oplist *list)
{
	*list = (struct oplist){ 0 };
	e = (struct err){ 0 };
	return oplist_parse(list, text, strlen(text), "list", &e);
}

/* Is printed as it is written here. */
static void expect_same(const char *text)
{
	struct oplist list;
	char *printed;

	cr_assert_eq(parse(text, &list), 0, "%s", e.what);
	printed = print(&list);
	cr_expect_str_eq(printed, text);
	free(printed);
	oplist_release(&list);
}

static void expect_refused(const char *text, const char *says)
{
	struct oplist list;

	cr_assert_eq(parse(text, &list), -EINVAL, "taken: %s", text);
	cr_expect_null(list.op);
	cr_expect(strstr(e.what, says), "\"%s\", want: %s", e.what, says);
}

Test(oplist, each_operation_is_read_back)
{
	expect_same("mkdir \"dir\"\n"
		    "open f0 \"dir/a file\" O_RDWR|O_CREAT\n"
		    "@3 open f1023 \"b\" O_RDONLY\n"
		    "truncate f0 8192\n"
		    "fallocate f0 KEEP_SIZE|PUNCH_HOLE 4096 8192\n"
		    "fallocate f0 0 0 1\n"
		    "write f0 0 4096\n"
		    "write f0 1 2097152 RWF_DSYNC\n"
		    "writev f0 3 100\n"
		    "read f0 0 10\n"
		    "reflink f0 f0 0 4096 8192\n"
		    "map m7 f0 4096 8192 read|write|sync|pte\n"
		    "store m7 8191 1\n"
		    "store-bytes m7 61 6\n"
		    "store-unaligned m7 8184 8\n"
		    "load m7 8184 8\n"
		    "fill m7 0 8192\n"
		    "copy m7 1 8191\n"
		    "copy-nt m7 64 128\n"
		    "msync m7 0 4096\n"
		    "msync m7 0 999999 MS_ASYNC\n"
		    "flush m7 0 64 clwb\n"
		    "flush m7 0 64 clflush\n"
		    "drain\n"
		    "fsync f0\nfdatasync f0\nsyncfs f0\nsync\n"
		    "sync-file-range f0 0 4096 WAIT_BEFORE|WRITE|WAIT_AFTER\n"
		    "map m6 f0 0 4096 read|sync\n"
		    "flush m6 0 64 clwb\n"
		    "rely m6 0 64\n"
		    "populate m6 0 4096 read\n"
		    "populate m7 4096 4096 write\n"
		    "chmod f0 0640\n"
		    "chmod f0 0\n"
		    "setxattr f0 7 3840\n"
		    "removexattr f0 7\n"
		    "unmap m6\n"
		    "close f0\n"
		    "store m7 0 8\n"
		    "unmap m7\n"
		    "rename \"a\" \"b\"\n"
		    "rename \"a\" \"b\" RENAME_EXCHANGE\n"
		    "link \"b\" \"c\"\nsymlink \"b\" \"d\"\nunlink \"d\"\nrmdir \"dir\"\n"
		    "remount ro\nremount rw\numount\nmkfs\nmount\ndrop-caches\n"
		    "pass-time 6000\n");
}

Test(oplist, arguments_are_those_of_the_log)
{
	struct oplist list;
	const struct dx_list_op *op;

	cr_assert_eq(parse("open f3 \"x\" O_RDWR # a comment\r\n\n  # another\n"
			   "@2 open f1 \"\\x41\\\\\\\"#\" 0x42\n"
			   "\tmap m2 f3 4K 2M 0x23\n"
			   "msync m2 0 4096#\n",
			   &list),
		     0, "%s", e.what);
	cr_assert_eq(list.n, 4);
	op = list.op;
	cr_expect_eq(op[0].op, DX_OP_OPEN);
	cr_expect_eq(op[0].slot, 3);
	cr_expect_eq(op[0].arg[0], O_RDWR);
	cr_expect_eq(op[0].arg[1], 0644);
	cr_expect_eq(op[0].worker, 0);
	cr_expect_str_eq(op[0].text[0], "x");
	cr_expect_eq(op[1].worker, 2);
	cr_expect_str_eq(op[1].text[0], "A\\\"#");
	cr_expect_eq(op[1].arg[0], O_RDWR | O_CREAT);
	cr_expect_eq(op[2].slot, 2);
	cr_expect_eq(op[2].arg[0], 3);
	cr_expect_eq(op[2].arg[1], 4096);
	cr_expect_eq(op[2].arg[2], 2 << 20);
	cr_expect_eq(op[2].arg[3], DX_MAP_READ | DX_MAP_WRITE | DX_MAP_PTE);
	cr_expect_eq(op[3].arg[2], MS_SYNC);
	oplist_release(&list);
}

Test(oplist, an_empty_list_is_one)
{
	struct oplist list;

	cr_expect_eq(parse("", &list), 0);
	cr_expect_eq(list.n, 0);
	cr_expect_eq(parse("# nothing\n\n", &list), 0);
	cr_expect_eq(list.n, 0);
	oplist_release(&list);
}

/* Names may hold any byte but 0. */
Test(oplist, odd_names_are_read_back)
{
	char name[256];
	struct dx_list_op op = { .op = DX_OP_UNLINK, .text = { name } };
	struct oplist list = { 0 }, again;
	char *text;

	for (int i = 1; i < 256; i++)
		name[i - 1] = (char)(i == '/' ? 'x' : i);
	name[255] = '\0';
	cr_assert_eq(oplist_add(&list, &op), 0);
	text = print(&list);
	cr_assert_eq(parse(text, &again), 0, "%s", e.what);
	cr_expect_str_eq(again.op[0].text[0], name);
	free(text);
	oplist_release(&list);
	oplist_release(&again);
}

Test(oplist, wrong_words)
{
	expect_refused("sync\nno-such f1\n", "line 2: \"no-such\": no such operation");
	expect_refused("baseline\n", "no such operation");
	expect_refused("spawn 1 process\n", "no such operation");
	expect_refused("poison m0 0\n", "no such operation");
	expect_refused("@16 sync\n", "\"@16\": want @0 to @15");
	expect_refused("@ sync\n", "want @0");
	expect_refused("@1\n", "no such operation");
	expect_refused("sync now\n", "\"now\": one word too many");
	expect_refused("fsync\n", "line 1: want a file");
	expect_refused("fsync m1\n", "\"m1\": want a file");
	expect_refused("fsync f1024\n", "want a file");
	expect_refused("unmap f1\n", "want a mapping");
	expect_refused("open f1 name O_RDWR\n", "\"name\": want a name between quotes");
	expect_refused("open f1 \"name\n", "without an end");
	expect_refused("open f1 \"na\\nme\" O_RDWR\n", "escape");
	expect_refused("open f1 \"na\\x00me\" O_RDWR\n", "escape");
	expect_refused("open f1 \"name\\x4", "escape");
	expect_refused("open f1 \"name\"\n", "the flags of the open is missing");
	expect_refused("open f1 \"name\" O_RDRW\n", "\"O_RDRW\": is not the flags of a open");
	expect_refused("open f1 \"a\" O_RDWR\ntruncate f1 -1\n", "\"-1\": is not the length");
	expect_refused("remount sideways\n", "\"sideways\"");
	expect_refused("\033[2J\n", "\"?[2J\"");
}

#define FILE_AND_MAP "open f0 \"a\" O_RDWR\nmap m0 f0 0 8192 read|write\n"

Test(oplist, slots_are_filled_and_empty)
{
	expect_refused("fsync f0\n", "line 1: fsync: the file is not open");
	expect_refused("open f0 \"a\" O_RDWR\n\nopen f0 \"b\" O_RDWR\n",
		       "line 3: open: the file's");
	expect_refused("open f0 \"a\" O_RDWR\nclose f0\nclose f0\n", "line 3");
	expect_refused("open f0 \"a\" O_RDWR\n@1 fsync f0\n", "not open");
	expect_refused("open f0 \"a\" O_RDWR\nmap m0 f1 0 4096 read\n", "not open");
	expect_refused("open f0 \"a\" O_RDWR\nreflink f0 f1 0 0 4096\n", "other file is not open");
	expect_refused(FILE_AND_MAP "map m0 f0 0 4096 read\n", "line 3: map: the mapping's slot");
	expect_refused(FILE_AND_MAP "unmap m0\nload m0 0 8\n", "nothing is mapped");
	expect_refused(FILE_AND_MAP "@1 load m0 0 8\n", "nothing is mapped");
}

Test(oplist, accesses_stay_in_their_mapping)
{
	expect_refused(FILE_AND_MAP "store m0 8192 1\n", "outside its mapping");
	expect_refused(FILE_AND_MAP "store-unaligned m0 8185 8\n", "outside its mapping");
	expect_refused(FILE_AND_MAP "fill m0 8 8192\n", "outside its mapping");
	expect_refused(FILE_AND_MAP "copy m0 18446744073709551615 2\n", "outside its mapping");
	expect_refused(FILE_AND_MAP "flush m0 8192 1 clwb\n", "outside its mapping");
	expect_refused(FILE_AND_MAP "store m0 4 8\n", "multiple of its size");
	expect_refused(FILE_AND_MAP "store m0 0 3\n", "1, 2, 4 or 8");
	expect_refused(FILE_AND_MAP "store-bytes m0 0 65\n", "1 to 64");
	expect_refused(FILE_AND_MAP "store-bytes m0 0 0\n", "1 to 64");
	expect_refused(FILE_AND_MAP "store-unaligned m0 0 4\n", "of 8 bytes");
	expect_refused(FILE_AND_MAP "load m0 4 8\n", "aligned");
	expect_refused(FILE_AND_MAP "fill m0 0 12\n", "whole words");
	expect_refused(FILE_AND_MAP "populate m0 0 4095 read\n", "whole pages");
	expect_refused(FILE_AND_MAP "populate m0 4096 0 read\n", "whole pages");
	expect_refused(FILE_AND_MAP "populate m0 4096 8192 read\n", "outside its mapping");
	expect_refused(FILE_AND_MAP "flush m0 0 64 7\n", "no such instruction");
	expect_refused("open f0 \"a\" O_RDWR\nmap m0 f0 0 4096 read\nstore m0 0 8\n", "allow");
	expect_refused("open f0 \"a\" O_RDWR\nmap m0 f0 0 4096 0\nload m0 0 8\n", "allow");
	expect_refused("open f0 \"a\" O_RDWR\nmap m0 f0 0 4096 read\npopulate m0 0 4096 write\n",
		       "allow");
	expect_refused("open f0 \"a\" O_RDWR\nmap m0 f0 0 4097 read\n", "multiples of 4096");
	expect_refused("open f0 \"a\" O_RDWR\nmap m0 f0 0 0 read\n", "multiples of 4096");
	expect_refused("open f0 \"a\" O_RDWR\nmap m0 f0 0 4G read\n", "2 GiB");
	expect_refused("open f0 \"a\" O_RDWR\nwrite f0 0 2097153\n", "2 MiB");
	expect_refused("open f0 \"a\" O_RDWR\nmap m0 f0 0 4M read|write\ncopy m0 0 2097153\n",
		       "2 MiB");
	expect_refused("open f0 \"a\" O_RDWR\nchmod f0 01000\n", "0 to 0777");
	expect_refused("open f0 \"a\" O_RDWR\nsetxattr f0 8 1\n", "0 to 7");
	expect_refused("open f0 \"a\" O_RDWR\nremovexattr f0 8\n", "0 to 7");
	expect_refused("open f0 \"a\" O_RDWR\nsetxattr f0 0 0\n", "1 to 3840");
	expect_refused("open f0 \"a\" O_RDWR\nsetxattr f0 0 3841\n", "1 to 3840");
	expect_refused("open f0 \"a\" O_RDWR|O_APPEND\n", "O_APPEND");
	expect_refused("open f0 \"a\" O_RDWR\nwrite f0 0 1 RWF_APPEND\n", "RWF_APPEND");
	expect_refused("open f0 \"a\" 0x80000000\n", "no such flags");
}

Test(oplist, names_stay_in_their_directory)
{
	expect_refused("open f0 \"/etc/passwd\" O_RDWR\n", "relative");
	expect_refused("unlink \"../x\"\n", "lead out");
	expect_refused("unlink \"a/../../x\"\n", "lead out");
	expect_refused("rename \"a\" \"b/..\"\n", "lead out");
	expect_refused("symlink \"/etc\" \"x\"\n", "relative");
	expect_refused("symlink \"a//..\" \"x\"\n", "lead out");
	expect_same("unlink \"..a/...\"\n");
}

Test(oplist, what_cannot_be_read)
{
	struct oplist list = { 0 };

	cr_expect_eq(oplist_open(&list, "/nonexistent/list", &e), -ENOENT);
	cr_expect(strstr(e.object, "/nonexistent/list"));
	cr_expect_null(list.op);
	oplist_release(&list);
}
