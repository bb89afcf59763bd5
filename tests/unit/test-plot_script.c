// SPDX-License-Identifier: GPL-2.0-or-later
/* Catches text of a file that gnuplot would run, a figure in another unit, a picture of nothing. */
#include "bench/report/plot_script.h"
#include "lib/proc.h"
#include "tests/unit/run-fixture.h"

#include <errno.h>
#include <math.h>
#include <unistd.h>

static struct plot_point counts[] = { { 1, 100, 100, 100 }, { 10, 1000, 1000, 1000 } };
static struct plot_point times[] = { { 4096, 1500, 1400, 1700 }, { 8192, 2500, 2400, 2600 } };
static struct plot p = { .workload = "fsync-dirty",
			 .op = "store+fsync",
			 .unit = "insn",
			 .x = "pages",
			 .x_unit = "pages",
			 .log_x = true,
			 .lines = { { .name = "ext4", .points = counts, .n = 2 } },
			 .n_lines = 1 };
static struct err e;

TestSuite(plot_script, .init = make_dir, .fini = remove_dir);

static char *script(enum plot_kind kind)
{
	char *text = plot_script(&p, kind);

	cr_assert_not_null(text);
	return text;
}

static void has(const char *text, const char *part)
{
	cr_expect_not_null(strstr(text, part), "no %s in:\n%s", part, text);
}

Test(plot_script, counts)
{
	char *text = script(PLOT_TEXT);

	has(text, "set terminal dumb noenhanced size 79,24\n");
	has(text, "set title 'fsync-dirty: instructions per store+fsync' noenhanced\n");
	has(text, "set xlabel 'pages' noenhanced\n");
	has(text, "set logscale x\n");
	has(text, "\n10 1000 1000 1000\nEND\n");
	has(text, "set xtics ('1' 1, '10' 10)\n");
	cr_assert_null(strstr(text, "yerrorbars"), "exact");
	cr_assert_null(strstr(text, "ylabel"));
	free(text);
}

Test(plot_script, times)
{
	char *text;

	p.lines[0].points = times;
	p.unit = "ns";
	p.x = "size";
	p.x_unit = "bytes";
	p.log_x = false;
	text = script(PLOT_SVG);
	has(text, "set terminal svg noenhanced");
	has(text, "set xlabel 'size (bytes)'");
	has(text, "set ylabel 'time per operation'");
	has(text, "set xtics ('4K' 4096, '8K' 8192)");
	has(text, "'%.1s %cs'");
	has(text, "yerrorbars");
	has(text, "\n4096 1.5");
	cr_assert_null(strstr(text, "logscale"));
	free(text);
}

Test(plot_script, as_many_lines_as_there_are)
{
	char *text;

	p.lines[1] = (struct plot_line){ .name = "xfs", .points = times, .n = 2 };
	p.n_lines = 2;
	text = script(PLOT_SVG);
	has(text, "plot $line0 using 1:2 with linespoints linetype 1 title 'ext4', \\\n");
	has(text, "$line1 using 1:2 with linespoints linetype 2 title 'xfs'");
	has(text, "$line1 using 1:2:3:4 with yerrorbars linetype 2 notitle");
	free(text);
}

Test(plot_script, quoting)
{
	char buf[64], small[6];

	cr_assert_str_eq(plot_script_quote("a-b c.1:(x)", buf, sizeof(buf)), "'a-b c.1:(x)'");
	cr_assert_str_eq(
		plot_script_quote("a'b\"c`d\\e\nf@g$h{i}j^k&l|m\x80\x1b~", buf, sizeof(buf)),
		"'a?b?c?d?e?f?g?h?i?j?k?l?m?"
		"?"
		"?'");
	cr_assert_str_eq(plot_script_quote("abcdefgh", small, sizeof(small)), "'abc'");
	cr_assert_str_eq(plot_script_quote("", buf, sizeof(buf)), "''");
}

static bool have_gnuplot(void)
{
	char path[256];

	return !proc_find("gnuplot", path, sizeof(path), NULL);
}

/* Whatever a file says, gnuplot does nothing but draw. */
Test(plot_script, nothing_is_run)
{
	static const char *const evil[] = {
		"'; system('touch %1$s') #",
		"\nsystem('touch %1$s')\n!touch %1$s\n",
		"`touch %1$s`",
		"\"`touch %1$s`\"",
		"@evil \\\n!touch %1$s",
		"END\n!touch %1$s\n",
		"'.system(\"touch %1$s\").'",
	};
	char owned[256], said[600];

	snprintf(owned, sizeof(owned), "%s", in_dir("owned"));
	for (size_t i = 0; have_gnuplot() && i < sizeof(evil) / sizeof(evil[0]); i++) {
		char *text, *picture;
		size_t len;

		snprintf(said, sizeof(said), evil[i], owned);
		snprintf(p.lines[0].name, sizeof(p.lines[0].name), "%.159s", said);
		p.op = p.x_unit = p.workload = p.x = said;
		text = script(PLOT_TEXT);
		cr_assert_eq(plot_draw(text, &picture, &len, &e), 0, "%s\n%s", e.what, text);
		free(text);
		free(picture);
		cr_assert(access(owned, F_OK), "%s", said);
	}
}

Test(plot_script, figures_that_are_none)
{
	struct plot_point odd[] = { { 1, 1e300, 0, 1e300 }, { 9e18, 1e-300, 0, 0 } };
	char *text, *picture;
	size_t len;

	p.lines[0].points = odd;
	text = script(PLOT_SVG);
	if (have_gnuplot() && !plot_draw(text, &picture, &len, &e))
		free(picture);
	free(text);
}

Test(plot_script, what_gnuplot_refuses)
{
	char *picture = NULL;
	size_t len;

	if (!have_gnuplot())
		return;
	cr_assert_eq(plot_draw("nonsense\n", &picture, &len, &e), -EIO);
	cr_assert(strstr(e.what, "status 1"), "%s", e.what);
	cr_assert_null(strchr(e.what, '\n'));
	cr_assert_eq(plot_draw("", &picture, &len, &e), -EIO);
	cr_assert(strstr(e.what, "drew nothing"), "%s", e.what);
}

Test(plot_script, pictures)
{
	char *text, *picture;
	size_t len;

	if (!have_gnuplot())
		return;
	text = script(PLOT_TEXT);
	cr_assert_eq(plot_draw(text, &picture, &len, &e), 0, "%s", e.what);
	plot_text_trim(picture);
	has(picture, "fsync-dirty: instructions per store+fsync\n");
	has(picture, "ext4 ***A***\n");
	for (const char *line = picture; *line; line += strcspn(line, "\n") + 1)
		cr_assert_leq(strcspn(line, "\n"), PLOT_COLUMNS);
	free(text);
	free(picture);
	text = script(PLOT_SVG);
	cr_assert_eq(plot_draw(text, &picture, &len, &e), 0, "%s", e.what);
	has(picture, "<svg");
	has(picture, "</svg>");
	free(text);
	free(picture);
}

Test(plot_script, trimming)
{
	char text[] = "\f   \n  \n  a  \n\n b\n   \n\n", none[] = " \n \f\n", bare[] = "x";

	plot_text_trim(text);
	cr_assert_str_eq(text, "  a\n\n b\n");
	plot_text_trim(none);
	cr_assert_str_eq(none, "");
	plot_text_trim(bare);
	cr_assert_str_eq(bare, "x");
}
