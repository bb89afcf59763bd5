// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Catches a list of kernels that is read wrong, a builder whose end is not told, and one
 * that goes on when nobody wants it any more. The builder is a script of the test's, in a
 * directory of its own: what the real one does tests/more/kernel.sh sees.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/kernel/variants.h"
#include "bench/results/json_get.h"

static char dir[] = "/tmp/daxbench-variants-XXXXXX";

/* In a directory where scripts/build-kernel says @body. */
static void set_builder(const char *body)
{
	FILE *f;

	cr_assert(mkdtemp(dir) && !chdir(dir) && !mkdir("scripts", 0755));
	f = fopen("scripts/build-kernel", "w");
	cr_assert(f);
	fprintf(f, "#!/bin/sh\n%s\n", body);
	cr_assert_eq(fclose(f), 0);
	cr_assert_eq(chmod("scripts/build-kernel", 0755), 0);
}

static void remove_builder(void)
{
	unlink("scripts/build-kernel");
	unlink("stopped");
	rmdir("scripts");
	cr_assert_eq(chdir("/"), 0);
	rmdir(dir);
}

Test(variants, list_of_two)
{
	json_t *list;
	struct err e;

	cr_assert_eq(variants_parse("pfn\t6.1\tbuilt\tThe fix, alone\n"
				    "sector\t6.1\tstale\tEntries hold sectors\n",
				    &list, &e),
		     0, "%s", e.what);
	cr_assert_eq(json_array_size(list), 2);
	cr_assert_str_eq(text_of(json_array_get(list, 1), "name"), "sector");
	cr_assert_str_eq(text_of(json_array_get(list, 1), "state"), "stale");
	cr_assert_str_eq(text_of(json_array_get(list, 0), "title"), "The fix, alone");
	json_decref(list);
}

Test(variants, lines_that_describe_none)
{
	static const char *const bad[] = { "pfn\t6.1\tbuilt\n", "pfn 6.1 built title\n",
					   "pfn\t6.1\tbuilt\ttitle", "\n" };
	json_t *list;
	struct err e;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_assert_eq(variants_parse(bad[i], &list, &e), -EBADMSG, "%s", bad[i]);
}

Test(variants, none_is_an_empty_list)
{
	json_t *list;
	struct err e;

	cr_assert_eq(variants_parse("", &list, &e), 0);
	cr_assert_eq(json_array_size(list), 0);
	json_decref(list);
}

Test(variants, names_are_those_of_the_tree)
{
	cr_assert(variants_has("stock"));
	cr_assert_not(variants_has("6.1"));
	cr_assert_not(variants_has(""));
}

Test(variants, notes_and_steps, .fini = remove_builder)
{
	char *names[] = { (char *)"one", NULL };
	struct variants_build b;
	const char *text;
	struct err e;

	set_builder("echo kernel: $2: building; echo steps 2; echo '  CC fs/dax.o'; echo '  LD "
		    "vmlinux'");
	cr_assert_eq(variants_build_start(&b, names, &e), 0, "%s", e.what);
	cr_assert_eq(variants_build_next(&b, &text), VARIANTS_NOTE);
	cr_assert_str_eq(text, "one: building");
	cr_assert_eq(variants_build_next(&b, &text), VARIANTS_STEP);
	cr_assert_str_eq(text, "CC fs/dax.o");
	cr_assert_eq(b.steps, 2);
	cr_assert_eq(b.done, 1);
	cr_assert_eq(variants_build_next(&b, &text), VARIANTS_STEP);
	cr_assert_eq(b.done, 2);
	cr_assert_eq(variants_build_next(&b, &text), VARIANTS_END);
	cr_assert_eq(variants_build_end(&b, &e), 0, "%s", e.what);
}

static int end_of(const char *body, struct err *e)
{
	char *names[] = { (char *)"one", NULL };
	struct variants_build b;
	const char *text;

	set_builder(body);
	cr_assert_eq(variants_build_start(&b, names, e), 0, "%s", e->what);
	while (variants_build_next(&b, &text) != VARIANTS_END)
		;
	return variants_build_end(&b, e);
}

Test(variants, what_failed_in_the_builders_words, .fini = remove_builder)
{
	struct err e;

	cr_assert_eq(end_of("echo 'kernel: one: hunk 2 failed' >&2; exit 3", &e), -EIO);
	cr_assert_str_eq(e.what, "one: hunk 2 failed");
}

Test(variants, no_such_variant_is_usage, .fini = remove_builder)
{
	struct err e;

	cr_assert_eq(end_of("echo 'kernel: one: no such variant' >&2; exit 2", &e), -EINVAL);
}

Test(variants, a_builder_that_dies_silently, .fini = remove_builder)
{
	struct err e;

	cr_assert_eq(end_of("kill -9 $$", &e), -EIO);
	cr_assert_str_eq(e.what, "the builder ended without a word");
}

/* One that would print for ever is stopped, by SIGTERM or by its broken pipe. */
Test(variants, an_early_end_stops_it, .fini = remove_builder, .timeout = 20)
{
	char *names[] = { (char *)"one", NULL };
	struct variants_build b;
	const char *text;
	struct err e;

	set_builder("while echo CC; do :; done");
	cr_assert_eq(variants_build_start(&b, names, &e), 0, "%s", e.what);
	cr_assert_eq(variants_build_next(&b, &text), VARIANTS_STEP);
	cr_assert_neq(variants_build_end(&b, &e), 0);
}

Test(variants, elsewhere_there_is_no_builder)
{
	char *names[] = { (char *)"one", NULL };
	struct variants_build b;
	json_t *list;
	struct err e;

	cr_assert_eq(chdir("/"), 0);
	cr_assert_eq(variants_list(&list, &e), -ENOENT);
	cr_assert_eq(variants_build_start(&b, names, &e), -ENOENT);
}
