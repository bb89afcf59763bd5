// SPDX-License-Identifier: GPL-2.0-or-later
/* Catches an image taken for what it is not, and a missing option found only at boot. */
#include "emulate/kernel.h"
#include "lib/file.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char dir[] = "build/tests/kernel-XXXXXX";
static char image[64];
static struct kernel k;
static struct err e;

/* The head of a bzImage, as the boot protocol has it, with a version and nothing else. */
static void set_up(void)
{
	char head[0x400] = { 0 };
	int fd;

	file_mkdirs("build/tests", 0777);
	cr_assert_not_null(mkdtemp(dir));
	memcpy(head + 0x202, "HdrS", 4);
	head[0x20e] = 0x00;
	head[0x20f] = 0x01;
	memcpy(head + 0x300, "6.9.0-test (somebody) #1", 25);
	snprintf(image, sizeof(image), "%s/bzImage", dir);
	fd = open(image, O_WRONLY | O_CREAT, 0600);
	cr_assert_eq(write(fd, head, sizeof(head)), sizeof(head));
	close(fd);
}

static void tear_down(void)
{
	file_remove_tree(AT_FDCWD, dir);
}

TestSuite(kernel, .init = set_up, .fini = tear_down);

Test(kernel, release_comes_from_the_image)
{
	cr_assert_eq(kernel_resolve(image, NULL, &k, &e), 0, "%s", e.what);
	cr_assert_str_eq(k.release, "6.9.0-test");
	cr_assert_str_eq(k.name, "bzImage");
	cr_assert_str_empty(k.modules);
}

Test(kernel, what_is_no_kernel)
{
	cr_assert_eq(kernel_resolve("/etc/passwd", NULL, &k, &e), -EINVAL);
	cr_assert(strstr(e.what, "not a bzImage"));
	cr_assert_eq(kernel_resolve("5.10", NULL, &k, &e), -ENOENT);
	cr_assert(strstr(e.hint, "6.1"));
	cr_assert_eq(kernel_resolve("/", NULL, &k, &e), -ENOENT);
}

Test(kernel, missing_options_are_named)
{
	static const char config[] = "CONFIG_DEVTMPFS=y\n# CONFIG_FS_DAX is not set\n"
				     "CONFIG_LIBNVDIMM=m\n";
	int fd = open(dir, O_RDONLY);

	cr_assert_eq(file_write_atomic(fd, "config-6.9.0-test", config, strlen(config)), 0);
	cr_assert_eq(kernel_resolve(image, NULL, &k, &e), -ENOTSUP);
	cr_assert(strstr(e.what, "CONFIG_FS_DAX"), "%s", e.what);
	cr_assert_not(strstr(e.what, "CONFIG_LIBNVDIMM"), "a module is as good");
	close(fd);
}

Test(kernel, modules_are_found_where_they_usually_lie)
{
	char path[160];

	snprintf(path, sizeof(path), "%s/lib/modules/6.9.0-test", dir);
	cr_assert_eq(kernel_resolve(image, dir, &k, &e), -ENOENT);
	cr_assert_eq(file_mkdirs(path, 0777), 0);
	snprintf(path, sizeof(path), "%s/lib/modules/6.9.0-test/modules.dep", dir);
	close(open(path, O_WRONLY | O_CREAT, 0600));
	cr_assert_eq(kernel_resolve(image, dir, &k, &e), 0, "%s", e.what);
	cr_assert(strstr(k.modules, "6.9.0-test"));
}
