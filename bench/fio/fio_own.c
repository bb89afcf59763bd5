// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/fio/fio_own.h"
#include "bench/fio/fio_jobs.h"
#include "emulate/guest.h"
#include "lib/file.h"
#include "lib/hash.h"
#include "lib/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_TEXT 65536
#define SUFFIX	 ".fio"

const char *fio_own_path(const char *word)
{
	const char *path = fio_jobs_are_meant(word) ? word + strlen(FIO_PREFIX) : NULL;

	return path && strchr(path, '/') ? path : NULL;
}

/* Where a guest finds the file that the command line calls @path. */
static char *guest_name(const char *path, char *buf, size_t len)
{
	snprintf(buf, len, GUEST_FIO_JOB "%016" PRIx64, hash_add(HASH_START, path, strlen(path)));
	return buf;
}

/* ---- files that are jobs ---- */

struct own_job {
	struct fio_job job;
	char *text, *path;
	struct own_job *next;
};

static void release(struct own_job *own)
{
	free(own->text);
	free(own->path);
	free(own);
}

/* "DIR/NAME.fio": NAME, which becomes part of a workload's. */
static int name_of(const char *path, char *buf, size_t len, struct err *e)
{
	const char *base = strrchr(path, '/') + 1;
	size_t n = strlen(base), suffix = strlen(SUFFIX);

	if (n > suffix && !strcmp(base + n - suffix, SUFFIX))
		n -= suffix;
	if (n && n < len && strspn(base, "abcdefghijklmnopqrstuvwxyz0123456789-") >= n) {
		snprintf(buf, len, "%.*s", (int)n, base);
		return 0;
	}
	err_set(e, -EINVAL, path, "cannot give a workload its name");
	return err_hint(e, "rename it: lower-case letters, digits and hyphens, then " SUFFIX);
}

static int fill(struct own_job *own, const char *path, struct err *e)
{
	char inside[64], name[64];
	const char *from = guest_is_collected() ? guest_name(path, inside, sizeof(inside)) : path;
	int r = name_of(path, name, sizeof(name), e);

	if (r)
		return r;
	own->path = strdup(path);
	r = own->path ? file_read(AT_FDCWD, from, MAX_TEXT, &own->text, NULL) : -ENOMEM;
	if (r)
		return err_sys(e, r, path, "read");
	r = fio_job_parse(name, own->text, &own->job, e);
	own->job.path = own->path;
	return r;
}

int fio_own_load(const char *path, const struct dx_workload **ret, struct err *e)
{
	static struct own_job *loaded;
	struct own_job *own;
	int r;

	for (own = loaded; own; own = own->next)
		if (!strcmp(own->path, path)) {
			*ret = &own->job.workload;
			return 0;
		}
	own = calloc(1, sizeof(*own));
	if (!own)
		return err_sys(e, -ENOMEM, path, "read the job");
	r = fill(own, path, e);
	if (r) {
		release(own);
		return r;
	}
	own->next = loaded;
	loaded = own;
	*ret = &own->job.workload;
	return 0;
}

/* ---- what a guest is given ---- */

void fio_luggage_release(struct fio_luggage *luggage)
{
	for (size_t i = 0; i < luggage->n; i++)
		free(luggage->files[i]);
	free(luggage->files);
	*luggage = (struct fio_luggage){ 0 };
}

static int add_file(struct fio_luggage *luggage, const char *host, const char *guest, struct err *e)
{
	char **longer = realloc(luggage->files, (luggage->n + 2) * sizeof(*longer)), *file;

	if (!longer)
		return err_sys(e, -ENOMEM, host, "take along");
	luggage->files = longer;
	longer[luggage->n] = NULL;
	if (asprintf(&file, "%s:%s", host, guest) < 0)
		return err_sys(e, -ENOMEM, host, "take along");
	longer[luggage->n++] = file;
	longer[luggage->n] = NULL;
	return 0;
}

int fio_luggage_pack(const struct selection *s, size_t n, struct fio_luggage *ret, struct err *e)
{
	char fio[PATH_MAX], inside[64];
	bool wanted = false;
	int r = 0;

	*ret = (struct fio_luggage){ 0 };
	for (size_t i = 0; !r && i < n; i++) {
		const struct fio_job *job = s[i].workload->job;

		wanted = wanted || job;
		if (job && job->path)
			r = add_file(ret, job->path, guest_name(job->path, inside, sizeof(inside)),
				     e);
	}
	if (!r && wanted && !proc_find("fio", fio, sizeof(fio), NULL))
		r = add_file(ret, fio, fio, e);
	return r;
}
