// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/check/state_file.h"
#include "lib/cleanup.h"
#include "lib/file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <string.h>

struct extract {
	uint64_t state;
	const char *file;
	bool found;
};

/* ---- writing ---- */

static bool is_touched(const struct state_medium *m, uint32_t range, uint64_t page)
{
	return m->touched[range][page / 64] >> page % 64 & 1;
}

static bool is_empty(const struct state_medium *m, uint32_t range)
{
	static const unsigned char zeros[STATE_PAGE];

	for (uint64_t page = 0; page < m->range[range].size / STATE_PAGE; page++)
		if (is_touched(m, range, page) &&
		    memcmp(m->content[range] + page * STATE_PAGE, zeros, STATE_PAGE) != 0)
			return false;
	return true;
}

static int write_at(int fd, const void *data, size_t len, uint64_t at)
{
	ssize_t n = pwrite(fd, data, len, (off_t)at);

	return n == (ssize_t)len ? 0 : n < 0 ? -errno : -EIO;
}

static int write_state(int fd, const struct state_medium *m, const struct state *s)
{
	const struct dx_trace_range *range = &m->range[0];
	int r = ftruncate(fd, (off_t)range->size) ? -errno : 0;

	for (uint64_t page = 0; !r && page < range->size / STATE_PAGE; page++)
		if (is_touched(m, 0, page))
			r = write_at(fd, m->content[0] + page * STATE_PAGE, STATE_PAGE,
				     page * STATE_PAGE);
	for (size_t i = 0; !r && i < s->n_lines; i++)
		if (s->lines[i].addr - range->base < range->size)
			r = write_at(fd, s->lines[i].data, DX_TRACE_LINE,
				     s->lines[i].addr - range->base);
	if (!r && fsync(fd))
		r = -errno;
	return r;
}

static int write_file(const struct extract *x, const struct state_medium *m, const struct state *s,
		      struct err *e)
{
	AUTO_CLOSE int fd = -1;
	char temporary[PATH_MAX];
	int r;

	for (uint32_t i = 1; i < m->ranges; i++)
		if (!is_empty(m, i))
			return err_set(
				e, -EINVAL, x->file,
				"the state lies on two NVDIMMs: only what lies on one can be "
				"looked at");
	snprintf(temporary, sizeof(temporary), "%s.tmp", x->file);
	fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0666);
	r = fd < 0 ? -errno : write_state(fd, m, s);
	if (!r && rename(temporary, x->file))
		r = -errno;
	if (r && fd >= 0)
		unlink(temporary);
	return r ? err_sys(e, r, x->file, "write the state") : 0;
}

/* ---- finding ---- */

/* In the place of those who recover: nothing is recovered. -ECANCELED: it was found. */
static int look(void *data, const struct state_medium *m, const struct state *states, size_t n,
		struct recovered *ret, struct err *e)
{
	struct extract *x = data;
	int r;

	for (size_t i = 0; i < n; i++) {
		ret[i] = (struct recovered){ 0 };
		if (states[i].hash != x->state)
			continue;
		r = write_file(x, m, &states[i], e);
		x->found = !r;
		return r ? r : -ECANCELED;
	}
	return 0;
}

static int find(const struct states_options *o, const struct states_files *f, struct extract *x,
		struct err *e)
{
	struct explore_options how = states_how(o, f);
	struct explore *found;
	int r;

	how.recovery = (struct recovery){ .recover = look, .data = x };
	r = explore_run(&found, f->trace, f->log, &how, e);
	explore_close(found);
	if (x->found)
		return 0;
	if (r)
		return r;
	err_set(e, -ENOENT, x->file, "no state of this run has the number %016" PRIx64, x->state);
	return err_hint(e, "give --seed, --states, --max-states and --atomic as they were then");
}

int state_file_extract(const struct states_options *o, const struct states_run *run, uint64_t state,
		       const char *file, struct err *e)
{
	struct extract x = { .state = state, .file = file };
	struct states_files f = { 0 };
	int r = states_open(&f, o, run, e);

	if (!r)
		r = find(o, &f, &x, e);
	states_close(&f);
	return r;
}
