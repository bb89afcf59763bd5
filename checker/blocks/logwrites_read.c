// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What an entry must be, to be believed. The kernel writes its 32 bytes, a mark's
 * text, and zeros to the end of the sector; so a sector with anything else is
 * payload, or an older log's, and we have lost our way.
 *
 * Reading is through a window on the log. It grows while what is asked for adjoins
 * what was, and is a page again after a jump: of a log whose payload nobody wants
 * only the entries are read.
 */
#include "checker/blocks/logwrites_read.h"
#include "lib/cleanup.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/fs.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#define WINDOW_MIN LOGWRITES_SECTOR_MAX
#define FLAGS_ALL                                                                                  \
	(LOGWRITES_FLUSH | LOGWRITES_FUA | LOGWRITES_DISCARD | LOGWRITES_MARK | LOGWRITES_METADATA)

struct logwrites_reader {
	char *path;
	int fd;
	struct logwrites_limits limits;
	uint64_t bytes; /* of the log */
	uint32_t sectorsize;
	uint64_t counted;
	uint64_t number, at; /* of the next entry */
	uint64_t data, left; /* where the last one's payload goes on, and how much of it */
	enum logwrites_end ended;
	struct err failed; /* what logwrites_next() said, to say it again */
	uint64_t from;	   /* window: where in the log */
	size_t held, grow; /* bytes in it, bytes to read next time */
	char mark[LOGWRITES_SECTOR_MAX + 1];
	unsigned char window[LOGWRITES_PIECE_MAX];
};

/* ---- the window ---- */

/* As much as can be had of @want bytes from @at on, at least one. */
static ssize_t fill(struct logwrites_reader *l, uint64_t at, size_t want)
{
	ssize_t got;

	l->grow = l->held && at == l->from + l->held ? l->grow * 2 : WINDOW_MIN;
	if (l->grow > sizeof(l->window))
		l->grow = sizeof(l->window);
	if (want < l->grow)
		want = l->grow;
	l->from = at;
	l->held = 0;
	while (l->held < want) {
		got = pread(l->fd, l->window + l->held, want - l->held, (off_t)(at + l->held));
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (!got)
			break;
		l->held += (size_t)got;
	}
	return (ssize_t)l->held;
}

/*
 * Bytes from @at on that are in the window, at least @min of them (no more than its
 * size); fewer where the log ends. Or -errno.
 */
static ssize_t look(struct logwrites_reader *l, uint64_t at, size_t min, const unsigned char **ret)
{
	size_t skip;
	ssize_t n;

	if (at < l->from || at > l->from + l->held || l->from + l->held - at < min) {
		/* What is there of it already is read once more: it is less than a sector. */
		n = fill(l, at, min);
		if (n < 0)
			return n;
	}
	skip = (size_t)(at - l->from);
	*ret = l->window + skip;
	return (ssize_t)(l->held - skip);
}

/* ---- the super block ---- */

static int damaged(struct logwrites_reader *l, struct err *e, const char *what)
{
	err_set(e, -EBADMSG, l->path, "%s", what);
	return err_hint(e, "is it the log, the second device of the dm table?");
}

static bool is_sector_size(uint32_t n)
{
	return n >= LOGWRITES_SECTOR && n <= LOGWRITES_SECTOR_MAX && !(n & (n - 1));
}

static int read_super(struct logwrites_reader *l, struct err *e)
{
	struct logwrites_super s;
	const unsigned char *p;
	ssize_t n = look(l, 0, sizeof(s), &p);
	char what[160];

	if (n < 0)
		return err_sys(e, (int)n, l->path, "read");
	if ((size_t)n < sizeof(s))
		return damaged(l, e, "is too short to be a log of dm-log-writes");
	memcpy(&s, p, sizeof(s));
	if (le64toh(s.magic) != LOGWRITES_MAGIC)
		return damaged(l, e,
			       "is no log of dm-log-writes: it does not begin with its magic");
	if (le64toh(s.version) != LOGWRITES_VERSION) {
		snprintf(what, sizeof(what), "is a log of version %" PRIu64 "; version 1 is known",
			 le64toh(s.version));
		return damaged(l, e, what);
	}
	l->sectorsize = le32toh(s.sectorsize);
	l->counted = le64toh(s.nr_entries);
	if (!is_sector_size(l->sectorsize)) {
		snprintf(what, sizeof(what),
			 "has sectors of %" PRIu32 " bytes: want 512, 1024, 2048 or 4096",
			 l->sectorsize);
		return damaged(l, e, what);
	}
	if (l->bytes < l->sectorsize)
		return damaged(l, e, "is cut off in its super block");
	l->at = l->sectorsize;
	return 0;
}

/* ---- open and close ---- */

static int open_log(struct logwrites_reader *l, struct err *e)
{
	struct stat st;

	/* What is neither is not waited for. */
	l->fd = open(l->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (l->fd < 0)
		return err_sys(e, -errno, l->path, "open");
	if (fstat(l->fd, &st))
		return err_sys(e, -errno, l->path, "stat");
	if (S_ISBLK(st.st_mode)) {
		if (ioctl(l->fd, BLKGETSIZE64, &l->bytes))
			return err_sys(e, -errno, l->path, "read its size");
		return 0;
	}
	if (!S_ISREG(st.st_mode))
		return err_set(e, -EBADMSG, l->path, "is neither a file nor a block device");
	l->bytes = (uint64_t)st.st_size;
	posix_fadvise(l->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	return 0;
}

int logwrites_open(struct logwrites_reader **ret, const char *path,
		   const struct logwrites_limits *limits, struct err *e)
{
	struct logwrites_reader *l = calloc(1, sizeof(*l));
	int r;

	if (!l)
		return err_sys(e, -ENOMEM, path, "open");
	l->fd = -1;
	l->limits = *limits;
	l->path = strdup(path);
	r = l->path ? open_log(l, e) : err_sys(e, -ENOMEM, path, "open");
	if (!r)
		r = read_super(l, e);
	if (r) {
		logwrites_reader_close(l);
		return r;
	}
	*ret = l;
	return 0;
}

void logwrites_reader_close(struct logwrites_reader *l)
{
	if (!l)
		return;
	if (l->fd >= 0)
		close(l->fd);
	free(l->path);
	free(l);
}

uint32_t logwrites_sectorsize(const struct logwrites_reader *l)
{
	return l->sectorsize;
}

uint64_t logwrites_counted(const struct logwrites_reader *l)
{
	return l->counted;
}

uint64_t logwrites_bytes(const struct logwrites_reader *l)
{
	return l->bytes;
}

const char *logwrites_path(const struct logwrites_reader *l)
{
	return l->path;
}

enum logwrites_end logwrites_ended(const struct logwrites_reader *l)
{
	return l->ended;
}

/* ---- an entry ---- */

/* "LOG: entry 7 at byte 3584: ..." Returns -EBADMSG. */
static int __attribute__((format(printf, 4, 5)))
bad_entry(struct logwrites_reader *l, struct err *e, const char *hint, const char *fmt, ...)
{
	char what[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	err_set(e, -EBADMSG, l->path, "entry %" PRIu64 " at byte %" PRIu64 ": %s", l->number, l->at,
		what);
	return err_hint(e, "%s", hint);
}

#define HINT_BEFORE "--to-entry stops before it"
#define HINT_CUT    "the log is cut off: copy it whole, or stop before it with --to-entry"

static bool is_zero(const unsigned char *p, size_t len)
{
	return !len || (!p[0] && !memcmp(p, p + 1, len - 1));
}

static int check_flags(struct logwrites_reader *l, const struct logwrites_entry *en, struct err *e)
{
	if (en->flags & ~(uint64_t)FLAGS_ALL)
		return bad_entry(l, e, HINT_BEFORE, "flags %#" PRIx64 " are not known", en->flags);
	if (!en->flags && !en->nr_sectors)
		return bad_entry(l, e, HINT_BEFORE, "is empty: neither data nor a flag");
	if (en->flags & LOGWRITES_MARK && (en->flags != LOGWRITES_MARK || en->nr_sectors))
		return bad_entry(l, e, HINT_BEFORE, "a mark that is something else too");
	return 0;
}

/* What lies behind the 32 bytes of the entry in its sector. */
static int check_rest(struct logwrites_reader *l, const struct logwrites_entry *en,
		      const unsigned char *rest, struct err *e)
{
	size_t room = l->sectorsize - sizeof(*en), text = 0;

	if (en->flags & LOGWRITES_MARK) {
		if (en->data_len > room)
			return bad_entry(l, e, HINT_BEFORE,
					 "a mark of %" PRIu64 " bytes does not fit in a sector",
					 en->data_len);
		text = (size_t)en->data_len;
	}
	if (!is_zero(rest + text, room - text))
		return bad_entry(l, e, HINT_BEFORE, "is no entry: its sector holds something else");
	return 0;
}

static int check_place(struct logwrites_reader *l, const struct logwrites_entry *en, struct err *e)
{
	uint64_t end, most = INT64_MAX / l->sectorsize;

	if (!en->nr_sectors)
		return 0;
	if (__builtin_add_overflow(en->sector, en->nr_sectors, &end) || end > most)
		return bad_entry(l, e, HINT_BEFORE,
				 "%" PRIu64 " sectors from %" PRIu64 " on: no device has these",
				 en->nr_sectors, en->sector);
	if (l->limits.device && end * l->sectorsize > l->limits.device)
		return bad_entry(l, e, "is it the log of this device?",
				 "%" PRIu64 " sectors from %" PRIu64
				 " on lie outside the device of %" PRIu64 " bytes",
				 en->nr_sectors, en->sector, l->limits.device);
	return 0;
}

static int check_payload(struct logwrites_reader *l, const struct logwrites_entry *en,
			 uint64_t payload, struct err *e)
{
	uint64_t begin = l->at + l->sectorsize;

	if (!(en->flags & (LOGWRITES_MARK | LOGWRITES_DISCARD)) && en->data_len > payload)
		return bad_entry(l, e, HINT_BEFORE,
				 "%" PRIu64 " bytes of data in %" PRIu64 " of payload",
				 en->data_len, payload);
	if (begin > l->bytes || payload > l->bytes - begin)
		return bad_entry(l, e, HINT_CUT,
				 "its %" PRIu64 " bytes of payload end behind the log's %" PRIu64,
				 payload, l->bytes);
	return 0;
}

static void hand_out(struct logwrites_reader *l, const struct logwrites_entry *en,
		     const unsigned char *rest, struct logwrites_item *ret)
{
	uint64_t length = en->nr_sectors * l->sectorsize;
	uint64_t payload = en->flags & LOGWRITES_DISCARD ? 0 : length;

	*ret = (struct logwrites_item){ .number = l->number,
					.at = l->at,
					.next = l->at + l->sectorsize + payload,
					.sector = en->sector,
					.nr_sectors = en->nr_sectors,
					.flags = en->flags,
					.offset = length ? en->sector * l->sectorsize : 0,
					.length = length,
					.payload = payload,
					.beyond = l->number >= l->counted };
	if (en->flags & LOGWRITES_MARK) {
		memcpy(l->mark, rest, en->data_len);
		l->mark[en->data_len] = '\0';
		ret->mark = l->mark;
	}
	l->data = l->at + l->sectorsize;
	l->left = payload;
	l->at = ret->next;
	l->number++;
}

static struct logwrites_entry from_disk(const unsigned char *p)
{
	struct logwrites_entry en;

	memcpy(&en, p, sizeof(en));
	return (struct logwrites_entry){ le64toh(en.sector), le64toh(en.nr_sectors),
					 le64toh(en.flags), le64toh(en.data_len) };
}

static int take_entry(struct logwrites_reader *l, struct logwrites_item *ret, struct err *e)
{
	const unsigned char *p;
	struct logwrites_entry en;
	ssize_t n = look(l, l->at, l->sectorsize, &p);
	int r;

	if (n < 0) {
		bad_entry(l, e, "is the medium damaged?", "read: %s", strerror((int)-n));
		return e->code = (int)n;
	}
	if (n < (ssize_t)l->sectorsize)
		return bad_entry(l, e, HINT_CUT,
				 "the log ends here, and its super block counts %" PRIu64
				 " entries",
				 l->counted);
	en = from_disk(p);
	r = check_flags(l, &en, e);
	if (!r)
		r = check_rest(l, &en, p + sizeof(en), e);
	if (!r)
		r = check_place(l, &en, e);
	if (!r)
		r = check_payload(l, &en,
				  en.flags & LOGWRITES_DISCARD ? 0 : en.nr_sectors * l->sectorsize,
				  e);
	if (!r)
		hand_out(l, &en, p + sizeof(en), ret);
	return r;
}

/* Behind the count: what is no entry is the end, and no error. A failed read is one. */
static int take_beyond(struct logwrites_reader *l, struct logwrites_item *ret, struct err *e)
{
	struct err none;
	int r;

	if (!l->limits.beyond) {
		l->ended = LOGWRITES_COUNTED;
		return 0;
	}
	if (l->at >= l->bytes) {
		l->ended = LOGWRITES_FULL;
		return 0;
	}
	r = take_entry(l, ret, &none);
	if (!r)
		return 1;
	if (r == -EBADMSG) {
		l->ended = LOGWRITES_NO_ENTRY;
		return 0;
	}
	*e = none;
	return r;
}

int logwrites_next(struct logwrites_reader *l, struct logwrites_item *ret, struct err *e)
{
	struct err failed;
	int r;

	l->left = 0;
	if (l->failed.code)
		r = l->failed.code;
	else if (l->ended)
		return 0;
	else if (l->number >= l->counted)
		r = take_beyond(l, ret, &failed);
	else
		r = take_entry(l, ret, &failed) ? failed.code : 1;
	if (r >= 0)
		return r;
	if (!l->failed.code)
		l->failed = failed;
	if (e)
		*e = l->failed;
	return r;
}

int logwrites_data(struct logwrites_reader *l, const void **ret_data, size_t *ret_len,
		   struct err *e)
{
	const unsigned char *p;
	ssize_t n;

	if (!l->left)
		return 0;
	n = look(l, l->data, l->sectorsize, &p);
	if (n < 0)
		return err_sys(e, (int)n, l->path, "read");
	if ((uint64_t)n > l->left)
		n = (ssize_t)l->left;
	n -= n % (ssize_t)l->sectorsize;
	if (!n) {
		err_set(e, -EBADMSG, l->path,
			"entry %" PRIu64 ": its payload ends at byte %" PRIu64
			": the log became shorter",
			l->number - 1, l->data);
		return err_hint(e, "is somebody writing it?");
	}
	*ret_data = p;
	*ret_len = (size_t)n;
	l->data += (uint64_t)n;
	l->left -= (uint64_t)n;
	return 1;
}
