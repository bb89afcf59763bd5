// SPDX-License-Identifier: GPL-2.0-or-later
#include "checker/blocks/logwrites.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct logwrites {
	FILE *file;
	char *path;
	uint64_t entries;
	int error; /* first errno */
};

static void put(struct logwrites *w, const void *data, size_t len)
{
	if (!w->error && fwrite(data, 1, len, w->file) != len)
		w->error = errno ? errno : EIO;
}

/* A sector that begins with @head, then @text. */
static void put_sector(struct logwrites *w, const void *head, size_t head_len, const char *text,
		       size_t len)
{
	unsigned char sector[LOGWRITES_SECTOR] = { 0 };

	memcpy(sector, head, head_len);
	memcpy(sector + head_len, text, len);
	put(w, sector, sizeof(sector));
}

static void put_super(struct logwrites *w)
{
	struct logwrites_super super = { .magic = LOGWRITES_MAGIC,
					 .version = LOGWRITES_VERSION,
					 .nr_entries = w->entries,
					 .sectorsize = LOGWRITES_SECTOR };

	put_sector(w, &super, sizeof(super), "", 0);
}

static void put_entry(struct logwrites *w, const struct logwrites_entry *entry, const char *text)
{
	put_sector(w, entry, sizeof(*entry), text, entry->data_len);
	w->entries++;
}

/* Opened before it is emptied: what is no file is left as it is. */
static int open_file(struct logwrites *w, struct err *e)
{
	int fd = open(w->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0666);
	struct stat st;
	int r = 0;

	if (fd < 0)
		return err_sys(e, -errno, w->path, "create");
	if (fstat(fd, &st))
		r = err_sys(e, -errno, w->path, "stat");
	else if (!S_ISREG(st.st_mode))
		r = err_set(e, -EINVAL, w->path, "is no file: a log goes to a file only");
	else if (ftruncate(fd, 0))
		r = err_sys(e, -errno, w->path, "empty");
	else if (!(w->file = fdopen(fd, "w")))
		r = err_sys(e, -errno, w->path, "open");
	if (r)
		close(fd);
	return r;
}

int logwrites_create(struct logwrites **ret, const char *path, struct err *e)
{
	struct logwrites *w = calloc(1, sizeof(*w));
	int r;

	if (!w)
		return err_sys(e, -ENOMEM, path, "create");
	w->path = strdup(path);
	r = w->path ? open_file(w, e) : err_sys(e, -ENOMEM, path, "create");
	if (r) {
		logwrites_abandon(w);
		return r;
	}
	put_super(w);
	*ret = w;
	return 0;
}

void logwrites_write(struct logwrites *w, uint64_t sector, const void *data, uint64_t n)
{
	put_entry(w, &(struct logwrites_entry){ .sector = sector, .nr_sectors = n }, "");
	put(w, data, n * LOGWRITES_SECTOR);
}

void logwrites_flush(struct logwrites *w)
{
	put_entry(w, &(struct logwrites_entry){ .flags = LOGWRITES_FLUSH }, "");
}

void logwrites_mark(struct logwrites *w, const char *text)
{
	struct logwrites_entry mark = { .flags = LOGWRITES_MARK,
					.data_len = strnlen(text, LOGWRITES_MARK_MAX) };

	put_entry(w, &mark, text);
}

int logwrites_close(struct logwrites *w, struct err *e)
{
	int r = 0;

	if (!w->error && (fflush(w->file) || fseek(w->file, 0, SEEK_SET)))
		w->error = errno;
	put_super(w);
	if (!w->error && fflush(w->file))
		w->error = errno;
	if (w->error)
		r = err_sys(e, -w->error, w->path, "write");
	logwrites_abandon(w);
	return r;
}

void logwrites_abandon(struct logwrites *w)
{
	if (!w)
		return;
	if (w->file)
		fclose(w->file);
	free(w->path);
	free(w);
}
