// SPDX-License-Identifier: GPL-2.0-or-later
#include "emulate/kernel.h"
#include "emulate/emulate.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdint.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#define FETCHED	 "build/guest/kernel-"
#define BUILT	 "build/kernels/" /* by scripts/build-kernel, NAME/bzImage */
#define VARIANTS "kernels/variants/"

/* What a guest cannot do without, be it built in or a module. */
static const char *const needed[] = {
	"CONFIG_BLK_DEV_INITRD", "CONFIG_DEVTMPFS",	  "CONFIG_SERIAL_8250_CONSOLE",
	"CONFIG_PROC_FS",	 "CONFIG_SYSFS",	  "CONFIG_TMPFS",
	"CONFIG_VIRTIO_PCI",	 "CONFIG_VIRTIO_CONSOLE", "CONFIG_ACPI_NFIT",
	"CONFIG_LIBNVDIMM",	 "CONFIG_BLK_DEV_PMEM",	  "CONFIG_NVDIMM_PFN",
	"CONFIG_FS_DAX",
};

int kernel_release(const char *image, char *buf, size_t len, struct err *e)
{
	AUTO_CLOSE int fd = open(image, O_RDONLY | O_CLOEXEC);
	unsigned char head[0x210];
	char text[256];
	uint16_t offset;

	if (fd < 0)
		return err_sys(e, -errno, image, "open");
	if (pread(fd, head, sizeof(head), 0) != sizeof(head) ||
	    memcmp(head + 0x202, "HdrS", 4) != 0) {
		err_set(e, -EINVAL, image, "is not a bzImage");
		return err_hint(e, "give arch/x86/boot/bzImage, or 6.1 or 6.12");
	}
	memcpy(&offset, head + 0x20e, sizeof(offset));
	memset(text, 0, sizeof(text));
	if (pread(fd, text, sizeof(text) - 1, offset + 0x200) <= 0)
		return err_set(e, -EINVAL, image, "is a bzImage without a version");
	text[strcspn(text, " ")] = '\0';
	snprintf(buf, len, "%s", text);
	return 0;
}

/* The first match of a pattern, or -ENOENT. */
static int find_one(const char *pattern, char *buf, size_t len)
{
	glob_t found;
	int r = -ENOENT;

	if (!glob(pattern, 0, NULL, &found) && found.gl_pathc) {
		snprintf(buf, len, "%s", found.gl_pathv[0]);
		r = 0;
	}
	globfree(&found);
	return r;
}

static int resolve_fetched(const char *name, struct kernel *k, struct err *e)
{
	char pattern[PATH_MAX];

	snprintf(pattern, sizeof(pattern), FETCHED "%s/boot/vmlinuz-*", name);
	if (find_one(pattern, k->image, sizeof(k->image))) {
		err_set(e, -ENOENT, name, "kernel not found under build/guest");
		return err_hint(e, "run scripts/fetch-guest.sh (make guest), or give a bzImage");
	}
	snprintf(pattern, sizeof(pattern), FETCHED "%s/lib/modules/*", name);
	return find_one(pattern, k->modules, sizeof(k->modules))
		       ? err_set(e, -ENOENT, name, "no modules beside it; run make guest again")
		       : 0;
}

/* Is @name a kernel of our own? They have no modules. -ENOENT: it is not, or not yet. */
static int resolve_built(const char *name, struct kernel *k, struct err *e)
{
	char file[PATH_MAX];

	snprintf(k->image, sizeof(k->image), BUILT "%s/bzImage", name);
	snprintf(file, sizeof(file), VARIANTS "%s", name);
	if (access(k->image, R_OK)) {
		bool is_variant = !access(file, R_OK);

		err_set(e, -ENOENT, name, is_variant ? "is not built" : "no such kernel");
		return is_variant ? err_hint(e, "run \"daxbench kernel build %s\"", name)
				  : err_hint(e, "give 6.1, 6.12, one that \"daxbench kernel list\" "
						"shows, or the path of a bzImage");
	}
	return kernel_release(k->image, k->release, sizeof(k->release), e);
}

static bool has_modules(struct kernel *k, const char *dir)
{
	char path[PATH_MAX + 16];

	snprintf(k->modules, sizeof(k->modules), "%s", dir);
	snprintf(path, sizeof(path), "%s/modules.dep", dir);
	if (!access(path, R_OK))
		return true;
	k->modules[0] = '\0';
	return false;
}

/* The directory of the image: "." for a bare name. */
static void image_dir(const struct kernel *k, char *buf, size_t len)
{
	const char *slash = strrchr(k->image, '/');

	snprintf(buf, len, "%.*s", slash ? (int)(slash - k->image) : 1, slash ? k->image : ".");
}

/*
 * --modules DIR is lib/modules/RELEASE itself, or one of the two directories
 * above it. Without the option they may be where an installed kernel has
 * them, as seen from its boot/; or there are none.
 */
static int find_modules(const char *given, struct kernel *k, struct err *e)
{
	char path[PATH_MAX * 2], dir[PATH_MAX];

	if (!given) {
		image_dir(k, dir, sizeof(dir));
		snprintf(path, sizeof(path), "%s/../lib/modules/%s", dir, k->release);
		has_modules(k, path);
		return 0;
	}
	if (has_modules(k, given))
		return 0;
	snprintf(path, sizeof(path), "%s/%s", given, k->release);
	if (has_modules(k, path))
		return 0;
	snprintf(path, sizeof(path), "%s/lib/modules/%s", given, k->release);
	if (has_modules(k, path))
		return 0;
	err_set(e, -ENOENT, given, "no modules.dep for %s in it", k->release);
	return err_hint(e, "make modules_install INSTALL_MOD_PATH=DIR makes one");
}

/* The configuration beside an image: config-RELEASE (Debian) or .config (a kernel tree). */
static int read_config(const struct kernel *k, char **ret)
{
	char dir[PATH_MAX], path[PATH_MAX * 2];

	image_dir(k, dir, sizeof(dir));
	snprintf(path, sizeof(path), "%s/config-%s", dir, k->release);
	if (!file_read(AT_FDCWD, path, 8 << 20, ret, NULL))
		return 0;
	snprintf(path, sizeof(path), "%s/../../../.config", dir);
	return file_read(AT_FDCWD, path, 8 << 20, ret, NULL);
}

int kernel_config_hash(const struct kernel *k, uint64_t *ret)
{
	AUTO_FREE char *config = NULL;
	int r = read_config(k, &config);

	if (!r)
		*ret = hash_add(HASH_START, config, strlen(config));
	return r;
}

/* 'y', 'm', or 0: not set. */
static char config_value(const char *config, const char *option)
{
	size_t len = strlen(option);

	for (const char *p = strstr(config, option); p; p = strstr(p + len, option))
		if ((p == config || p[-1] == '\n') && p[len] == '=' &&
		    (p[len + 1] == 'y' || p[len + 1] == 'm'))
			return p[len + 1];
	return 0;
}

static int check_config(const struct kernel *k, struct err *e)
{
	AUTO_FREE char *config = NULL;
	char missing[400] = "", module[400] = "";

	if (read_config(k, &config))
		return 0; /* not known: the boot will tell */
	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		char value = config_value(config, needed[i]);
		char *list = value == 'm' ? module : missing;
		size_t used = strlen(list);

		if (!value || (value == 'm' && !k->modules[0]))
			snprintf(list + used, sizeof(missing) - used, " %s", needed[i]);
	}
	if (missing[0]) {
		err_set(e, -ENOTSUP, k->image, "its configuration lacks%s", missing);
		return err_hint(e, "turn them on and build again");
	}
	if (module[0]) {
		err_set(e, -ENOTSUP, k->image, "has as modules, and there are none:%s", module);
		return err_hint(e, "give --modules DIR, or build them in");
	}
	return 0;
}

int kernel_resolve(const char *name, const char *modules, struct kernel *ret, struct err *e)
{
	bool fetched = !strcmp(name, "6.1") || !strcmp(name, "6.12");
	const char *base = strrchr(name, '/');
	struct stat st;
	int r;

	memset(ret, 0, sizeof(*ret));
	snprintf(ret->name, sizeof(ret->name), "%s", base ? base + 1 : name);
	if (fetched) {
		r = resolve_fetched(name, ret, e);
		return r ? r : kernel_release(ret->image, ret->release, sizeof(ret->release), e);
	}
	if (stat(name, &st) || !S_ISREG(st.st_mode)) {
		r = resolve_built(base ? "" : name, ret, e);
		return r ? r : check_config(ret, e);
	}
	snprintf(ret->image, sizeof(ret->image), "%s", name);
	r = kernel_release(name, ret->release, sizeof(ret->release), e);
	if (!r)
		r = find_modules(modules, ret, e);
	return r ? r : check_config(ret, e);
}

int emulate_default_kernel(const char **ret, struct err *e)
{
	static const char *const names[] = { "6.12", "6.1" };
	struct kernel k;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!kernel_resolve(names[i], NULL, &k, NULL)) {
			*ret = names[i];
			return 0;
		}
	err_set(e, -ENOENT, "build/guest", "no kernel for a guest");
	return err_hint(e, "run \"make guest\" in daxbench's directory, or give --kernel PATH");
}
