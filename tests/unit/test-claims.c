// SPDX-License-Identifier: GPL-2.0-or-later
/* Catches a claim that outlives its device, and a file that others could have written. */
#include "bench/target/claims.h"
#include "lib/file.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[] = "build/tests/claims-XXXXXX";
static char file[64];
static struct err e;
static struct guard_identity id = {
	.path = "/dev/pmem9", .uuid = "aaaa", .size = 1 << 30, .serial = "s1", .region = "region0"
};

static void set_up(void)
{
	file_mkdirs("build/tests", 0777);
	cr_assert_not_null(mkdtemp(dir));
	snprintf(file, sizeof(file), "%s/sub/claims.json", dir);
}

static void tear_down(void)
{
	file_remove_tree(AT_FDCWD, dir);
}

TestSuite(claims, .init = set_up, .fini = tear_down);

Test(claims, none_at_first)
{
	cr_assert_eq(claims_check(file, &id, &e), -EPERM);
	cr_assert_str_eq(e.hint, "if that is meant: daxbench claim /dev/pmem9");
	cr_assert_eq(claims_remove(file, "/dev/pmem9", &e), -ENOENT);
}

Test(claims, given_and_taken_back)
{
	struct stat st;

	cr_assert_eq(claims_add(file, &id, &e), 0, "%s", e.what);
	cr_assert_eq(claims_check(file, &id, &e), 0, "%s", e.what);
	cr_assert_eq(stat(file, &st), 0);
	cr_assert_eq(st.st_mode & 0777, 0600);
	cr_assert_eq(claims_remove(file, id.path, &e), 0);
	cr_assert_eq(claims_check(file, &id, &e), -EPERM);
}

Test(claims, another_device_of_the_same_name)
{
	struct guard_identity now = id;

	cr_assert_eq(claims_add(file, &id, &e), 0);
	strcpy(now.uuid, "bbbb");
	cr_assert_eq(claims_check(file, &now, &e), -EPERM);
	cr_assert(strstr(e.what, "uuid"));
	now = id;
	now.size *= 2;
	cr_assert_eq(claims_check(file, &now, &e), -EPERM);
	cr_assert(strstr(e.what, "size"));
	now = id;
	strcpy(now.serial, "s2");
	cr_assert_eq(claims_check(file, &now, &e), 0, "the uuid decides");
}

Test(claims, without_a_uuid_the_rest_decides)
{
	struct guard_identity plain = id, now;

	plain.uuid[0] = '\0';
	cr_assert_eq(claims_add(file, &plain, &e), 0);
	cr_assert_eq(claims_check(file, &plain, &e), 0);
	now = plain;
	strcpy(now.serial, "s2");
	cr_assert_eq(claims_check(file, &now, &e), -EPERM);
	now = plain;
	strcpy(now.region, "region7");
	cr_assert_eq(claims_check(file, &now, &e), -EPERM);
}

Test(claims, a_file_that_others_may_write_is_refused)
{
	cr_assert_eq(claims_add(file, &id, &e), 0);
	chmod(file, 0666);
	cr_assert_eq(claims_check(file, &id, &e), -EPERM);
	cr_assert(strstr(e.what, "others"));
}

Test(claims, rubbish_is_refused)
{
	int fd;

	cr_assert_eq(claims_add(file, &id, &e), 0);
	fd = open(dir, O_RDONLY);
	cr_assert_eq(file_write_atomic(fd, "bad", "{}", 2), 0);
	snprintf(file, sizeof(file), "%s/bad", dir);
	cr_assert_eq(claims_check(file, &id, &e), -EBADMSG);
}

/* Written as @text into the file of the claims. */
static int check_with(const char *text)
{
	char path[80];
	int sub;

	unlink(file);
	cr_assert_eq(claims_add(file, &id, &e), 0);
	snprintf(path, sizeof(path), "%s/sub", dir);
	sub = open(path, O_RDONLY);
	cr_assert_eq(file_write_atomic(sub, "claims.json", text, strlen(text)), 0);
	close(sub);
	chmod(file, 0600);
	return claims_check(file, &id, &e);
}

Test(claims, a_claim_that_is_not_whole_is_refused)
{
	cr_assert_eq(check_with("[]"), -EPERM, "the control: an empty list is one");
	cr_assert_eq(check_with("[{\"path\": \"/dev/pmem9\"}]"), -EBADMSG);
	cr_assert_eq(check_with("[1]"), -EBADMSG);
	cr_assert_eq(check_with("[{\"path\": \"/dev/pmem9\", \"model\": \"\", \"uuid\": 5, "
				"\"serial\": \"s1\", \"region\": \"region0\", "
				"\"size_bytes\": 1073741824}]"),
		     -EBADMSG);
	cr_assert_eq(check_with("[{\"path\": \"/dev/pmem9\", \"model\": \"\", \"uuid\": \"aaaa\", "
				"\"serial\": \"s1\", \"region\": \"region0\", "
				"\"size_bytes\": 1073741824}]"),
		     0, "%s", e.what);
}

Test(claims, a_directory_that_others_may_write_is_refused)
{
	char path[80];

	cr_assert_eq(claims_add(file, &id, &e), 0);
	snprintf(path, sizeof(path), "%s/sub", dir);
	chmod(path, 0777);
	cr_assert_eq(claims_check(file, &id, &e), -EPERM);
	cr_assert_eq(claims_add(file, &id, &e), -EPERM, "nor is anything added to it");
	chmod(path, 0700);
	cr_assert_eq(claims_check(file, &id, &e), 0);
}

Test(claims, a_link_instead_of_the_file_is_refused)
{
	char other[80];

	cr_assert_eq(claims_add(file, &id, &e), 0);
	snprintf(other, sizeof(other), "%s/other", dir);
	cr_assert_eq(rename(file, other), 0);
	cr_assert_eq(symlink("../other", file), 0);
	cr_assert_eq(claims_check(file, &id, &e), -ELOOP);
}

Test(claims, what_belongs_to_another_user_is_refused)
{
	if (geteuid())
		cr_skip_test("giving a file away needs root");
	cr_assert_eq(claims_add(file, &id, &e), 0);
	cr_assert_eq(chown(file, 12345, (gid_t)-1), 0);
	cr_assert_eq(claims_check(file, &id, &e), -EPERM);
	cr_assert(strstr(e.what, "root"));
}

Test(claims, what_cannot_be_told_from_another_is_not_claimed)
{
	struct guard_identity plain = { .path = "/dev/loop0", .size = 1 << 30 };

	cr_assert_eq(claims_add(file, &plain, &e), -EINVAL);
	strcpy(plain.serial, "s1");
	cr_assert_eq(claims_add(file, &plain, &e), 0, "%s", e.what);
}

Test(claims, several_devices_do_not_disturb_each_other)
{
	struct guard_identity other = id;
	json_t *list;

	strcpy(other.path, "/dev/pmem8");
	cr_assert_eq(claims_add(file, &id, &e), 0);
	cr_assert_eq(claims_add(file, &other, &e), 0);
	cr_assert_eq(claims_add(file, &id, &e), 0, "twice is once");
	cr_assert_eq(claims_load(file, &list, &e), 0);
	cr_assert_eq(json_array_size(list), 2);
	json_decref(list);
	cr_assert_eq(claims_remove(file, other.path, &e), 0);
	cr_assert_eq(claims_check(file, &id, &e), 0);
	cr_assert_eq(claims_check(file, &other, &e), -EPERM);
}
