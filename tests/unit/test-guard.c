// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What can be told on a host without devices: what is no device, and each
 * parser of a rule on text of its own. The table of rules itself, each row
 * both ways, is tests/more/guard.sh.
 */
#include "bench/target/guard.h"
#include "bench/target/guard_rules.h"
#include "lib/file.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

static struct guard_identity id;
static struct err e;

Test(guard, what_is_no_device)
{
	cr_assert_eq(guard_identify("/etc/passwd", &id, &e), -ENOTBLK);
	cr_assert(strstr(e.hint, "daxbench probe"));
	cr_assert_eq(guard_identify("/dev/null", &id, &e), -ENOTBLK);
	cr_assert_eq(guard_identify("/tmp", &id, &e), -ENOTBLK);
	cr_assert(strstr(e.hint, "--target"));
	cr_assert_eq(guard_identify("/dev/no-such-device", &id, &e), -ENOENT);
	cr_assert_eq(guard_identify("", &id, &e), -ENOENT);
}

Test(guard, an_error_leaves_no_identity)
{
	memset(&id, 0x5a, sizeof(id));
	cr_assert_eq(guard_identify("/dev/null", &id, &e), -ENOTBLK);
	cr_assert_eq(id.path[0], 0x5a);
}

/* A node whose number no driver has: nothing that could be guarded. */
Test(guard, a_node_without_a_device)
{
	char path[] = "build/tests/guard-XXXXXX";
	char node[64];

	file_mkdirs("build/tests", 0777);
	cr_assert_not_null(mkdtemp(path));
	snprintf(node, sizeof(node), "%s/node", path);
	if (mknod(node, S_IFBLK | 0600, makedev(4094, 1048000))) {
		file_remove_tree(AT_FDCWD, path);
		cr_skip_test("making a device node needs root");
	}
	cr_assert_eq(guard_identify(node, &id, &e), -ENOENT);
	cr_assert(strstr(e.what, "names no such device"));
	file_remove_tree(AT_FDCWD, path);
}

Test(guard, this_machine_is_no_guest_of_ours)
{
	cr_assert_not(guard_in_our_guest());
}

Test(guard, releasing_nothing_is_fine)
{
	struct guard_claim c = { .lock_fd = -1 };

	guard_release(&c);
	guard_release(&c);
}

Test(guard, without_the_lock_nothing_is_rechecked)
{
	struct guard_claim c = { .id = { .path = "/dev/pmem0" }, .lock_fd = -1 };

	cr_assert_eq(guard_recheck(&c, &e), -EPERM);
	cr_assert(strstr(e.what, "locked"));
}

/* ---- parsers of the rules ---- */

static const char locks[] = "1: FLOCK  ADVISORY  WRITE 4711 00:05:517 0 EOF\n"
			    "2: POSIX  ADVISORY  WRITE 12 00:05:518 0 EOF\n"
			    "3: FLOCK  ADVISORY  READ 33 00:05:519 0 EOF\n"
			    "3: -> FLOCK  ADVISORY  WRITE 34 00:05:519 0 EOF\n"
			    "4: FLOCK  ADVISORY  WRITE 55 fe:1f:517 0 EOF\n";

Test(guard, lock_holder)
{
	bool shared = true;

	cr_assert_eq(guard_lock_holder(locks, makedev(0, 5), 517, &shared), 4711);
	cr_assert_not(shared);
	cr_assert_eq(guard_lock_holder(locks, makedev(0xfe, 0x1f), 517, &shared), 55,
		     "the same inode of another file system");
	cr_assert_eq(guard_lock_holder(locks, makedev(0, 5), 518, &shared), 0, "POSIX is no flock");
	cr_assert_eq(guard_lock_holder(locks, makedev(0, 5), 519, &shared), 33);
	cr_assert(shared);
	cr_assert_eq(guard_lock_holder(locks, makedev(0, 5), 51, &shared), 0);
	cr_assert_not(shared);
	cr_assert_eq(guard_lock_holder("", makedev(0, 5), 517, &shared), 0);
	cr_assert_eq(guard_lock_holder("rubbish\n\n1: FLOCK", makedev(0, 5), 517, &shared), 0);
}

Test(guard, mounts_by_number)
{
	static const char mountinfo[] =
		"22 1 0:20 / /proc rw - proc proc rw\n"
		"30 1 259:7 / /home\\040x rw,noatime - ext4 /dev/some/alias rw\n"
		"31 1 0:44 / /btrfs rw - btrfs /dev/pmem9 rw\n";
	char path[] = "build/tests/mountinfo-XXXXXX", dir[64] = "";
	int fd;

	file_mkdirs("build/tests", 0777);
	fd = mkstemp(path);
	cr_assert_geq(fd, 0);
	cr_assert_eq(file_write_all(fd, mountinfo, strlen(mountinfo)), 0);
	close(fd);
	cr_assert_eq(guard_find_mount(path, makedev(259, 7), dir, sizeof(dir)), 1);
	cr_assert_str_eq(dir, "/home x");
	cr_assert_eq(guard_find_mount(path, makedev(259, 8), dir, sizeof(dir)), 0);
	unlink(path);
	cr_assert_lt(guard_find_mount(path, makedev(259, 7), dir, sizeof(dir)), 0,
		     "what cannot be read is not \"not mounted\"");
}

Test(guard, what_is_ours)
{
	cr_assert(guard_is_own_content("ext4", "daxbench"));
	cr_assert(guard_is_own_content("ext2", "daxbench"));
	cr_assert(guard_is_own_content("xfs", "daxbench"));
	cr_assert_not(guard_is_own_content("ext4", ""));
	cr_assert_not(guard_is_own_content("ext4", "daxbench2"));
	cr_assert_not(guard_is_own_content("ext4", "DAXBENCH"));
	cr_assert_not(guard_is_own_content("vfat", "daxbench"));
	cr_assert_not(guard_is_own_content("swap", "daxbench"));
	cr_assert_not(guard_is_own_content("", ""));
}

Test(guard, every_rule_has_its_words)
{
	size_t n = 0;

	for (const struct guard_rule *rule = guard_rules; rule->name; rule++, n++) {
		cr_assert(rule->clear && rule->clear[0], "%s", rule->name);
		cr_assert_not_null(rule->check, "%s", rule->name);
		cr_assert(rule->for_block || rule->for_devdax, "%s", rule->name);
	}
	cr_assert_eq(n, 10);
}

Test(guard, device_dax_has_only_the_search_for_openers)
{
	const struct guard_identity dax = { .path = "/dev/dax0.0", .character = true };

	for (const struct guard_rule *rule = guard_rules; rule->name; rule++)
		cr_assert_eq(guard_rule_applies(rule, &dax), !strcmp(rule->name, "used by"), "%s",
			     rule->name);
}
