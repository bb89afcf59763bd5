// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/target/claims.h"
#include "lib/cleanup.h"
#include "lib/file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#define MAX_BYTES (1U << 20)

/* ---- the file ---- */

/*
 * Nobody but root may have had a hand in it. In tests the owner is who runs
 * them; where it matters that is root, for nobody else opens a device.
 */
static int check_owner(const char *path, const struct stat *st, struct err *e)
{
	if (st->st_uid != geteuid() && st->st_uid != 0) {
		err_set(e, -EPERM, path, "does not belong to root");
		return err_hint(e, "look at what is in it and where it came from");
	}
	if (st->st_mode & (S_IWGRP | S_IWOTH)) {
		err_set(e, -EPERM, path, "others than its owner may write it");
		return err_hint(e, "look at what is in it, then chmod go-w");
	}
	return 0;
}

/* The directory of @file, made if it is not there and @make; a descriptor, or -errno. */
static int open_directory(const char *file, bool make, struct err *e)
{
	AUTO_CLOSE int fd = -1;
	char path[PATH_MAX], *dir;
	struct stat st;
	int r = 0;

	snprintf(path, sizeof(path), "%s", file);
	dir = dirname(path);
	if (make && mkdir(dir, 0700) && errno != EEXIST)
		r = -errno;
	if (!r) {
		fd = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		r = fd < 0 || fstat(fd, &st) ? -errno : 0;
	}
	if (r == -ENOENT && !make)
		return r;
	if (r) {
		err_sys(e, r, dir, "open the directory of the claims");
		return r == -EACCES ? err_hint(e, "claims are root's: use sudo") : r;
	}
	r = check_owner(dir, &st, e);
	return r ? r : steal_fd(fd);
}

/* A claim that was not written by us, or not whole, must not be half believed. */
static bool is_list_of_claims(const json_t *list)
{
	json_t *claim;
	size_t i;

	if (!json_is_array(list))
		return false;
	json_array_foreach(list, i, claim) {
		const char *path, *model, *uuid, *serial, *region;
		json_int_t size;

		if (json_unpack(claim, "{s:s, s:s, s:s, s:s, s:s, s:I !}", "path", &path, "model",
				&model, "uuid", &uuid, "serial", &serial, "region", &region,
				"size_bytes", &size) ||
		    size < 0)
			return false;
	}
	return true;
}

static int read_list(const char *file, int fd, json_t **ret, struct err *e)
{
	json_t *list;
	struct stat st;
	int r;

	if (fstat(fd, &st))
		return err_sys(e, -errno, file, "stat");
	r = S_ISREG(st.st_mode) ? check_owner(file, &st, e)
				: err_set(e, -EPERM, file, "is no regular file");
	if (r)
		return r;
	if (st.st_size > MAX_BYTES)
		return err_set(e, -EFBIG, file, "is too large for a list of claims");
	list = json_loadfd(fd, JSON_REJECT_DUPLICATES, NULL);
	if (!is_list_of_claims(list)) {
		json_decref(list);
		err_set(e, -EBADMSG, file, "is no list of claims");
		return err_hint(e, "remove it and claim the devices again");
	}
	*ret = list;
	return 0;
}

int claims_load(const char *file, json_t **ret, struct err *e)
{
	AUTO_CLOSE int dir = open_directory(file, false, e);
	AUTO_CLOSE int fd = -1;
	int r;

	if (dir < 0 && dir != -ENOENT)
		return dir;
	fd = open(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT) {
		*ret = json_array();
		return *ret ? 0 : err_sys(e, -ENOMEM, file, "read");
	}
	if (fd < 0) {
		r = err_sys(e, -errno, file, "open");
		return r == -EACCES ? err_hint(e, "claims are root's: use sudo") : r;
	}
	return read_list(file, fd, ret, e);
}

static int save(const char *file, int dir, const json_t *list, struct err *e)
{
	AUTO_FREE char *text = json_dumps(list, JSON_INDENT(2));
	char path[PATH_MAX];
	mode_t mask;
	int r;

	if (!text)
		return err_sys(e, -ENOMEM, file, "write");
	snprintf(path, sizeof(path), "%s", file);
	mask = umask(0077);
	r = file_write_atomic(dir, basename(path), text, strlen(text));
	umask(mask);
	return r ? err_sys(e, r, file, "write") : 0;
}

/* The list and its directory, locked until the caller closes @ret_dir: one change at a time. */
static int load_for_change(const char *file, int *ret_dir, json_t **ret, struct err *e)
{
	AUTO_CLOSE int dir = open_directory(file, true, e);
	int r;

	if (dir < 0)
		return dir;
	while (flock(dir, LOCK_EX))
		if (errno != EINTR)
			return err_sys(e, -errno, file, "lock");
	r = claims_load(file, ret, e);
	if (!r)
		*ret_dir = steal_fd(dir);
	return r;
}

/* ---- the claims in it ---- */

/* Where the claim of @path is; the size of the list if nowhere. */
static size_t find(const json_t *list, const char *path)
{
	size_t i, n = json_array_size(list);

	for (i = 0; i < n; i++) {
		const json_t *at = json_object_get(json_array_get(list, i), "path");

		if (json_is_string(at) && !strcmp(json_string_value(at), path))
			break;
	}
	return i;
}

/* A loop device of tomorrow has the name and the size of today's: that is not enough. */
static int check_tellable(const struct guard_identity *id, struct err *e)
{
	if (id->uuid[0] || id->serial[0] || id->region[0])
		return 0;
	err_set(e, -EINVAL, id->path,
		"has no uuid or serial number: later another device of "
		"this name could not be told from it");
	return err_hint(e, "mount it and use --target, or use a guest");
}

static json_t *make_claim(const struct guard_identity *id)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:I}", "path", id->path, "model", id->model,
			 "uuid", id->uuid, "serial", id->serial, "region", id->region, "size_bytes",
			 (json_int_t)id->size);
}

int claims_add(const char *file, const struct guard_identity *id, struct err *e)
{
	AUTO_CLOSE int dir = -1;
	json_t *list = NULL;
	size_t at;
	int r = check_tellable(id, e);

	if (!r)
		r = load_for_change(file, &dir, &list, e);
	if (r)
		return r;
	at = find(list, id->path);
	if (at < json_array_size(list))
		r = json_array_set_new(list, at, make_claim(id));
	else
		r = json_array_append_new(list, make_claim(id));
	r = r ? err_sys(e, -ENOMEM, id->path, "note the claim") : save(file, dir, list, e);
	json_decref(list);
	return r;
}

int claims_remove(const char *file, const char *path, struct err *e)
{
	AUTO_CLOSE int dir = -1;
	json_t *list = NULL;
	size_t at;
	int r = load_for_change(file, &dir, &list, e);

	if (r)
		return r;
	at = find(list, path);
	if (at == json_array_size(list)) {
		r = err_set(e, -ENOENT, path, "is not claimed");
		err_hint(e, "\"daxbench claim --list\" shows what is");
	} else {
		json_array_remove(list, at);
		r = save(file, dir, list, e);
	}
	json_decref(list);
	return r;
}

static bool same(const json_t *claim, const char *member, const char *now)
{
	const char *then = json_string_value(json_object_get(claim, member));

	return then && !strcmp(then, now);
}

/* The first thing that is not as it was, or NULL. */
static const char *changed(const json_t *claim, const struct guard_identity *id)
{
	if (!same(claim, "uuid", id->uuid))
		return "uuid";
	if ((uint64_t)json_integer_value(json_object_get(claim, "size_bytes")) != id->size)
		return "size";
	if (id->uuid[0])
		return NULL;
	if (!same(claim, "serial", id->serial))
		return "serial number";
	return same(claim, "region", id->region) ? NULL : "region";
}

int claims_check(const char *file, const struct guard_identity *id, struct err *e)
{
	const char *what;
	json_t *list = NULL;
	size_t at;
	int r = claims_load(file, &list, e);

	if (r)
		return r;
	at = find(list, id->path);
	if (at == json_array_size(list)) {
		r = err_set(e, -EPERM, id->path, "is not claimed: what is on it would be lost");
		err_hint(e, "if that is meant: daxbench claim %s", id->path);
	} else {
		what = changed(json_array_get(list, at), id);
		if (what) {
			r = err_set(e, -EPERM, id->path,
				    "is not the device that was claimed: another %s", what);
			err_hint(e, "look at it, then: daxbench claim %s", id->path);
		}
	}
	json_decref(list);
	return r;
}
