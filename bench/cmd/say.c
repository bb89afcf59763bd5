// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/cmd/say.h"
#include "lib/monotonic.h"
#include "lib/units.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

static struct {
	int verbosity;
	const char *color;
	bool line_open; /* a progress line stands on the terminal */
	double started; /* of the progress, seconds */
} say = { .color = "auto" };

void say_init(int verbosity, const char *color)
{
	say.verbosity = verbosity;
	if (color)
		say.color = color;
}

int say_verbosity(void)
{
	return say.verbosity;
}

/* A terminal that understands more than text. */
static bool is_terminal(FILE *stream)
{
	const char *term = getenv("TERM");

	return isatty(fileno(stream)) && term && strcmp(term, "dumb") != 0;
}

bool say_color(FILE *stream)
{
	if (!strcmp(say.color, "always"))
		return true;
	if (!strcmp(say.color, "never") || getenv("NO_COLOR"))
		return false;
	return is_terminal(stream);
}

int say_worse_exit(int a, int b)
{
	static const int order[] = { EXIT_OK, EXIT_SKIPPED, EXIT_USAGE, EXIT_NO_RUN, EXIT_FOUND };
	size_t rank_a = 5, rank_b = 5;

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		rank_a = a == order[i] ? i : rank_a;
		rank_b = b == order[i] ? i : rank_b;
	}
	return rank_a >= rank_b ? a : b;
}

unsigned int say_width(FILE *stream)
{
	struct winsize size;
	const char *columns = getenv("COLUMNS");
	uint64_t n;

	if (!isatty(fileno(stream)))
		return 0;
	if (!ioctl(fileno(stream), TIOCGWINSZ, &size) && size.ws_col)
		return size.ws_col;
	if (columns && !units_parse_count(columns, &n) && n >= 20 && n < 10000)
		return (unsigned int)n;
	return 80;
}

static void close_line(void)
{
	if (say.line_open)
		fputs("\r\033[K", stderr);
	say.line_open = false;
}

void say_error(const struct err *e)
{
	char line[1280];

	close_line();
	fprintf(stderr, "daxbench: %s\n", err_format(e, line, sizeof(line)));
}

void say_note(int level, const char *fmt, ...)
{
	va_list ap;

	if (say.verbosity < level)
		return;
	close_line();
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}

void say_json(const json_t *document)
{
	if (!json_dumpf(document, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(17)))
		putchar('\n');
}

int say_exit_code(const struct err *e)
{
	return e->code == -EINVAL ? EXIT_USAGE : EXIT_NO_RUN;
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* "1:05 left", from the pace so far; "" before there is one. */
static void format_left(double started, uint64_t done, uint64_t total, char *buf, size_t len)
{
	double spent = seconds() - started;
	unsigned long left;

	buf[0] = '\0';
	if (!done || done >= total)
		return;
	left = (unsigned long)(spent / (double)done * (double)(total - done) + 0.5);
	snprintf(buf, len, ", %lu:%02lu left", left / 60, left % 60);
}

static void print_progress(const char *line)
{
	int room = (int)say_width(stderr) - 1;

	if (is_terminal(stderr)) {
		fprintf(stderr, "\r\033[K%.*s", room > 0 ? room : 79, line);
		say.line_open = true;
	} else {
		fprintf(stderr, "%s\n", line);
	}
	fflush(stderr);
}

void say_progress(size_t done, size_t total, const char *what)
{
	char line[256], left[32];

	if (!done)
		say.started = seconds();
	if (say.verbosity < 0)
		return;
	format_left(say.started, done, total, left, sizeof(left));
	snprintf(line, sizeof(line), "[%zu/%zu%s] %s", done, total, left, what);
	print_progress(line);
}

/* Is it time for another line of what moves in small steps? What goes back is something new. */
static bool is_time(uint64_t done, double *ret_started)
{
	static uint64_t next, last;
	static double started;
	uint64_t now = monotonic_ms();
	bool new = !next || done < last;

	last = done;
	if (new) {
		started = seconds();
		next = now + 1000;
	}
	*ret_started = started;
	if (new || say.verbosity < 0 || now < next)
		return false;
	next = now + (is_terminal(stderr) ? 250 : 30000);
	return true;
}

/* Each of @unit is 1 << @shift. */
static void small_step(uint64_t done, uint64_t total, unsigned int shift, const char *unit,
		       const char *what)
{
	char line[256], left[32];
	double started;

	if (!is_time(done, &started))
		return;
	format_left(started, done, total, left, sizeof(left));
	snprintf(line, sizeof(line), "[%" PRIu64 "/%" PRIu64 "%s%s] %s", done >> shift,
		 total >> shift, unit, left, what);
	print_progress(line);
}

void say_progress_bytes(uint64_t done, uint64_t total, const char *what)
{
	small_step(done, total, 20, " MiB", what);
}

void say_progress_steps(uint64_t done, uint64_t total, const char *what)
{
	small_step(done, total, 0, "", what);
}

void say_progress_done(void)
{
	close_line();
	fflush(stderr);
}
