// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Catches a module that goes along without what it needs, is loaded before it,
 * or is taken for another with a similar name.
 */
#include "emulate/modules.h"
#include "lib/file.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char dir[] = "build/tests/modules-XXXXXX";
static struct kernel k;
static struct modules m;
static struct err e;

static void put(const char *name, const char *text)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY);

	cr_assert_eq(file_write_atomic(fd, name, text, strlen(text)), 0);
	close(fd);
}

static void set_up(void)
{
	file_mkdirs("build/tests", 0777);
	cr_assert_not_null(mkdtemp(dir));
	snprintf(k.modules, sizeof(k.modules), "%s", dir);
	put("modules.alias", "# comment\nalias fs-xfs xfs\nalias fs-xfs_other xfs_other\n"
			     "alias devname:mapper/control dm_mod\nalias pci:v1AF4* virtio_pci\n");
}

static void tear_down(void)
{
	modules_release(&m);
	file_remove_tree(AT_FDCWD, dir);
}

TestSuite(modules, .init = set_up, .fini = tear_down);

static size_t place(const char *name)
{
	for (size_t i = 0; i < m.n; i++)
		if (!strcmp(m.item[i].name, name))
			return i;
	cr_assert_fail("%s is not chosen", name);
	return 0;
}

Test(modules, what_is_needed_comes_first)
{
	put("modules.dep", "kernel/fs/xfs_other/xfs_other.ko:\n"
			   "kernel/fs/xfs/xfs.ko: kernel/lib/libcrc32c.ko kernel/lib/deep.ko\n"
			   "kernel/lib/deep.ko:\n"
			   "kernel/lib/libcrc32c.ko: kernel/lib/deep.ko\n"
			   "kernel/virtio/virtio_pci.ko: kernel/virtio/virtio.ko\n"
			   "kernel/virtio/virtio.ko:\n"
			   "kernel/md/dm-mod.ko:\n");
	cr_assert_eq(modules_choose(&k, &m, &e), 0, "%s", e.what);
	cr_assert_eq(m.n, 6);
	cr_assert_lt(place("virtio.ko"), place("virtio_pci.ko"));
	cr_assert_lt(place("deep.ko"), place("libcrc32c.ko"));
	cr_assert_lt(place("libcrc32c.ko"), place("xfs.ko"));
	cr_assert_str_eq(m.item[place("dm-mod.ko")].file, "kernel/md/dm-mod.ko");
	cr_assert_eq(m.n_boot, 2, "init loads virtio and what it needs, and nothing else");
	cr_assert_lt(place("virtio_pci.ko"), m.n_boot);
}

Test(modules, lists_for_modprobe_hold_the_chosen)
{
	put("modules.dep",
	    "a/xfs.ko: b/libcrc32c.ko\nb/libcrc32c.ko:\nc/dm-mod.ko:\nd/other.ko:\n");
	cr_assert_eq(modules_choose(&k, &m, &e), 0, "%s", e.what);
	cr_assert_str_eq(m.dep, "libcrc32c.ko:\nxfs.ko: libcrc32c.ko\ndm-mod.ko:\n");
	cr_assert_str_eq(m.alias, "alias fs-xfs xfs\nalias devname:mapper/control dm_mod\n");
}

Test(modules, a_kernel_without_modules)
{
	k.modules[0] = '\0';
	cr_assert_eq(modules_choose(&k, &m, &e), 0);
	cr_assert_eq(m.n, 0);
	cr_assert_null(m.dep);
}

Test(modules, all_built_in)
{
	put("modules.dep", "");
	cr_assert_eq(modules_choose(&k, &m, &e), 0);
	cr_assert_eq(m.n, 0);
	cr_assert_str_empty(m.dep);
}

Test(modules, compressed_ones_are_refused)
{
	put("modules.dep", "kernel/fs/xfs/xfs.ko.xz:\n");
	cr_assert_eq(modules_choose(&k, &m, &e), -ENOTSUP);
	cr_assert(strstr(e.what, "compressed") && strstr(e.hint, "depmod"), "%s", e.what);
	cr_assert_null(m.item, "nothing is left");
}

Test(modules, no_modules_dep)
{
	cr_assert_eq(modules_choose(&k, &m, &e), -ENOENT);
	cr_assert(strstr(e.object, "modules.dep"), "%s", e.object);
}
