// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Violations kept. Caught are two kinds under one key and one under two, a command
 * that leaves out what mattered or that a shell reads otherwise, and a violation of
 * a list that is taken for that of its workload, though it is another, or is known.
 */
#include "bench/results/json_get.h"
#include "bench/check/repro_try.h"
#include "lib/file.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static struct session session = { .seed = 3, .flush = EMULATE_CLFLUSHOPT };
static struct repro_run run = { .session = &session, .kernel = "6.12", .rules = PERSIST_SDM };
static char dir[] = "build/tests/repro-XXXXXX";
static struct err e;

static void set_up(void)
{
	cr_assert(mkdtemp(dir));
	run.results = dir;
	run.command = json_pack("[s, s]", "daxbench", "check");
}

static void tear_down(void)
{
	json_decref(run.command);
	file_remove_tree(AT_FDCWD, dir);
}

TestSuite(repro, .init = set_up, .fini = tear_down);

static json_t *site(const char *by, const char *where, const char *innermost)
{
	return json_pack("{s:s, s:s, s:[s]}", "by", by, "where", where, "stack", innermost);
}

/* Of a promise by @op; @store is stolen. */
static json_t *violation(const char *op, const char *fault, json_t *store)
{
	return json_pack("{s:{s:s}, s:s, s:o, s:s}", "promise", "op", op, "fault", fault, "store",
			 store, "physical", "0x0");
}

static json_t *cell_with(json_t *v)
{
	return json_pack("{s:s, s:s, s:i, s:{s:i, s:i}, s:[o]}", "workload", "user-flush", "fs",
			 "ext4", "seed", 7, "params", "with", 2, "omit", 1, "violations", v);
}

static void expect_key(json_t *v, const char *want)
{
	char key[REPRO_KEY];

	cr_expect_str_eq(repro_key("ext4", v, key, sizeof(key)), want);
	json_decref(v);
}

Test(repro, keys_tell_kinds_apart)
{
	expect_key(violation("fsync", "not written back",
			     site("kernel", "dax_iomap_rw+0x2b4 [ext4]", "x")),
		   "ext4-fsync-not-written-back-dax_iomap_rw+0x2b4");
	expect_key(violation("msync", "not drained",
			     site("program", "workloads/oplist-run.h:115 list_do_map()", "x")),
		   "ext4-msync-not-drained-oplist-run.h-115");
	expect_key(violation("msync", "not drained", site("program", "0x7ffff7bb0a9d", "x")),
		   "ext4-msync-not-drained-library");
	expect_key(violation("fsync", "hole", json_null()), "ext4-fsync-hole-no-store");
	expect_key(json_pack("{s:n, s:s, s:o}", "promise", "fault", "foreign store", "store",
			     site("kernel", "a/../../b+0x1", "x")),
		   "ext4-foreign-store-b+0x1");
}

static const char *const lines = "workloads/oplist-run.h:84 list_do_store()";

static bool is_kin(json_t *of, json_t *v)
{
	json_t *cell = cell_with(v);
	char key[REPRO_KEY] = "";
	bool is = repro_find_kin(cell, of, key);

	cr_expect_eq(is, repro_find(cell, key) == v);
	json_decref(cell);
	return is;
}

Test(repro, a_list_does_what_its_workload_did)
{
	json_t *of =
		violation("rely", "not drained",
			  site("program", "workloads/user-nt.c:30 run()", "io.h:9 dx_store64()"));

	cr_expect(is_kin(of, violation("rely", "not drained", site("program", lines, "q x()"))));
	cr_expect_not(is_kin(of, violation("rely", "hole", site("program", lines, "q x()"))));
	cr_expect_not(
		is_kin(of, violation("fsync", "not drained", site("program", lines, "q x()"))));
	cr_expect_not(is_kin(of, violation("rely", "not drained", site("kernel", "f+0x1", "q"))));
	json_decref(of);
	of = violation("fsync", "not drained", site("kernel", "f+0x1", "q"));
	cr_expect(is_kin(of, violation("fsync", "not drained", site("kernel", "f+0x1", "q"))));
	cr_expect_not(is_kin(of, violation("fsync", "not drained", site("kernel", "f+0x2", "q"))));
	json_decref(of);
}

/* What is known does not stand in for what is looked for, though it looks the same. */
Test(repro, a_known_one_is_another)
{
	json_t *of = violation("fsync", "not drained", site("kernel", "f+0x1", "q"));
	json_t *cell = cell_with(violation("fsync", "not drained", site("kernel", "f+0x1", "q")));
	json_t *v = json_array_get(json_object_get(cell, "violations"), 0);
	char key[REPRO_KEY];

	json_object_set_new(v, "known", json_null());
	cr_assert(repro_find_kin(cell, of, key));
	cr_expect_eq(repro_find(cell, key), v);
	json_object_set_new(v, "known", json_string("xfs-some"));
	cr_expect_null(repro_find(cell, key));
	cr_expect_not(repro_find_kin(cell, of, key));
	json_decref(cell);
	json_decref(of);
}

/* Of several, that of the same call; not the first that comes. */
Test(repro, the_nearest_is_taken)
{
	json_t *of =
		violation("rely", "not drained",
			  site("program", "workloads/user-nt.c:30 run()", "io.h:9 dx_copy_nt()"));
	json_t *cell = cell_with(
		violation("rely", "not drained", site("program", lines, "io.h:7 dx_store64()")));
	char key[REPRO_KEY];

	json_array_append_new(json_object_get(cell, "violations"),
			      violation("rely", "not drained",
					site("program", "workloads/oplist-run.h:124 list_do_map()",
					     "io.h:8 dx_copy_nt()")));
	cr_assert(repro_find_kin(cell, of, key));
	cr_expect_str_eq(key, "ext4-rely-not-drained-oplist-run.h-124");
	json_decref(cell);
	json_decref(of);
}

/* ---- the directory ---- */

static char *read_back(const char *name)
{
	char path[200];
	char *text = NULL;

	snprintf(path, sizeof(path), "%s/violations/key/%s", dir, name);
	cr_assert_eq(file_read(AT_FDCWD, path, 1 << 20, &text, NULL), 0, "%s", path);
	return text;
}

static void expect_in(const char *name, const char *want)
{
	char *text = read_back(name);

	cr_expect(strstr(text, want), "no \"%s\" in:\n%s", want, text);
	free(text);
}

static void write_case(struct repro_case *c)
{
	static const char text[] = "open f0 \"a\" O_RDWR|O_CREAT\nfsync f0\n";
	struct recording_files f;
	int fd;

	f = recording_name(dir, "0123456789abcdef");
	for (int i = 0; i < 2; i++) {
		fd = open(i ? f.log : f.trace, O_WRONLY | O_CREAT | O_TRUNC, 0600);
		cr_assert(fd >= 0);
		close(fd);
	}
	if (!c->list.n)
		cr_assert_eq(oplist_parse(&c->list, text, strlen(text), "text", &e), 0);
	snprintf(c->key, sizeof(c->key), "key");
	c->violation = violation("fsync", "not drained", site("kernel", "f+0x1", "q"));
	c->cell = cell_with(json_incref(c->violation));
	cr_assert_eq(repro_write(&run, c, &f, &e), 0, "%s: %s", e.object, e.what);
}

static void drop_case(struct repro_case *c)
{
	json_decref(c->cell);
	json_decref(c->violation);
	oplist_release(&c->list);
}

static ino_t inode(const char *name)
{
	char path[200];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	cr_assert_eq(stat(path, &st), 0, "%s", path);
	return st.st_ino;
}

Test(repro, a_directory_has_it_all)
{
	struct repro_case c = { .by_list = true, .list_was = 60, .minimal = true };

	session.modules = "/a dir/it's";
	session.no_write_cache = true;
	session.layer = LAYER_LINEAR;
	session.sysfs[0] = "module/kernel/parameters/daxzoo=2";
	write_case(&c);
	expect_in("command", "\nexec ./daxbench check \"ops:list=$(dirname \"$0\")/ops.list\" "
			     "--fs ext4 --kernel 6.12 --modules '/a dir/it'\\''s' --seed 7 "
			     "--rules sdm --write-cache off --flush clflushopt "
			     "--persistence mem-ctrl --layer linear "
			     "--sysfs module/kernel/parameters/daxzoo=2 \"$@\"\n");
	expect_in("ops.list", "open f0 \"a\" O_RDWR|O_CREAT\nfsync f0\n");
	expect_in("violation.json", "\"cut_from\": 60");
	expect_in("violation.json", "\"seed\": 7");
	expect_in("violation.txt", "ext4 user-flush: fsync #0 promised");
	cr_expect_eq(inode("violations/key/trace"), inode("0123456789abcdef.trace"));
	cr_expect_eq(inode("violations/key/oplog"), inode("0123456789abcdef.oplog"));
	drop_case(&c);
}

/* "raw" stands where a file system would, but is none that --fs knows. */
Test(repro, command_of_a_device)
{
	static const char *const names[] = { "raw", "devdax", "devdax-4k", "" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		json_t *words = repro_options(&run, names[i], 7);

		cr_expect_str_eq(json_string_value(json_array_get(words, 0)), "--kernel");
		json_decref(words);
	}
}

/* Without a list that is known to show it, the workload itself is run. */
Test(repro, command_of_a_workload)
{
	struct repro_case c = { .by_list = false };

	write_case(&c);
	expect_in("command", "check user-flush:with=2,omit=1 --fs ext4 ");
	expect_in("violation.json", "\"shows_it\": false");
	drop_case(&c);
}
