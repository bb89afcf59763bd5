// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The file system may be damaged in any way that its kernel does not notice: nothing here
 * goes on for ever, whatever sizes, extents and directories it shows.
 */
#include "bench/recover/walk.h"
#include "lib/cleanup.h"
#include "lib/grow.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/xattr.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#define DEPTH_MAX   64
#define ENTRIES_MAX 65536U
#define XATTRS_MAX  256U	 /* of a file */
#define CHUNK	    (1U << 20)	 /* bytes that are read at a time, more than of attributes */
#define READ_MAX    (1ULL << 30) /* of a file: no medium of a guest has more in one place */
#define OPEN	    (O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOATIME | O_CLOEXEC)

struct walk {
	struct dump_out *out;
	unsigned char *chunk;
	size_t reserve; /* of @out: that no file's content may take */
	size_t entries;
	unsigned int depth;
	char path[PATH_MAX]; /* below the directory that the walk began at; "" for that */
};

/* ---- entries ---- */

/* Returns where its record is, for set_error(). */
static size_t add_entry(struct walk *w, const struct stat *st, int error)
{
	const char *path = w->path[0] ? w->path : ".";
	const uint64_t value[5] = { st->st_mode, st->st_nlink, (uint64_t)st->st_size, st->st_ino,
				    (uint64_t)error };
	size_t at = w->out->used;

	dump_out_add(w->out, DUMP_ENTRY, value, path, strlen(path));
	w->entries++;
	return at;
}

/* Known only once all of it was looked at, which is told behind it. */
static void set_error(struct walk *w, size_t entry, int error)
{
	struct dump_rec rec;

	if (w->out->failed)
		return;
	memcpy(&rec, w->out->at + entry, sizeof(rec));
	rec.value[4] = (uint64_t)error;
	memcpy(w->out->at + entry, &rec, sizeof(rec));
}

/* ---- names, of files or attributes ---- */

struct names {
	char **name;
	size_t n, room;
};

static void free_names(struct names *names)
{
	for (size_t i = 0; i < names->n; i++)
		free(names->name[i]);
	free(names->name);
}

static int keep_name(struct names *names, const char *name)
{
	char **longer = grow(names->name, names->n, &names->room, sizeof(*longer));

	if (!longer)
		return ENOMEM;
	names->name = longer;
	longer[names->n] = strdup(name);
	if (!longer[names->n])
		return ENOMEM;
	names->n++;
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void sort_names(struct names *names)
{
	if (names->n)
		qsort(names->name, names->n, sizeof(*names->name), by_name);
}

static bool is_twice(const struct names *names, size_t i)
{
	return i && !strcmp(names->name[i - 1], names->name[i]);
}

/* ---- extended attributes: the user's, others are the kernel's affair ---- */

/* Those of a file or directory. 0 or errno. */
static int read_xattr_names(struct walk *w, int fd, struct names *names)
{
	ssize_t len = flistxattr(fd, (char *)w->chunk, XATTR_LIST_MAX);
	const char *name = (const char *)w->chunk;
	int error = 0;

	if (len < 0)
		return errno == EOPNOTSUPP ? 0 : errno;
	w->chunk[len] = '\0';
	for (; !error && name < (const char *)w->chunk + len; name += strlen(name) + 1)
		if (!strncmp(name, XATTR_USER_PREFIX, XATTR_USER_PREFIX_LEN))
			error = names->n < XATTRS_MAX ? keep_name(names, name) : EFBIG;
	sort_names(names);
	return error;
}

static int add_xattr(struct walk *w, int fd, const char *name)
{
	size_t len = strlen(name) + 1;
	ssize_t got = fgetxattr(fd, name, w->chunk + len, XATTR_SIZE_MAX);

	if (got < 0)
		return errno;
	memcpy(w->chunk, name, len);
	len += (size_t)got;
	if (w->out->room - w->out->used < w->reserve + len)
		return EFBIG;
	dump_out_add(w->out, DUMP_XATTR, NULL, w->chunk, len);
	return 0;
}

/* Of the entry before. 0 or errno. */
static int add_xattrs(struct walk *w, int fd)
{
	struct names names = { 0 };
	int error = read_xattr_names(w, fd, &names);

	for (size_t i = 0; !error && i < names.n; i++)
		error = is_twice(&names, i) ? EEXIST : add_xattr(w, fd, names.name[i]);
	free_names(&names);
	return error;
}

/* ---- what regular files hold ---- */

static bool is_zero(const unsigned char *page)
{
	static const unsigned char zeros[DUMP_PAGE_BYTES];

	return !memcmp(page, zeros, sizeof(zeros));
}

/* @len bytes of the file from @offset on, a multiple of a page. 0 or errno. */
static int add_pages(struct walk *w, uint64_t offset, size_t len)
{
	size_t whole = (len + DUMP_PAGE_BYTES - 1) / DUMP_PAGE_BYTES * DUMP_PAGE_BYTES;

	memset(w->chunk + len, 0, whole - len);
	for (size_t at = 0; at < whole; at += DUMP_PAGE_BYTES) {
		const uint64_t value[5] = { (offset + at) / DUMP_PAGE_BYTES };

		if (is_zero(w->chunk + at))
			continue;
		if (w->out->room - w->out->used < w->reserve)
			return EFBIG;
		dump_out_add(w->out, DUMP_PAGE, value, w->chunk + at, DUMP_PAGE_BYTES);
	}
	return 0;
}

static int read_range(struct walk *w, int fd, uint64_t from, uint64_t to)
{
	while (from < to) {
		size_t want = to - from < CHUNK ? to - from : CHUNK;
		ssize_t got = pread(fd, w->chunk, want, (off_t)from);
		int error;

		if (got < 0)
			return errno;
		if (!got)
			return 0;
		error = add_pages(w, from, (size_t)got);
		if (error)
			return error;
		if ((size_t)got < want && got % DUMP_PAGE_BYTES)
			return 0; /* its end came sooner than its size says: zeros, as for programs
				   */
		from += (uint64_t)got;
	}
	return 0;
}

static int read_data(struct walk *w, int fd, uint64_t size)
{
	uint64_t at = 0, total = 0;

	while (at < size) {
		off_t data = lseek(fd, (off_t)at, SEEK_DATA), hole;
		uint64_t from, to;
		int error;

		if (data < 0)
			return errno == ENXIO ? 0 : errno;
		hole = lseek(fd, data, SEEK_HOLE);
		if (hole < 0)
			return errno;
		from = (uint64_t)data / DUMP_PAGE_BYTES * DUMP_PAGE_BYTES;
		to = (uint64_t)hole < size ? (uint64_t)hole : size;
		if ((uint64_t)data < at || hole <= data)
			return EUCLEAN;
		total += to > from ? to - from : 0;
		if (total > READ_MAX)
			return EFBIG;
		/* A page is told once, whatever the file system's blocks are. */
		error = read_range(w, fd, from < at ? at : from, to);
		if (error)
			return error;
		at = ((uint64_t)hole + DUMP_PAGE_BYTES - 1) / DUMP_PAGE_BYTES * DUMP_PAGE_BYTES;
	}
	return 0;
}

static void add_file(struct walk *w, int dir, const char *name, const struct stat *st)
{
	size_t entry = add_entry(w, st, 0), behind;
	AUTO_CLOSE int fd = openat(dir, name, OPEN);
	int error = fd < 0 ? errno : add_xattrs(w, fd);

	behind = w->out->used;
	if (!error)
		error = read_data(w, fd, (uint64_t)st->st_size);
	if (!error)
		return;
	if (error == EFBIG && !w->out->failed)
		w->out->used = behind;
	set_error(w, entry, error);
}

static void add_link(struct walk *w, int dir, const char *name, const struct stat *st)
{
	size_t entry = add_entry(w, st, 0);
	char target[PATH_MAX];
	ssize_t len = readlinkat(dir, name, target, sizeof(target));

	if (len < 0)
		set_error(w, entry, errno);
	else if (!len || memchr(target, '\0', (size_t)len))
		set_error(w, entry, EUCLEAN);
	else
		dump_out_add(w->out, DUMP_TARGET, NULL, target, (size_t)len);
}

/* ---- directories ---- */

/* Sorted. 0, or the errno with which it broke off. */
static int read_names(DIR *dir, struct names *names)
{
	int error = 0;

	while (!error) {
		struct dirent *entry;

		errno = 0;
		entry = readdir(dir);
		if (!entry) {
			error = errno;
			break;
		}
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		error = names->n < ENTRIES_MAX ? keep_name(names, entry->d_name) : EFBIG;
	}
	sort_names(names);
	return error;
}

static void add_directory(struct walk *w, int parent, const char *name, const struct stat *st);

static void add_named(struct walk *w, int dir, const char *name)
{
	struct stat st = { 0 };

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW))
		add_entry(w, &st, errno);
	else if (S_ISDIR(st.st_mode))
		add_directory(w, dir, name, &st);
	else if (S_ISREG(st.st_mode))
		add_file(w, dir, name, &st);
	else if (S_ISLNK(st.st_mode))
		add_link(w, dir, name, &st);
	else
		add_entry(w, &st, 0);
}

/* Returns 0, or the errno of what is wrong with the directory itself. */
static int add_names(struct walk *w, int dir, const struct names *names)
{
	size_t above = strlen(w->path);
	int error = 0;

	for (size_t i = 0; i < names->n; i++) {
		if (is_twice(names, i)) {
			error = EEXIST;
			continue;
		}
		if (w->entries >= ENTRIES_MAX)
			return EFBIG;
		if (above + strlen(names->name[i]) + 2 > sizeof(w->path))
			return ENAMETOOLONG;
		snprintf(w->path + above, sizeof(w->path) - above, "%s%s", above ? "/" : "",
			 names->name[i]);
		add_named(w, dir, names->name[i]);
		w->path[above] = '\0';
	}
	return error;
}

/* Its attributes first: they must come before the entries of what is in it. */
static int add_below(struct walk *w, int parent, const char *name)
{
	AUTO_CLOSE int fd = openat(parent, name, OPEN | O_DIRECTORY);
	AUTO_CLOSEDIR DIR *dir = NULL;
	struct names names = { 0 };
	int attributes, error, later;

	if (fd < 0)
		return errno;
	dir = fdopendir(fd);
	if (!dir)
		return errno;
	(void)steal_fd(fd); /* closed with the stream */
	attributes = add_xattrs(w, dirfd(dir));
	error = read_names(dir, &names);
	later = add_names(w, dirfd(dir), &names);
	free_names(&names);
	return error ? error : later ? later : attributes;
}

static void add_directory(struct walk *w, int parent, const char *name, const struct stat *st)
{
	size_t entry = add_entry(w, st, 0);
	int error = ELOOP;

	if (w->depth < DEPTH_MAX) {
		w->depth++;
		error = add_below(w, parent, name);
		w->depth--;
	}
	if (error)
		set_error(w, entry, error);
}

void walk_tree(const char *path, struct dump_out *out)
{
	struct walk w = { .out = out, .reserve = (out->room - out->used) / 8 };
	struct stat st;
	int error = 0;

	if (fstatat(AT_FDCWD, path, &st, AT_SYMLINK_NOFOLLOW)) {
		error = errno == ENOENT ? 0 : errno;
	} else if (!S_ISDIR(st.st_mode)) {
		error = ENOTDIR;
	} else {
		w.chunk = malloc(CHUNK);
		if (w.chunk)
			add_directory(&w, AT_FDCWD, path, &st);
		else
			error = ENOMEM;
		free(w.chunk);
	}
	dump_out_step(out, DUMP_WALK, error, "");
}
