// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/check/oplist_source.h"
#include "bench/check/ace_source.h"
#include "checker/gen/soup.h"
#include "emulate/guest.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define PROBE "daxbench-probe"

/* Where a guest finds the list that the command line calls @path. */
static char *guest_name(const char *path, char *buf, size_t len)
{
	snprintf(buf, len, GUEST_LIST "%016" PRIx64, hash_add(HASH_START, path, strlen(path)));
	return buf;
}

static int open_list(const struct selection *s, struct oplist *ret, struct err *e)
{
	char inside[64];
	int r;

	if (!s->path || !*s->path) {
		err_set(e, -EINVAL, s->workload->name, "no list is named");
		return err_hint(e, "say %s:list=FILE", s->workload->name);
	}
	r = oplist_open(
		ret, guest_is_collected() ? guest_name(s->path, inside, sizeof(inside)) : s->path,
		e);
	if (r || ret->n)
		return r;
	oplist_release(ret);
	return err_set(e, -EINVAL, s->path, "there is no operation in it");
}

/* ---- what a guest is given ---- */

void oplist_luggage_release(struct oplist_luggage *luggage)
{
	for (size_t i = 0; i < luggage->n; i++)
		free(luggage->files[i]);
	free(luggage->files);
	*luggage = (struct oplist_luggage){ 0 };
}

int oplist_luggage_add(struct oplist_luggage *luggage, const char *host, const char *guest,
		       struct err *e)
{
	char **longer = realloc(luggage->files, (luggage->n + 2) * sizeof(*longer));
	char *file;

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

int oplist_source_pack(const struct selection *s, size_t n, struct oplist_luggage *ret,
		       struct err *e)
{
	int r = 0;

	*ret = (struct oplist_luggage){ 0 };
	for (size_t i = 0; !r && i < n; i++) {
		struct oplist list = { 0 };
		char inside[64];

		if (s[i].workload->list != DX_LIST_FILE || !s[i].path)
			continue; /* without a path: the cell says so */
		r = open_list(&s[i], &list, e);
		oplist_release(&list);
		if (!r)
			r = oplist_luggage_add(ret, s[i].path,
					       guest_name(s[i].path, inside, sizeof(inside)), e);
	}
	return r;
}

/* ---- lists ---- */

static uint64_t soup_ops(const struct selection *s)
{
	for (size_t i = 0; i < select_param_count(s->workload); i++)
		if (!strcmp(s->workload->params[i].name, "ops"))
			return s->values[i];
	return 0;
}

int oplist_source_count(const struct selection *s, uint64_t *ret, struct err *e)
{
	struct oplist list = { 0 };
	int r = 0;

	if (s->workload->list == DX_LIST_SOUP)
		*ret = soup_ops(s);
	if (s->workload->list == DX_LIST_ACE) {
		*ret = 0; /* what the file system can do decides */
		return ace_source_options(s, &(struct ace_options){ 0 }, e);
	}
	if (s->workload->list != DX_LIST_FILE)
		return 0;
	r = open_list(s, &list, e);
	if (!r)
		*ret = list.n;
	oplist_release(&list);
	return r;
}

/* ---- what a file system can do: tried ---- */

static bool can_shift(int fd)
{
	return !fallocate(fd, FALLOC_FL_ZERO_RANGE, 0, DX_PAGE) &&
	       !fallocate(fd, FALLOC_FL_INSERT_RANGE, 0, DX_PAGE) &&
	       !fallocate(fd, FALLOC_FL_COLLAPSE_RANGE, 0, DX_PAGE);
}

/* Two blocks of the file share one afterwards. */
static bool can_reflink(int fd)
{
	struct file_clone_range range = { .src_fd = fd,
					  .src_length = DX_PAGE,
					  .dest_offset = DX_PAGE };

	return !ioctl(fd, FICLONERANGE, &range);
}

static bool is_dax(int fd)
{
	struct statx sx;

	return !statx(fd, "", AT_EMPTY_PATH, 0, &sx) && sx.stx_attributes & STATX_ATTR_DAX;
}

/*
 * Linux 6.1 takes DAX from an XFS file that shares blocks, once its inode is
 * read anew: it can no longer be mapped with MAP_SYNC, nor share with DAX files.
 * Closes *@fd and opens the file again.
 */
static bool stays_dax(int dir, int *fd)
{
	bool was = is_dax(*fd);

	syncfs(*fd);
	close(steal_fd(*fd));
	file_poke("/proc/sys/vm/drop_caches", "2");
	*fd = openat(dir, PROBE, O_RDWR | O_CLOEXEC);
	return *fd >= 0 && is_dax(*fd) == was;
}

static bool can_map_sync(int fd)
{
	void *p = mmap(NULL, DX_PAGE, PROT_READ, MAP_SHARED_VALIDATE | MAP_SYNC, fd, 0);

	if (p == MAP_FAILED)
		return false;
	munmap(p, DX_PAGE);
	return true;
}

/* What can be done to the file @fd, PROBE in @dir, of two pages. */
static unsigned int try_features(int dir, int *fd, bool own)
{
	unsigned int features = 0;

	if (can_shift(*fd))
		features |= SOUP_SHIFT;
	if (can_map_sync(*fd))
		features |= SOUP_MAP_SYNC;
	if (!can_reflink(*fd) || (own && !stays_dax(dir, fd)))
		return features;
	features |= SOUP_REFLINK;
	if (!fallocate(*fd, FALLOC_FL_UNSHARE_RANGE, 0, DX_PAGE))
		features |= SOUP_UNSHARE;
	return features;
}

/*
 * A small allocation in a realtime file of large extents takes the whole device
 * on some kernels (docs/findings/xfs-rt-fault-takes-all.md): nothing can be done
 * after it. @fd: an empty file, as which it is left.
 */
static bool fault_takes_all(int fd)
{
	union {
		struct fiemap map;
		unsigned char room[sizeof(struct fiemap) + sizeof(struct fiemap_extent)];
	} u = { .map = { .fm_length = FIEMAP_MAX_OFFSET, .fm_extent_count = 1 } };
	volatile unsigned char *p;

	bool takes_all;

	if (ftruncate(fd, 2 * DX_PAGE))
		return false;
	p = mmap(NULL, 2 * DX_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		return false;
	p[DX_PAGE] = 1;
	munmap((void *)p, 2 * DX_PAGE);
	takes_all = !ioctl(fd, FS_IOC_FIEMAP, &u.map) && u.map.fm_mapped_extents &&
		    u.map.fm_extents[0].fe_length > 2 * DX_PMD;
	return ftruncate(fd, 0) ? true : takes_all;
}

static int find_features(const struct target *t, int dir, unsigned int *ret, struct err *e)
{
	static const unsigned char pages[2 * DX_PAGE];
	AUTO_CLOSE int fd = openat(dir, PROBE, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	bool own = t && target_is_own(t);
	ssize_t put;

	if (fd < 0)
		return err_sys(e, -errno, PROBE, "make, to see what the file system can do");
	if (fault_takes_all(fd)) {
		unlinkat(dir, PROBE, 0);
		return err_set(e, -EOPNOTSUPP, "realtime device",
			       "a small allocation takes the whole realtime device (docs/findings/"
			       "xfs-rt-fault-takes-all.md): see xfs-rt-4k");
	}
	put = pwrite(fd, pages, sizeof(pages), 0);
	if (put != sizeof(pages))
		return err_sys(e, put < 0 ? -errno : -EIO, PROBE, "write");
	*ret = try_features(dir, &fd, own) | (own ? SOUP_OWN_FS : 0);
	unlinkat(dir, PROBE, 0);
	return 0;
}

static int make_soup(const struct selection *s, const struct target *t, int dir, uint64_t seed,
		     struct oplist *ret, struct err *e)
{
	struct soup_options o = { .ops = soup_ops(s), .seed = seed };
	int r = find_features(t, dir, &o.features, e);

	return r ? r : soup_make(ret, &o, e);
}

static int make_ace(const struct selection *s, const struct target *t, int dir, uint64_t seed,
		    struct oplist *ret, struct err *e)
{
	struct ace_options o;
	int r = ace_source_options(s, &o, e);

	if (!r)
		r = find_features(t, dir, &o.features, e);
	o.seed = seed;
	return r ? r : ace_make(ret, &o, e);
}

int oplist_source_make(const struct selection *s, const struct target *t, int dir, uint64_t seed,
		       struct oplist *ret, struct err *e)
{
	*ret = (struct oplist){ 0 };
	switch (s->workload->list) {
	case DX_LIST_FILE:
		return open_list(s, ret, e);
	case DX_LIST_SOUP:
		return make_soup(s, t, dir, seed, ret, e);
	case DX_LIST_ACE:
		return make_ace(s, t, dir, seed, ret, e);
	default:
		return 0;
	}
}
