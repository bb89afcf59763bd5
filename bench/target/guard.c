// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which device is it, is it claimed, is it free (guard_rules.c), and the lock.
 *
 * The lock comes before the rules: of two runs at the same time one is told of
 * the other, and udev, which leaves a locked device alone, does not probe it
 * each time that the rules close it.
 */
#include "bench/target/guard.h"
#include "bench/target/claims.h"
#include "bench/target/guard_rules.h"
#include "bench/target/namespace.h"
#include "emulate/guest.h"
#include "lib/cleanup.h"
#include "lib/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>

#define LOCK_TRIES    40
#define LOCK_PAUSE_NS 50000000

bool guard_in_our_guest(void)
{
	return guest_is_ours();
}

/* ---- identity ---- */

/* What firmware calls itself is shown and compared: printable, without the padding. */
static void tidy(char *text)
{
	size_t len = strlen(text);

	for (char *p = text; *p; p++)
		if (*p < ' ' || *p > '~')
			*p = '?';
	while (len && text[len - 1] == ' ')
		text[--len] = '\0';
}

static bool is_partition(const struct guard_identity *id)
{
	char path[PATH_MAX];

	guard_sysfs(id, "partition", path, sizeof(path));
	return !access(path, F_OK);
}

/* The first of some attributes that says something. */
static void read_attribute(const struct guard_identity *id, const char *const names[], char *buf,
			   size_t len)
{
	const char *disk = is_partition(id) ? "../" : "";
	char path[PATH_MAX], leaf[64];

	for (size_t i = 0; names[i] && !buf[0]; i++) {
		/* A partition is told by its disk; its own number is in its path. */
		snprintf(leaf, sizeof(leaf), "%s%s", disk, names[i]);
		guard_sysfs(id, leaf, path, sizeof(path));
		file_read_line(path, buf, len);
		tidy(buf);
	}
}

static void identify_disk(struct guard_identity *id)
{
	static const char *const model[] = { "device/model", NULL };
	static const char *const serial[] = { "device/serial",	   "serial",  "wwid",
					      "device/wwid",	   "dm/uuid", "md/uuid",
					      "loop/backing_file", NULL };

	read_attribute(id, model, id->model, sizeof(id->model));
	if (!id->serial[0])
		read_attribute(id, serial, id->serial, sizeof(id->serial));
}

/* What the kernel calls the device (@leaf "uevent") or its disk ("../uevent"): "/dev/NAME". */
static int read_name(const struct guard_identity *id, const char *leaf, char *buf, size_t len)
{
	AUTO_FREE char *text = NULL;
	char path[PATH_MAX], *name;
	int r;

	guard_sysfs(id, leaf, path, sizeof(path));
	r = file_read(AT_FDCWD, path, 65536, &text, NULL);
	if (r)
		return r;
	name = strstr(text, "DEVNAME=");
	if (!name)
		return -ENODEV;
	name += strlen("DEVNAME=");
	name[strcspn(name, "\n")] = '\0';
	return snprintf(buf, len, "/dev/%s", name) < (int)len ? 0 : -ENAMETOOLONG;
}

/* Region, DIMM, uuid and name of the namespace that it is, or is a partition of. */
static void identify_namespace(struct guard_identity *id)
{
	json_t *region, *ns;
	const char *dimm;
	char node[64];
	size_t i;

	if (read_name(id, is_partition(id) ? "../uevent" : "uevent", node, sizeof(node)))
		return;
	region = namespace_region_of(node);
	if (!region)
		return;
	dimm = json_string_value(json_array_get(json_object_get(region, "dimms"), 0));
	snprintf(id->model, sizeof(id->model), "NVDIMM namespace");
	snprintf(id->region, sizeof(id->region), "%s",
		 json_string_value(json_object_get(region, "region")));
	snprintf(id->serial, sizeof(id->serial), "%s", dimm ? dimm : "");
	json_array_foreach(json_object_get(region, "namespaces"), i, ns) {
		if (strcmp(json_string_value(json_object_get(ns, "node")), node) != 0)
			continue;
		snprintf(id->uuid, sizeof(id->uuid), "%s",
			 json_string_value(json_object_get(ns, "uuid")));
		snprintf(id->name, sizeof(id->name), "%s",
			 json_string_value(json_object_get(ns, "name")));
	}
	json_decref(region);
}

/* Of all character devices, those on the dax bus. */
static bool is_devdax(const struct guard_identity *id)
{
	char link[64], target[PATH_MAX], *base;
	ssize_t len;

	guard_sysfs(id, "subsystem", link, sizeof(link));
	len = readlink(link, target, sizeof(target) - 1);
	if (len <= 0)
		return false;
	target[len] = '\0';
	base = strrchr(target, '/');
	return !strcmp(base ? base + 1 : target, "dax");
}

/*
 * The kernel's own name for it: by-id links, device-mapper names and nodes
 * made by hand all become this one, which claims are kept under.
 */
static int find_path(struct guard_identity *id, const char *given, struct err *e)
{
	int r = read_name(id, "uevent", id->path, sizeof(id->path));
	struct stat st;

	if (r)
		return err_set(e, r, given, "has a node, but the kernel names no such device");
	if (stat(id->path, &st) || st.st_rdev != id->dev)
		return err_set(e, -ENODEV, given, "is %s, which is not there", id->path);
	return 0;
}

static int read_size(struct guard_identity *id, struct err *e)
{
	char path[PATH_MAX], text[32];
	int r;

	guard_sysfs(id, "size", path, sizeof(path));
	r = file_read_line(path, text, sizeof(text));
	if (r)
		return err_sys(e, r, id->path, "read its size");
	/* Block devices count sectors of 512, device-dax counts bytes. */
	id->size = strtoull(text, NULL, 10) * (id->character ? 1 : 512);
	return 0;
}

int guard_identify(const char *path, struct guard_identity *ret, struct err *e)
{
	struct guard_identity id = { 0 };
	struct stat st;
	int r;

	if (stat(path, &st))
		return err_sys(e, -errno, path, "find the device");
	id.dev = st.st_rdev;
	id.character = S_ISCHR(st.st_mode);
	if (!S_ISBLK(st.st_mode) && !(id.character && is_devdax(&id))) {
		err_set(e, -ENOTBLK, path, "is neither a block device nor device-dax");
		err_hint(e, S_ISDIR(st.st_mode) ? "for a directory: --target"
						: "\"daxbench probe\" shows what there is");
		return -ENOTBLK;
	}
	r = find_path(&id, path, e);
	if (!r)
		r = read_size(&id, e);
	if (r)
		return r;
	identify_namespace(&id);
	identify_disk(&id);
	*ret = id;
	return 0;
}

/* ---- the rules ---- */

int guard_check_unused(const struct guard_identity *id, struct err *e)
{
	int r = 0;

	for (const struct guard_rule *rule = guard_rules; !r && rule->name; rule++)
		if (guard_rule_applies(rule, id))
			r = rule->check(id, e);
	return r;
}

void guard_survey(const struct guard_identity *id,
		  void (*each)(void *data, const char *question, const char *answer), void *data)
{
	for (const struct guard_rule *rule = guard_rules; rule->name; rule++) {
		struct err e;

		if (guard_rule_applies(rule, id))
			each(data, rule->name, rule->check(id, &e) ? e.what : rule->clear);
	}
}

static int check_claim(const struct guard_identity *id, struct err *e)
{
	return guard_in_our_guest() ? 0 : claims_check(CLAIMS_FILE, id, e);
}

/* ---- the lock ---- */

static int refuse_locked(const struct guard_identity *id, long pid, struct err *e)
{
	if (pid > 0)
		err_set(e, -EBUSY, id->path, "is locked by process %ld", pid);
	else
		err_set(e, -EBUSY, id->path, "is locked by another process");
	return err_hint(e, "another run uses it: wait for it to end");
}

/*
 * What is locked is the device's node. In our guest, where nobody else is, it is a file of
 * sysfs for device-dax: a workload may take that from its driver, and while the node is
 * open a driver does not get it back whole (bind_device() in target_device.c).
 */
static bool locks_elsewhere(const struct guard_identity *id)
{
	return id->character && guard_in_our_guest();
}

/*
 * flock on a read-only descriptor: it is not in the way of mkfs, its close is
 * no write for udev, and udev respects it (systemd, docs/BLOCK_DEVICE_LOCKING).
 * udev itself takes a shared one while it looks at a device: that one is waited for.
 */
static int lock_device(const struct guard_identity *id, int fd, struct err *e)
{
	static const struct timespec pause = { .tv_nsec = LOCK_PAUSE_NS };
	struct stat st;
	long pid = 0;

	if (fstat(fd, &st))
		return err_sys(e, -errno, id->path, "stat");
	if (st.st_rdev != id->dev && !locks_elsewhere(id))
		return err_set(e, -EPERM, id->path, "has become another device");
	for (int i = 0; i < LOCK_TRIES; i++) {
		AUTO_FREE char *locks = NULL;
		bool shared = false;

		if (!flock(fd, LOCK_EX | LOCK_NB))
			return 0;
		if (errno != EWOULDBLOCK && errno != EINTR)
			return err_sys(e, -errno, id->path, "lock");
		if (!file_read(AT_FDCWD, "/proc/locks", 16 << 20, &locks, NULL))
			pid = guard_lock_holder(locks, st.st_dev, st.st_ino, &shared);
		if (!shared)
			break;
		nanosleep(&pause, NULL);
	}
	return refuse_locked(id, pid, e);
}

static void find_lock(const struct guard_identity *id, char *buf, size_t len)
{
	if (locks_elsewhere(id))
		guard_sysfs(id, "size", buf, len);
	else
		snprintf(buf, len, "%s", id->path);
}

static int take_lock(const struct guard_identity *id, int *ret, struct err *e)
{
	char path[PATH_MAX];
	AUTO_CLOSE int fd = -1;
	int r;

	find_lock(id, path, sizeof(path));
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		r = err_sys(e, -errno, id->path, "open");
		return r == -EACCES ? err_hint(e, "a device needs root") : r;
	}
	r = lock_device(id, fd, e);
	if (!r)
		*ret = steal_fd(fd);
	return r;
}

/* ---- all together ---- */

int guard_device(const char *path, struct guard_claim *ret, struct err *e)
{
	struct guard_claim claim = { .lock_fd = -1 };
	int r = guard_identify(path, &claim.id, e);

	if (!r)
		r = check_claim(&claim.id, e);
	if (!r)
		r = take_lock(&claim.id, &claim.lock_fd, e);
	if (!r)
		r = guard_check_unused(&claim.id, e);
	if (r)
		guard_release(&claim);
	else
		*ret = claim;
	return r;
}

static bool is_same(const struct guard_identity *a, const struct guard_identity *b)
{
	return a->dev == b->dev && a->size == b->size && a->character == b->character &&
	       !strcmp(a->path, b->path) && !strcmp(a->uuid, b->uuid) &&
	       !strcmp(a->serial, b->serial) && !strcmp(a->region, b->region);
}

int guard_recheck(const struct guard_claim *c, struct err *e)
{
	struct guard_identity now;
	int r;

	if (c->lock_fd < 0)
		return err_set(e, -EPERM, c->id.path, "is not locked by this run");
	r = guard_identify(c->id.path, &now, e);
	if (r)
		return r;
	if (!is_same(&now, &c->id))
		return err_set(e, -EPERM, c->id.path, "has become another device");
	r = check_claim(&now, e);
	return r ? r : guard_check_unused(&now, e);
}

void guard_release(struct guard_claim *c)
{
	if (c->lock_fd >= 0)
		close(c->lock_fd);
	c->lock_fd = -1;
}
