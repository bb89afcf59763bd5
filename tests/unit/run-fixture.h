/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Documents of runs, as text, and directories that hold them. */
#ifndef TESTS_RUN_FIXTURE_H
#define TESTS_RUN_FIXTURE_H

#include "lib/file.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A cell that passed: figures are @low to @high around @median, in @unit. */
#define RUN_CELL(name, fs, params, unit, low, median, high)                                        \
	"{\"workload\":\"" name "\",\"lens\":\"bench\",\"fs\":\"" fs "\",\"mode\":\"dax\","        \
	"\"driver\":\"" fs "\",\"kernel\":\"6.12.1\",\"params\":{" params "},"                     \
	"\"status\":\"pass\",\"reason\":\"\",\"op\":\"store\",\"unit\":\"" unit "\",\"ops\":8,"    \
	"\"median\":" median ",\"ci95\":[" low "," high "],\"samples\":[" median "],"              \
	"\"exact\":true,\"counts\":null}"

#define RUN_COUNT(name, pages, median)                                                             \
	RUN_CELL(name, "ext4", "\"pages\":" pages, "insn", median, median, median)

#define RUN_ENVIRONMENT(kernel, qemu)                                                              \
	"{\"daxbench\":\"v1\",\"kernel\":{\"release\":\"" kernel "\"},"                            \
	"\"cpu\":{\"model\":\"TCG\",\"flags\":[\"clwb\"],\"online\":1},\"memory_bytes\":4096,"     \
	"\"emulation\":{\"accel\":\"tcg\",\"qemu\":\"" qemu "\",\"deterministic\":true}}"

#define RUN_OF(schema, environment, results)                                                       \
	"{\"schema\":\"" schema "\",\"seed\":7,\"interrupted\":false,\"environment\":" environment \
	",\"results\":" results "}"

#define RUN(results) RUN_OF("daxbench-result-1", RUN_ENVIRONMENT("6.12.1", "10.0"), "[" results "]")

static char dir[] = "build/tests/run-XXXXXX";

static inline void make_dir(void)
{
	file_mkdirs("build/tests", 0777);
	cr_assert_not_null(mkdtemp(dir));
}

static inline void remove_dir(void)
{
	file_remove_tree(AT_FDCWD, dir);
}

/* A path in the directory, until the next call. */
static inline char *in_dir(const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static inline const char *put(const char *name, const char *text)
{
	FILE *out = fopen(in_dir(name), "we");

	cr_assert_not_null(out);
	fputs(text, out);
	fclose(out);
	return in_dir(name);
}

/* The set @name with the document @text in it. */
static inline void put_set(const char *name, const char *text)
{
	char file[200];

	cr_assert_eq(file_mkdirs(in_dir(name), 0777), 0);
	snprintf(file, sizeof(file), "%s/run.json", name);
	put(file, text);
}

#endif
