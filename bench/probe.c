// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/probe.h"
#include "bench/target/claims.h"
#include "bench/target/guard.h"
#include "bench/target/namespace.h"
#include "emulate/emulate.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <libmount/libmount.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/utsname.h>

/* Programs that a run may call, with the package that brings each. */
static const struct {
	const char *program, *package, *why;
	bool for_guest; /* only the host of a guest needs it */
} programs[] = {
	{ "mkfs.ext4", "e2fsprogs", "ext4 on a device or in a guest", false },
	{ "mkfs.xfs", "xfsprogs", "XFS on a device or in a guest", false },
	{ "ndctl", "ndctl", "to make namespaces", false },
	{ "busybox", "busybox-static", "the guest's shell", true },
	{ "depmod", "kmod", "to prepare the guest's modules", true },
};

/* ---- file systems ---- */

/*
 * Does a list of modules (modules.dep, modules.builtin) of this kernel have
 * NAME.ko? The list of our guest is without directories.
 */
static bool has_module(const char *list, const char *name)
{
	AUTO_FREE char *text = NULL;
	char path[PATH_MAX], word[32];
	struct utsname self;

	uname(&self);
	snprintf(path, sizeof(path), "/lib/modules/%s/%s", self.release, list);
	snprintf(word, sizeof(word), "%s.ko", name);
	if (file_read(AT_FDCWD, path, 16 << 20, &text, NULL))
		return false;
	for (const char *at = strstr(text, word); at; at = strstr(at + 1, word))
		if (at == text || at[-1] == '/' || at[-1] == '\n')
			return true;
	return false;
}

/*
 * Was the running kernel built with DAX? true, false, or null where nobody
 * says. CONFIG_FS_DAX is on the list of its configuration only if it is on.
 */
static json_t *kernel_has_dax(void)
{
	AUTO_FREE char *text = NULL;
	char path[PATH_MAX];
	struct utsname self;

	uname(&self);
	snprintf(path, sizeof(path), "/boot/config-%s", self.release);
	if (file_read(AT_FDCWD, path, 4 << 20, &text, NULL))
		return json_null();
	return json_boolean(strstr(text, "\nCONFIG_FS_DAX=y\n"));
}

static json_t *describe_file_system(const char *fs, const char *known)
{
	char word[16], path[64];
	const char *why, *driver = NULL;
	bool here;

	snprintf(word, sizeof(word), "\t%s\n", fs);
	snprintf(path, sizeof(path), "/sys/module/%s", fs);
	here = known && strstr(known, word);
	/* ext4 registers itself for ext2 where the ext2 driver is not there. */
	if (here)
		driver = !strcmp(fs, "ext2") && access(path, F_OK) ? "ext4" : fs;
	if (here)
		why = "the running kernel has it";
	else if (has_module("modules.dep", fs))
		why = "a module, loaded when it is mounted";
	else
		why = "the running kernel does not have it";
	return json_pack("{s:s, s:s?, s:b, s:o, s:s}", "fs", fs, "driver", driver, "loaded", here,
			 "dax", kernel_has_dax(), "why", why);
}

static json_t *describe_file_systems(void)
{
	static const char *const names[] = { "ext4", "ext2", "xfs" };
	AUTO_FREE char *known = NULL;
	json_t *list = json_array();

	if (file_read(AT_FDCWD, "/proc/filesystems", 1 << 16, &known, NULL))
		known = NULL;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		json_array_append_new(list, describe_file_system(names[i], known));
	return list;
}

/*
 * Are its files DAX? From the options alone: asking a file (statx) would mean
 * to make one, and a probe writes nothing. null: each file for itself
 * (dax=inode, the default; Documentation/filesystems/dax.rst).
 */
json_t *probe_mount_dax(const char *options)
{
	size_t len = 0;
	char *found = NULL;

	if (!options || mnt_optstr_get_option(options, "dax", &found, &len))
		return json_null();
	if (!found || (len == strlen("always") && !strncmp(found, "always", len)))
		return json_true();
	if (len == strlen("never") && !strncmp(found, "never", len))
		return json_false();
	return json_null();
}

/* Mounts that ask for DAX or are on pmem: what --target could be given. */
static json_t *describe_mounts(void)
{
	struct libmnt_table *table = mnt_new_table_from_file("/proc/self/mountinfo");
	struct libmnt_iter *iter = mnt_new_iter(MNT_ITER_FORWARD);
	json_t *list = json_array();
	struct libmnt_fs *fs;

	while (table && iter && !mnt_table_next_fs(table, iter, &fs)) {
		const char *source = mnt_fs_get_source(fs), *options = mnt_fs_get_options(fs);

		if ((!options || mnt_optstr_get_option(options, "dax", NULL, NULL)) &&
		    (!source || strncmp(source, "/dev/pmem", 9) != 0))
			continue;
		json_array_append_new(list,
				      json_pack("{s:s, s:s, s:s?, s:o}", "dir",
						mnt_fs_get_target(fs), "fs", mnt_fs_get_fstype(fs),
						"device", source, "dax", probe_mount_dax(options)));
	}
	mnt_free_iter(iter);
	mnt_unref_table(table);
	return list;
}

/* ---- the emulator ---- */

/*
 * What a plugin can call is what the program exports, whatever its version
 * says: built without plugins it exports nothing. Registers came with QEMU 9.0,
 * the value of a memory access with 9.2 (qemu: include/qemu/qemu-plugin.h).
 */
bool probe_exports(const char *program, const char *symbol)
{
	AUTO_CLOSE int fd = open(program, O_RDONLY | O_CLOEXEC);
	size_t len = strlen(symbol) + 1;
	struct stat st;
	bool found;
	void *map;

	if (fd < 0 || fstat(fd, &st) || !S_ISREG(st.st_mode) || st.st_size <= 0)
		return false;
	map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (map == MAP_FAILED)
		return false;
	found = memmem(map, (size_t)st.st_size, symbol, len);
	munmap(map, (size_t)st.st_size);
	return found;
}

static json_t *describe_qemu(bool *usable)
{
	char path[PATH_MAX], version[32], why[1200];
	bool plugins, registers;
	struct err e;

	*usable = !emulate_find_qemu(path, sizeof(path), version, sizeof(version), &e);
	if (!*usable)
		return json_pack("{s:n, s:n, s:b, s:b, s:s}", "path", "version", "plugins", 0,
				 "plugin_registers", 0, "why", err_format(&e, why, sizeof(why)));
	plugins = probe_exports(path, "qemu_plugin_register_vcpu_mem_cb");
	registers = plugins && probe_exports(path, "qemu_plugin_read_register") &&
		    probe_exports(path, "qemu_plugin_mem_get_value");
	return json_pack("{s:s, s:s, s:b, s:b, s:s}", "path", path, "version", version, "plugins",
			 plugins, "plugin_registers", registers, "why",
			 registers ? "plugins can read registers and stored values"
			 : plugins ? "its plugins cannot read registers: make guest brings one"
				   : "it was built without plugins: make guest brings one");
}

static json_t *describe_kvm(void)
{
	char why[160];
	bool usable = emulate_kvm_usable(why, sizeof(why));

	return json_pack("{s:b, s:s}", "usable", usable, "why", why);
}

static json_t *describe_guest_kernels(void)
{
	static const char *const names[] = { "6.1", "6.12" };
	json_t *list = json_array();

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char path[64];

		snprintf(path, sizeof(path), "build/guest/kernel-%s", names[i]);
		if (!access(path, F_OK))
			json_array_append_new(list, json_string(names[i]));
	}
	return list;
}

/* ---- the rest ---- */

/* The best of what is among the blank-separated @flags: what the kernel flushes with
 * (arch/x86/include/asm/special_insns.h, clwb()). */
const char *probe_flush(const char *flags)
{
	static const char *const best_first[] = { "clwb", "clflushopt", "clflush" };

	for (size_t i = 0; i < sizeof(best_first) / sizeof(best_first[0]); i++) {
		size_t len = strlen(best_first[i]);

		for (const char *p = flags; (p = strstr(p, best_first[i])); p += len)
			if ((p == flags || strchr(" \t\n", p[-1])) &&
			    (!p[len] || strchr(" \n", p[len])))
				return best_first[i];
	}
	return "none";
}

static json_t *describe_flush(void)
{
	AUTO_FREE char *text = NULL;

	if (file_read(AT_FDCWD, "/proc/cpuinfo", 8 << 20, &text, NULL))
		return json_null();
	return json_string(probe_flush(text));
}

static void add_missing(json_t *list, const char *what, const char *package, const char *why)
{
	json_array_append_new(
		list, json_pack("{s:s, s:s, s:s}", "what", what, "package", package, "why", why));
}

/* A guest of ours makes no guests. */
static json_t *list_missing(bool have_qemu, const json_t *kernels)
{
	bool makes_guests = !guard_in_our_guest();
	json_t *list = json_array();
	char path[PATH_MAX];

	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++)
		if ((makes_guests || !programs[i].for_guest) &&
		    proc_find(programs[i].program, path, sizeof(path), NULL))
			add_missing(list, programs[i].program, programs[i].package,
				    programs[i].why);
	if (makes_guests && !have_qemu)
		add_missing(list, "QEMU", "make guest (or qemu-system-x86)", "the guest");
	if (makes_guests && !json_array_size(kernels))
		add_missing(list, "guest kernels", "make guest", "the guest");
	return list;
}

/* What `daxbench run` without options would work on. @claims: null if it cannot be told. */
static json_t *choose(const json_t *claims, const json_t *regions)
{
	const char *why;

	if (guard_in_our_guest())
		return json_pack("{s:s, s:s, s:s}", "target", "device", "object", "region0", "why",
				 "this is a guest that daxbench booted: its devices are ours");
	if (json_array_size(claims))
		why = "a claimed device is only used when it is named: --device";
	else if (!json_array_size(regions))
		why = "this machine has no persistent memory";
	else if (json_is_null(claims))
		why = "its NVDIMMs are root's: claim one as root, name it with --device";
	else
		why = "none of its NVDIMMs is claimed (daxbench claim DEV)";
	return json_pack("{s:s, s:s, s:s}", "target", "emulate", "object", "", "why", why);
}

int probe_machine(json_t **ret, struct err *e)
{
	json_t *regions = NULL, *claims = NULL, *kernels, *qemu;
	bool have_qemu;
	int r = namespace_describe(&regions, e);

	if (r)
		return r;
	if (claims_load(CLAIMS_FILE, &claims, NULL))
		claims = json_null();
	kernels = describe_guest_kernels();
	qemu = describe_qemu(&have_qemu);
	*ret = json_pack("{s:s, s:O, s:o, s:o, s:O, s:o, s:o, s:O, s:{s:o}, s:o, s:o}", "schema",
			 "daxbench-probe-1", "regions", regions, "filesystems",
			 describe_file_systems(), "mounts", describe_mounts(), "claims", claims,
			 "kvm", describe_kvm(), "qemu", qemu, "guest_kernels", kernels, "cpu",
			 "flush", describe_flush(), "missing", list_missing(have_qemu, kernels),
			 "choice", choose(claims, regions));
	json_decref(regions);
	json_decref(claims);
	json_decref(kernels);
	return *ret ? 0 : err_sys(e, -ENOMEM, "probe", "describe the machine");
}
