// SPDX-License-Identifier: GPL-2.0-or-later
/* Catches a table that a person cannot read at 80 columns, or that hides a failure. */
#include "bench/report/table.h"
#include "daxbench/workload.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define CELL                                                                                       \
	"{'workload':'%s','fs':'%s','params':{%s},'status':'%s','reason':'%s',"                    \
	"'unit':'%s','median':%s,'ci95':[%s],'exact':%s,"                                          \
	"'counts':{'pte_faults':%d,'pmd_faults':%d,'entries_written_back':3},"                     \
	"'expected':{'pte_faults':%s,'pmd_faults':%s}}"
#define HEAD                                                                                       \
	"{'summary':{'planned':4,'pass':2,'fail':1,'skip':1,'error':0},"                           \
	"'environment':{'kernel':{'release':'6.12.1'},'emulation':{'accel':'tcg'},'warnings':['"   \
	"SMT is on']},'results':["

/* JSON with single quotes, so that it can be read here. */
static json_t *document(const char *text)
{
	char *copy = strdup(text);
	json_error_t where;
	json_t *j;

	for (char *p = copy; *p; p++)
		*p = *p == '\'' ? '"' : *p;
	j = json_loads(copy, 0, &where);
	cr_assert_not_null(j, "column %d: %s", where.column, where.text);
	free(copy);
	return j;
}

static char *print_with(json_t *j, const struct table_column *more, unsigned int width)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	cr_assert_eq(table_print_run(out, j, more, width, false), 0);
	fclose(out);
	json_decref(j);
	return text;
}

static char *print(json_t *j, unsigned int width)
{
	return print_with(j, NULL, width);
}

Test(table, eighty_columns)
{
	static const char want[] =
		"WORKLOAD          FS   PAGE  PER OP       95 % FAULTS WB STATUS\n"
		"pte-store-hole    ext4   4K 4.50 us -2.2 +4.4%  64/64  3 \n"
		"pmd-store size=4M xfs    2M 1.20 ms -0.8 +0.8%    2/1  3 fail\n"
		"null              -       -       3      exact  0/any  3 \n"
		"msync-page        xfs     -       -          -      -  - skip\n"
		"fail: xfs pmd-store: 2 PMD faults, 1 expected\n"
		"skip: xfs msync-page: no DAX\n"
		"4 cells: 2 pass, 1 fail, 1 skip; Linux 6.12.1\n"
		"note: emulated CPU: these times are the emulator's, not pmem hardware's;\n"
		"      --deterministic counts instructions instead\n"
		"note: SMT is on\n";
	char text[4096];

	snprintf(text, sizeof(text),
		 HEAD CELL "," CELL "," CELL ",{'workload':'msync-page','fs':'xfs','status':'skip',"
			   "'reason':'no DAX'}]}",
		 "pte-store-hole", "ext4", "", "pass", "", "ns", "4500.0", "4400.0,4700.0", "false",
		 64, 0, "64", "0", "pmd-store", "xfs", "'size':4194304", "fail",
		 "2 PMD faults, 1 expected", "ns", "1200000.0", "1190000.0,1210000.0", "false", 0,
		 2, "0", "1", "null", "", "", "pass", "", "insn", "3.0", "3.0,3.0", "true", 0, 0,
		 "null", "0");
	cr_assert_str_eq(print(document(text), 80), want);
}

DX_WORKLOAD(switched)
= {
	.name = "switched",
	.params = { { "size", "bytes", 4096, 0, 8192, "of it" },
		    { "dirty", "kind", 0, 0, 1, "a switch" } },
};

/* But where on is the default, and where nobody knows what is. */
Test(table, a_switch_that_is_off_is_not_shown)
{
	static const struct {
		const char *cell, *want;
	} rows[] = {
		{ "{'workload':'switched','params':{'size':4096,'dirty':0}}", "switched size=4K" },
		{ "{'workload':'switched','params':{'size':0,'dirty':1}}",
		  "switched size=0 dirty=1" },
		{ "{'workload':'unknown','params':{'dirty':0}}", "unknown dirty=0" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		json_t *cell = document(rows[i].cell);
		char name[64];

		table_cell_name(cell, name, sizeof(name));
		cr_expect_str_eq(name, rows[i].want);
		json_decref(cell);
	}
}

/* What must give way is the name, never a figure. */
Test(table, long_names_are_cut)
{
	char text[2048];
	char *got;

	snprintf(text, sizeof(text), HEAD CELL "]}",
		 "a-workload-with-a-name-that-nobody-would-type-twice-in-a-day", "ext4",
		 "'pages':1000,'threads':64", "pass", "", "ns", "4500.0", "4400.0,4700.0", "false",
		 64, 0, "64", "0");
	got = print(document(text), 80);
	cr_assert_leq(strcspn(got, "\n"), 80);
	cr_assert(strstr(got, "4.50 us"), "%s", got);
	cr_assert(strstr(got, "64/64"), "%s", got);
	cr_assert(strstr(got, "~ pages=1000 threads=64 ext4"), "%s", got);
}

/* A parameter that was cut would be another figure's. */
Test(table, what_cannot_fit_goes_beyond_the_end)
{
	char text[2048], *got;

	snprintf(text, sizeof(text), HEAD CELL "]}", "a-workload", "ext4",
		 "'pages':1000000,'threads':64,'seconds':86400,'before':16384", "pass", "", "ns",
		 "4500.0", "4400.0,4700.0", "false", 64, 0, "64", "0");
	got = print(document(text), 80);
	cr_assert(strstr(got, "a-wor~ pages=1000000 threads=64 seconds=86400 before=16K ext4"),
		  "%s", got);
	cr_assert(strstr(got, "4.50 us"), "%s", got);
}

Test(table, a_column_of_the_callers)
{
	char last[2][64] = { "+0.01%", "-" };
	const struct table_column column = { "LAST", last };
	char text[4096], *got;

	snprintf(text, sizeof(text), HEAD CELL "," CELL "]}", "fsync-dirty", "ext4",
		 "'pages':10000", "pass", "", "insn", "115197000.0", "1.0,1.0", "true", 10000, 0,
		 "10000", "0", "b", "xfs", "", "pass", "", "insn", "1.0", "1.0,1.0", "true", 1, 0,
		 "1", "0");
	got = print_with(document(text), &column, 80);
	cr_assert(strstr(got, "WB   LAST\n"), "%s", got);
	cr_assert(strstr(got, " 3 +0.01%\n"), "%s", got);
	cr_assert(strstr(got, " -\n"), "%s", got);
	cr_assert(strstr(got, "fsync-dirty pages=10000 "), "%s", got);
	for (const char *line = got; *line; line = strchr(line, '\n') + 1)
		cr_assert_leq(strcspn(line, "\n"), 80, "%s", got);
	free(got);
}

Test(table, instructions)
{
	static const struct {
		const char *value, *want;
	} rows[] = {
		{ "3.0", " 3 " },	    { "999.5", " 999.50 " }, { "1234567.0", "1 234 567" },
		{ "123456.5", "123 456 " }, { "0.25", " 0.25 " },    { "1000.0", " 1 000 " },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[2048], *got;

		snprintf(text, sizeof(text), HEAD CELL "]}", "w", "ext4", "", "pass", "", "insn",
			 rows[i].value, "1.0,1.0", "true", 1, 0, "1", "0");
		got = print(document(text), 80);
		cr_assert(strstr(got, rows[i].want), "%s:\n%s", rows[i].value, got);
		free(got);
	}
}

Test(table, latency)
{
	json_t *j = document(
		"{'summary':{'planned':1,'pass':1},'results':[{'workload':'w','fs':'xfs',"
		"'unit':'ns','status':'pass','latency':{'count':100,'p50':1200,'p90':1500,"
		"'p99':99000,'p99_9':null,'max':2000000}}]}");
	char *got = print(j, 80);

	cr_assert(strstr(got, "\nONE OPERATION FS  SEEN     P50     P90     P99 P99.9     MAX\n"
			      "w             xfs  100 1.20 us 1.50 us 99.0 us     - 2.00 ms\n"),
		  "%s", got);
}

Test(table, nothing_ran)
{
	char *got = print(document("{'summary':{'planned':3},'results':[]}"), 80);

	cr_assert_str_eq(got, "3 cells: 0 pass, 3 did not run\n");
}
