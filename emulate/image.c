// SPDX-License-Identifier: GPL-2.0-or-later
#include "emulate/image.h"
#include "emulate/contents.h"
#include "emulate/cpio.h"
#include "emulate/guest.h"
#include "lib/cleanup.h"
#include "lib/file.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#define CACHE	 "build/guest"
#define JOB_SIZE (256U << 10) /* the job's archive is a multiple of it, whatever is in it */

/* What people and tests type; no mkfs among them: busybox has others than the real ones. */
static const char applets[] =
	"sh [ ash awk basename blockdev cat chmod chown chroot clear cmp cp cut date dd df "
	"diff dirname dmesg du echo env expr fdisk find free grep head hexdump hostname id "
	"insmod kill less ln losetup ls lsmod md5sum mkdir mkfifo mknod mkswap mktemp "
	"modprobe more mount mv nproc od paste pidof printf ps pwd readlink realpath rm rmdir "
	"rmmod sed seq setsid sha256sum sleep sort stat stty su swapoff swapon sync sysctl "
	"tail taskset tee test time timeout top touch tr true truncate tty umount uname uniq "
	"uptime usleep vi wc which xargs xxd yes";

/* ---- the base archive and its cache ---- */

static int add_applets(struct cpio *c)
{
	int r = 0;

	for (const char *p = applets; !r && *p; p += strspn(p, " ")) {
		int len = (int)strcspn(p, " ");
		char path[64];

		snprintf(path, sizeof(path), "/bin/%.*s", len, p);
		r = cpio_link(c, path, "busybox");
		p += len;
	}
	/* Where the kernel looks for it. */
	return r ? r : cpio_link(c, "/sbin/modprobe", "/bin/busybox");
}

static int add_skeleton(struct cpio *c)
{
	static const char *const dirs[] = { "/dev", "/proc", "/sys",  "/tmp",
					    "/run", "/mnt",  "/root", "/var/lib" };
	static const char passwd[] = "root:x:0:0:root:/:/bin/sh\n"
				     "nobody:x:65534:65534:nobody:/:/bin/sh\n";
	static const char group[] = "root:x:0:\nnogroup:x:65534:\n";
	int r = 0;

	for (size_t i = 0; !r && i < sizeof(dirs) / sizeof(dirs[0]); i++)
		r = cpio_dir(c, dirs[i]);
	if (!r)
		r = cpio_node(c, "/dev/console", S_IFCHR | 0600, 5, 1);
	if (!r)
		r = cpio_node(c, "/dev/null", S_IFCHR | 0666, 1, 3);
	if (!r)
		r = cpio_data(c, "/etc/passwd", 0644, passwd, strlen(passwd));
	if (!r)
		r = cpio_data(c, "/etc/group", 0644, group, strlen(group));
	if (!r)
		r = cpio_link(c, "/etc/mtab", "/proc/self/mounts");
	if (!r && !access("/etc/mke2fs.conf", R_OK))
		r = cpio_file(c, "/etc/mke2fs.conf", 0644, "/etc/mke2fs.conf");
	return r ? r : add_applets(c);
}

/* The lists by which init and modprobe load modules. */
static int add_module_lists(struct cpio *c, const struct contents *contents)
{
	const struct modules *m = &contents->modules;
	AUTO_FREE char *order = NULL;
	char name[PATH_MAX];
	size_t len;
	FILE *out = open_memstream(&order, &len);
	int r;

	if (!out)
		return -ENOMEM;
	for (size_t i = 0; i < m->n_boot; i++)
		fprintf(out, "%s/%s\n", contents->modules_dir, m->item[i].name);
	if (fclose(out))
		return -ENOMEM;
	r = cpio_data(c, GUEST_MODULES, 0644, order, len);
	snprintf(name, sizeof(name), "%s/modules.dep", contents->modules_dir);
	if (!r && m->dep)
		r = cpio_data(c, name, 0644, m->dep, strlen(m->dep));
	snprintf(name, sizeof(name), "%s/modules.alias", contents->modules_dir);
	if (!r && m->alias)
		r = cpio_data(c, name, 0644, m->alias, strlen(m->alias));
	return r;
}

static int write_base(struct contents *contents, FILE *out, struct err *e)
{
	struct cpio c;
	int r;

	cpio_init(&c, out);
	r = add_skeleton(&c);
	if (!r)
		r = add_module_lists(&c, contents);
	if (r)
		err_sys(e, r, CACHE, "write the initramfs");
	if (!r)
		r = contents_write(contents, 0, &c, e);
	if (!r) {
		r = cpio_finish(&c, 4096);
		if (r)
			err_sys(e, r, CACHE, "write the initramfs");
	}
	cpio_release(&c);
	return r;
}

static void remove_older(const char *name, const char *keep)
{
	char pattern[PATH_MAX];
	glob_t found;

	snprintf(pattern, sizeof(pattern), CACHE "/initrd-%s-*.cpio", name);
	if (!glob(pattern, 0, NULL, &found))
		for (size_t i = 0; i < found.gl_pathc; i++)
			if (strcmp(found.gl_pathv[i], keep) != 0)
				unlink(found.gl_pathv[i]);
	globfree(&found);
}

/*
 * Makes the base archive of @k if the cache has none, and names it. It becomes
 * whole under the name @temporary, which lies in the run's own directory and
 * goes away with it.
 */
static int base_archive(const struct kernel *k, struct contents *contents, const char *temporary,
			char *path, size_t len, struct err *e)
{
	FILE *out;
	int r;

	snprintf(path, len, CACHE "/initrd-%s-%016llx.cpio", k->name,
		 (unsigned long long)contents_fingerprint(contents));
	if (!access(path, R_OK))
		return 0;
	r = file_mkdirs(CACHE, 0777);
	if (r)
		return err_sys(e, r, CACHE, "make the directory");
	out = fopen(temporary, "wxe");
	if (!out)
		return err_sys(e, -errno, temporary, "create");
	r = write_base(contents, out, e);
	if (fclose(out) && !r)
		r = err_sys(e, -errno, temporary, "write");
	if (!r && rename(temporary, path))
		r = err_sys(e, -errno, path, "rename");
	if (r)
		unlink(temporary);
	else
		remove_older(k->name, path);
	return r;
}

/* ---- the job ---- */

static int add_argv(struct cpio *c, char *const argv[])
{
	AUTO_FREE char *text = NULL;
	size_t len = 0;

	for (size_t i = 0; argv[i]; i++) {
		size_t word = strlen(argv[i]) + 1;
		char *bigger = realloc(text, len + word);

		if (!bigger)
			return -ENOMEM;
		text = bigger;
		memcpy(text + len, argv[i], word);
		len += word;
	}
	return cpio_data(c, GUEST_ARGV, 0644, text, len);
}

/* "HOST:GUEST" each, GUEST absolute. A program brings its libraries. */
static int collect_files(struct contents *c, const char *const *files, struct err *e)
{
	int r = 0;

	for (size_t i = 0; !r && files && files[i]; i++) {
		AUTO_FREE char *host = strdup(files[i]);
		char *colon = host ? strrchr(host, ':') : NULL;

		if (!colon || colon[1] != '/')
			return err_set(e, -EINVAL, files[i], "want HOST:GUEST, GUEST from / on");
		*colon = '\0';
		if (access(host, R_OK))
			return err_sys(e, -errno, host, "take along");
		r = contents_add(c, colon + 1, host, e);
	}
	return r;
}

/* The size of our terminal, for the guest's: "ROWS COLUMNS". */
static int add_terminal(struct cpio *c)
{
	struct winsize size = { .ws_row = 24, .ws_col = 80 };
	char text[32];

	ioctl(0, TIOCGWINSZ, &size);
	snprintf(text, sizeof(text), "%u %u\n", size.ws_row, size.ws_col);
	return cpio_data(c, GUEST_INTERACTIVE, 0644, text, strlen(text));
}

/* A whole unit: the archive's size changes by it, whatever else is in the job. */
static int add_padding(struct cpio *c)
{
	AUTO_FREE char *nothing = calloc(1, JOB_SIZE);

	return nothing ? cpio_data(c, GUEST_PADDING, 0644, nothing, JOB_SIZE) : -ENOMEM;
}

static int add_job(struct cpio *c, const struct emulate_job *job, const char *token,
		   const char *facts)
{
	int r = add_argv(c, job->argv);

	if (!r && token)
		r = cpio_data(c, GUEST_TOKEN, 0644, token, strlen(token));
	if (!r)
		r = cpio_data(c, GUEST_FACTS, 0644, facts, strlen(facts));
	if (!r && job->deterministic)
		r = cpio_data(c, GUEST_DETERMINISTIC, 0644, NULL, 0);
	if (!r && (job->on_file || job->keep_oplog))
		r = cpio_data(c, GUEST_COLLECTED, 0644, NULL, 0);
	if (!r && job->interactive)
		r = add_terminal(c);
	if (!r && job->padded)
		r = add_padding(c);
	return r;
}

/* @contents: of the base archive; what it has is not brought again. */
static int write_job(const struct emulate_job *job, struct contents *contents, const char *token,
		     const char *facts, FILE *out, struct err *e)
{
	size_t from = contents->n;
	struct cpio c;
	int r;

	cpio_init(&c, out);
	r = add_job(&c, job, token, facts);
	if (r)
		err_sys(e, r, "initramfs", "write the job");
	if (!r)
		r = collect_files(contents, job->files, e);
	if (!r)
		r = contents_write(contents, from, &c, e);
	if (!r) {
		r = cpio_finish(&c, JOB_SIZE);
		if (r)
			err_sys(e, r, "initramfs", "write the job");
	}
	cpio_release(&c);
	return r;
}

static int copy_into(const char *from, FILE *out)
{
	AUTO_FCLOSE FILE *in = fopen(from, "re");
	AUTO_FREE char *chunk = malloc(1 << 20);
	size_t got;

	if (!in || !chunk)
		return in ? -ENOMEM : -errno;
	while ((got = fread(chunk, 1, 1 << 20, in)) > 0)
		if (fwrite(chunk, 1, got, out) != got)
			return -EIO;
	return ferror(in) ? -EIO : 0;
}

static int write_both(const struct emulate_job *job, const struct kernel *k,
		      struct contents *contents, const char *token, const char *facts,
		      const char *path, struct err *e)
{
	char base[PATH_MAX], temporary[PATH_MAX];
	FILE *out;
	int r;

	snprintf(temporary, sizeof(temporary), "%s.base", path);
	r = base_archive(k, contents, temporary, base, sizeof(base), e);
	if (r)
		return r;
	out = fopen(path, "wxe");
	if (!out)
		return err_sys(e, -errno, path, "create");
	r = copy_into(base, out);
	if (r)
		err_sys(e, r, path, "write");
	if (!r)
		r = write_job(job, contents, token, facts, out, e);
	if (fclose(out) && !r)
		r = err_sys(e, -errno, path, "write");
	return r;
}

int image_write(const struct emulate_job *job, const struct kernel *k, const char *token,
		const char *facts, const char *path, struct err *e)
{
	struct contents contents;
	int r = contents_collect(k, &contents, e);

	if (r)
		return r;
	r = write_both(job, k, &contents, token, facts, path, e);
	contents_release(&contents);
	return r;
}
