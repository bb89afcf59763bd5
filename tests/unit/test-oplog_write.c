// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The operation log there and back: written through the check lens's own dx_
 * calls, read by the reader. And a log that is full.
 */
#include "tests/unit/oplog-fixture.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>

TestSuite(oplog_write, .init = set_up, .fini = tear_down);

Test(oplog_write, header_is_kept)
{
	struct oplog *log;
	const struct dx_log_header *h;

	oplog_set_tick_rate(f.log, 1000);
	log = read_log();
	h = oplog_header(log);
	cr_expect_str_eq(h->workload, "test");
	cr_expect_str_eq(h->params, "size=4096");
	cr_expect_str_eq(h->kernel, "6.12");
	cr_expect_str_eq(h->fs, "ext4");
	cr_expect_eq(h->seed, SEED);
	cr_expect_eq(h->n, 3);
	cr_expect_eq(h->ticks_per_second, 1000);
	cr_expect_eq(oplog_count(log), 0);
	cr_expect_eq(oplog_workers(log), 0);
	cr_expect_not(oplog_is_cut(log, NULL, 0));
	oplog_close(log);
}

Test(oplog_write, file_operations_come_back)
{
	static const unsigned int want[] = { DX_OP_OPEN,  DX_OP_WRITE,	DX_OP_FSYNC,
					     DX_OP_CLOSE, DX_OP_RENAME, DX_OP_UNLINK };
	struct dx_worker *w = &f.worker[0];
	const struct oplog_op *op;
	struct dx_file file = { 0 };
	struct oplog *log;

	cr_assert_eq(dx_open(w, &file, "file", O_RDWR | O_CREAT), 0);
	cr_assert_eq(dx_write(w, &file, 3, 100), 0);
	cr_assert_eq(dx_fsync(w, &file), 0);
	cr_assert_eq(dx_close(w, &file), 0);
	cr_assert_eq(dx_rename(w, "file", "other", 0), 0);
	cr_assert_eq(dx_unlink(w, "file"), -ENOENT);
	log = read_log();
	cr_assert_eq(oplog_count(log), 6);
	for (size_t i = 0; i < 6; i++) {
		op = oplog_at(log, i);
		cr_expect_eq(op->rec->op, want[i]);
		cr_expect(op->returned);
		cr_expect_eq(op->rec->result, i == 5 ? -ENOENT : i == 1 ? 100 : 0);
		cr_expect(op->rec->begin <= op->rec->end);
	}
	cr_expect_str_eq(oplog_at(log, 0)->text[0], "file");
	cr_expect_eq(oplog_at(log, 0)->rec->handle, 1);
	op = oplog_at(log, 1);
	cr_expect_eq(op->rec->arg[0], 3);
	cr_expect_eq(op->rec->arg[1], 100);
	cr_expect_eq(op->rec->arg[3], 1 << 4);
	/* One extent, or the reason why the file system cannot tell. */
	op = oplog_at(log, 2);
	cr_assert_geq(op->n_extents, 1);
	cr_expect_eq(op->extents[0].handle, 1);
	cr_expect(op->extents[0].result < 0 || op->extents[0].arg[2] >= 100);
	/* And once more before the close: a later sync covers it without a handle to ask by. */
	cr_expect_eq(oplog_at(log, 3)->n_extents, op->n_extents);
	cr_expect_eq(oplog_at(log, 3)->extents[0].result, op->extents[0].result);
	cr_expect_eq(oplog_at(log, 3)->extents[0].arg[1], op->extents[0].arg[1]);
	cr_expect_str_eq(oplog_at(log, 4)->text[0], "file");
	cr_expect_str_eq(oplog_at(log, 4)->text[1], "other");
	oplog_close(log);
}

/* What dx_write() put into the file is what the record's generation and the seed say. */
Test(oplog_write, written_bytes_are_the_pattern)
{
	struct dx_worker *w = &f.worker[3];
	unsigned char seen[64], want[64];
	struct dx_file file = { 0 };
	struct dx_map map = { 0 };
	const struct dx_rec *rec;
	struct oplog *log;

	cr_assert_eq(dx_open(w, &file, "file", O_RDWR | O_CREAT), 0);
	cr_assert_eq(dx_write(w, &file, 0, DX_PAGE), 0);
	cr_assert_eq(dx_map(w, &map, &file, 0, DX_PAGE, DX_MAP_READ | DX_MAP_WRITE), 0);
	dx_store64(w, &map, 16);
	dx_store16(w, &map, 6);
	dx_fill(w, &map, 40, 16);
	cr_assert_eq(pread(file.fd, seen, sizeof(seen), 0), sizeof(seen));
	cr_assert_eq(dx_unmap(w, &map), 0);
	log = read_log();
	for (size_t i = 0; i < oplog_count(log); i++) {
		rec = oplog_at(log, i)->rec;
		if (rec->op == DX_OP_WRITE)
			dx_log_pattern(w, file.id, 0, want, sizeof(want), rec->arg[3]);
		else if (rec->op == DX_OP_STORE || rec->op == DX_OP_FILL)
			dx_log_pattern(w, file.id, rec->arg[0], want + rec->arg[0], rec->arg[1],
				       rec->arg[3]);
	}
	cr_expect_arr_eq(seen, want, sizeof(want));
	dx_close(w, &file);
	oplog_close(log);
}

/* The calls whose pieces do not fit words: each byte is the pattern's, and no other was touched. */
Test(oplog_write, odd_stores_and_pieces_are_the_pattern)
{
	struct dx_worker *w = &f.worker[0];
	unsigned char seen[256], want[256] = { 0 };
	struct dx_file file = { 0 };
	struct dx_map map = { 0 };
	struct oplog *log;

	cr_assert_eq(dx_open(w, &file, "file", O_RDWR | O_CREAT), 0);
	cr_assert_eq(dx_truncate(w, &file, DX_PAGE), 0);
	cr_assert_eq(dx_map(w, &map, &file, 0, DX_PAGE, DX_MAP_READ | DX_MAP_WRITE), 0);
	cr_assert_eq(dx_writev(w, &file, 3, 100, 0), 0);
	dx_store_bytes(w, &map, 61, 6);
	dx_store_bytes(w, &map, 7, 64);
	dx_store_unaligned(w, &map, 125);
	dx_store_unaligned(w, &map, 136);
	cr_assert_eq(pread(file.fd, seen, sizeof(seen), 0), sizeof(seen));
	log = read_log();
	for (size_t i = 3; i < oplog_count(log); i++) {
		const struct dx_rec *rec = oplog_at(log, i)->rec;

		dx_log_pattern(w, file.id, rec->arg[0], want + rec->arg[0], rec->arg[1],
			       rec->arg[3]);
	}
	cr_expect_eq(oplog_count(log), 8);
	cr_expect_eq(oplog_at(log, 3)->rec->op, DX_OP_WRITEV);
	cr_expect_eq(oplog_at(log, 3)->rec->result, 100);
	cr_expect_arr_eq(seen, want, sizeof(want));
	dx_unmap(w, &map);
	dx_close(w, &file);
	oplog_close(log);
}

/* Whether blocks can be shared or not, both files are named. */
Test(oplog_write, reflink_names_both_files)
{
	struct dx_file to = { 0 }, from = { 0 };
	struct dx_worker *w = &f.worker[0];
	const struct dx_rec *rec;
	struct oplog *log;
	int r;

	cr_assert_eq(dx_open(w, &from, "file", O_RDWR | O_CREAT), 0);
	cr_assert_eq(dx_open(w, &to, "other", O_RDWR | O_CREAT), 0);
	cr_assert_eq(dx_truncate(w, &from, 2 * DX_PAGE), 0);
	r = dx_reflink(w, &to, &from, DX_PAGE, 0, DX_PAGE);
	log = read_log();
	rec = oplog_at(log, 3)->rec;
	cr_expect_eq(rec->op, DX_OP_REFLINK);
	cr_expect_eq(rec->result, r);
	cr_expect_eq(rec->handle, to.id);
	cr_expect_eq(rec->arg[0], from.id);
	cr_expect_eq(rec->arg[1], DX_PAGE);
	cr_expect_eq(rec->arg[3], DX_PAGE);
	dx_close(w, &to);
	dx_close(w, &from);
	oplog_close(log);
}

Test(oplog_write, long_names_span_records)
{
	struct dx_worker *w = &f.worker[0];
	char name[300];
	struct oplog *log;

	/* A record holds 32 bytes: 31 and a NUL fill one, 32 need a second for the NUL. */
	for (size_t len = 1; len < sizeof(name); len += len < 30 ? 29 : 1) {
		memset(name, 'x', len);
		name[len] = '\0';
		dx_unlink(w, name);
		if (area(0)->used > AREA_ROOM - 20)
			break;
	}
	log = read_log();
	cr_assert_gt(oplog_count(log), 20);
	for (size_t i = 0, len = 1; i < oplog_count(log); i++, len += len < 30 ? 29 : 1)
		cr_expect_eq(strlen(oplog_at(log, i)->text[0]), len);
	oplog_close(log);
}

Test(oplog_write, extents_of_closed_file_are_not_known)
{
	struct dx_worker *w = &f.worker[0];
	struct dx_file file = { 0 };
	struct dx_map map = { 0 };
	const struct oplog_op *op;
	struct oplog *log;

	cr_assert_eq(dx_open(w, &file, "file", O_RDWR | O_CREAT), 0);
	cr_assert_eq(dx_truncate(w, &file, DX_PAGE), 0);
	cr_assert_eq(dx_map(w, &map, &file, 0, DX_PAGE, DX_MAP_READ | DX_MAP_WRITE), 0);
	cr_assert_eq(dx_close(w, &file), 0);
	cr_assert_eq(dx_msync(w, &map, 0, DX_PAGE, MS_SYNC), 0);
	dx_unmap(w, &map);
	log = read_log();
	op = oplog_at(log, oplog_count(log) - 2);
	cr_assert_eq(op->rec->op, DX_OP_MSYNC);
	cr_assert_eq(op->n_extents, 1);
	cr_expect_eq(op->extents[0].result, -EBADF);
	oplog_close(log);
}

Test(oplog_write, sync_logs_all_open_files)
{
	struct dx_file a = { 0 }, b = { 0 };
	const struct oplog_op *op;
	struct oplog *log;

	cr_assert_eq(dx_open(&f.worker[0], &a, "file", O_RDWR | O_CREAT), 0);
	cr_assert_eq(dx_open(&f.worker[1], &b, "other", O_RDWR | O_CREAT), 0);
	cr_assert_eq(dx_syncfs(&f.worker[0], &a), 0);
	log = read_log();
	op = oplog_at(log, 2);
	cr_assert_eq(op->rec->op, DX_OP_SYNCFS);
	cr_assert_eq(op->n_extents, 2);
	cr_expect_eq(op->extents[0].handle, a.id);
	cr_expect_eq(op->extents[1].handle, b.id);
	cr_expect_neq(a.id, b.id);
	dx_close(&f.worker[0], &a);
	dx_close(&f.worker[1], &b);
	oplog_close(log);
}

/* Another worker's process opens a file, says so, and lives on until @us is closed. */
static pid_t open_elsewhere(const char *name, int us, int them)
{
	struct dx_file theirs = { 0 };
	pid_t pid = fork();
	char byte = 0;
	int r;

	if (pid)
		return pid;
	close(us);
	r = dx_open(&f.worker[1], &theirs, name, O_RDWR | O_CREAT);
	_exit(write(them, &byte, 1) != 1 || read(them, &byte, 1) < 0 || r);
}

static void let_end(pid_t pid, int us)
{
	int status;

	close(us);
	cr_assert_eq(waitpid(pid, &status, 0), pid);
	cr_assert(WIFEXITED(status) && !WEXITSTATUS(status));
}

/* Worker 0 syncs once worker 1 has opened its file. The log has the sync as its third record. */
static struct oplog *sync_with(bool close_before)
{
	struct dx_file mine = { 0 };
	int pair[2];
	pid_t pid;
	char byte;

	cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	cr_assert_eq(dx_open(&f.worker[0], &mine, "file", O_RDWR | O_CREAT), 0);
	pid = open_elsewhere("other", pair[0], pair[1]);
	close(pair[1]);
	cr_assert_eq(read(pair[0], &byte, 1), 1);
	if (close_before)
		let_end(pid, pair[0]);
	dx_sync(&f.worker[0]);
	if (!close_before)
		let_end(pid, pair[0]);
	dx_close(&f.worker[0], &mine);
	return read_log();
}

/* What another process has open is asked for there: a sync covers it too. */
Test(oplog_write, sync_asks_of_what_another_process_has_open, .timeout = 20)
{
	struct oplog *log = sync_with(false);
	const struct oplog_op *op = oplog_at(log, 2);

	cr_assert_eq(op->rec->op, DX_OP_SYNC);
	cr_assert_eq(op->n_extents, 2);
	cr_expect_eq(op->extents[0].handle, 1);
	cr_expect_neq(op->extents[0].result, -EBADF);
	cr_expect_eq(op->extents[1].handle, 1 << DX_HANDLE_BITS | 1);
	cr_expect_neq(op->extents[1].result, -EBADF);
	oplog_close(log);
}

/* Where it cannot be asked any more the log says so, and does not pass over it. */
Test(oplog_write, sync_names_what_a_dead_process_had_open, .timeout = 20)
{
	struct oplog *log = sync_with(true);
	const struct oplog_op *op = oplog_at(log, 2);

	cr_assert_eq(op->n_extents, 2);
	cr_expect_eq(op->extents[1].handle, 1 << DX_HANDLE_BITS | 1);
	cr_expect_eq(op->extents[1].result, -EBADF);
	oplog_close(log);
}

/* A write promises something where the file or the call is synchronous, and only there. */
Test(oplog_write, synchronous_writes_log_extents)
{
	struct dx_worker *w = &f.worker[0];
	struct dx_file plain = { 0 }, sync = { 0 };
	struct oplog *log;

	cr_assert_eq(dx_open(w, &plain, "file", O_RDWR | O_CREAT), 0);
	cr_assert_eq(dx_open(w, &sync, "other", O_RDWR | O_CREAT | O_DSYNC), 0);
	cr_assert_eq(dx_write(w, &plain, 0, 64), 0);
	cr_assert_eq(dx_write_flags(w, &plain, 0, 64, RWF_DSYNC), 0);
	cr_assert_eq(dx_write(w, &sync, 0, 64), 0);
	log = read_log();
	cr_expect_eq(oplog_at(log, 2)->n_extents, 0);
	cr_expect_geq(oplog_at(log, 3)->n_extents, 1);
	cr_expect_geq(oplog_at(log, 4)->n_extents, 1);
	cr_expect_eq(oplog_at(log, 4)->extents[0].handle, sync.id);
	dx_close(w, &plain);
	dx_close(w, &sync);
	oplog_close(log);
}

/*
 * So does a drain, once anything is mapped with MAP_SYNC: of all files that are open,
 * for what it drains may have been stored through a handle that is closed by now.
 */
Test(oplog_write, drain_logs_extents_with_map_sync)
{
	struct dx_worker *w = &f.worker[0];
	struct dx_file plain = { 0 }, sync = { 0 };
	struct dx_map map = { .flags = DX_MAP_SYNC };
	struct oplog *log;

	cr_assert_eq(dx_open(w, &plain, "file", O_RDWR | O_CREAT), 0);
	cr_assert_eq(dx_open(w, &sync, "other", O_RDWR | O_CREAT), 0);
	dx_drain(w);
	map.file = sync.id; /* where these files lie nobody has MAP_SYNC */
	dx_log_track_map(w, &map);
	dx_drain(w);
	log = read_log();
	cr_expect_eq(oplog_at(log, 2)->n_extents, 0);
	cr_assert_eq(oplog_at(log, 3)->n_extents, 2);
	cr_expect_eq(oplog_at(log, 3)->extents[0].handle, plain.id);
	cr_expect_eq(oplog_at(log, 3)->extents[1].handle, sync.id);
	dx_close(w, &plain);
	dx_close(w, &sync);
	oplog_close(log);
}

/* No FIEMAP: a device is its own only extent. What is drained of device-dax needs no MAP_SYNC. */
Test(oplog_write, a_device_is_its_extent)
{
	struct dx_worker *w = &f.worker[0];
	struct dx_file file = { 0 };
	struct dx_map map = { 0 };
	struct oplog *log;

	f.dx.device = (struct dx_device){ .size = 64 * DX_PMD, .align = DX_PMD };
	cr_assert_eq(dx_open(w, &file, "file", O_RDWR | O_CREAT), 0);
	cr_assert_eq(dx_fsync(w, &file), 0);
	map.file = file.id;
	dx_log_track_map(w, &map);
	dx_drain(w);
	log = read_log();
	for (size_t i = 1; i < 3; i++) {
		const struct oplog_op *op = oplog_at(log, i);

		cr_assert_eq(op->n_extents, 1);
		cr_expect_eq(op->extents[0].handle, file.id);
		cr_expect_eq(op->extents[0].result, 0);
		cr_expect_eq(op->extents[0].arg[0], 0);
		cr_expect_eq(op->extents[0].arg[1], 0);
		cr_expect_eq(op->extents[0].arg[2], 64 * DX_PMD);
	}
	dx_close(w, &file);
	oplog_close(log);
}

/* A block device is mapped through the page cache: no flush of a program says where. */
Test(oplog_write, a_block_device_has_no_extents_at_a_drain)
{
	struct dx_worker *w = &f.worker[0];
	struct dx_file file = { 0 };
	struct dx_map map = { 0 };
	struct oplog *log;

	f.dx.device.size = DX_PMD;
	cr_assert_eq(dx_open(w, &file, "file", O_RDWR | O_CREAT), 0);
	map.file = file.id;
	dx_log_track_map(w, &map);
	dx_drain(w);
	log = read_log();
	cr_expect_eq(oplog_at(log, 1)->n_extents, 0);
	dx_close(w, &file);
	oplog_close(log);
}

/* The first three operations of a test: "file" is one page, and is mapped. */
static void map_page(struct dx_worker *w, struct dx_file *file, struct dx_map *map)
{
	cr_assert_eq(dx_open(w, file, "file", O_RDWR | O_CREAT), 0);
	cr_assert_eq(dx_truncate(w, file, DX_PAGE), 0);
	cr_assert_eq(dx_map(w, map, file, 0, DX_PAGE, DX_MAP_READ), 0);
}

Test(oplog_write, loads_and_addresses_are_logged)
{
	struct dx_worker *w = &f.worker[0];
	struct dx_file file = { 0 };
	struct dx_map map = { 0 };
	struct oplog *log;

	map_page(w, &file, &map);
	cr_expect_eq(dx_load64(w, &map, 48), 0);
	log = read_log();
	cr_expect_eq(oplog_at(log, 2)->rec->result, (intptr_t)map.base);
	cr_expect_eq(oplog_at(log, 3)->rec->op, DX_OP_LOAD);
	cr_expect_eq(oplog_at(log, 3)->rec->arg[0], 48);
	dx_unmap(w, &map);
	dx_close(w, &file);
	oplog_close(log);
}

Test(oplog_write, populating_is_logged)
{
	struct dx_worker *w = &f.worker[0];
	struct dx_file file = { 0 };
	struct dx_map map = { 0 };
	struct oplog *log;

	map_page(w, &file, &map);
	cr_expect_eq(dx_populate(w, &map, 0, DX_PAGE, false), 0);
	cr_expect_eq(dx_populate(w, &map, 0, DX_PAGE, true), -EINVAL, "it may only be read");
	log = read_log();
	cr_assert_eq(oplog_count(log), 5);
	cr_expect_eq(oplog_at(log, 3)->rec->op, DX_OP_POPULATE);
	cr_expect_eq(oplog_at(log, 3)->rec->arg[1], DX_PAGE);
	cr_expect_eq(oplog_at(log, 3)->rec->arg[2], 0);
	cr_expect_eq(oplog_at(log, 4)->rec->arg[2], 1);
	cr_expect_eq(oplog_at(log, 4)->rec->result, -EINVAL);
	dx_unmap(w, &map);
	dx_close(w, &file);
	oplog_close(log);
}

/* What the log says of an attribute is what the file has. */
Test(oplog_write, attributes_are_logged)
{
	unsigned char want[100], found[101];
	struct dx_worker *w = &f.worker[0];
	const struct oplog_op *op;
	struct dx_file file = { 0 };
	struct oplog *log;
	struct stat st;
	ssize_t len;

	cr_assert_eq(dx_open(w, &file, "file", O_RDWR | O_CREAT), 0);
	cr_expect_eq(dx_chmod(w, &file, 01600), -EINVAL, "not logged: a write would undo it");
	cr_expect_eq(dx_chmod(w, &file, 0604), 0);
	cr_expect_eq(dx_setxattr(w, &file, DX_XATTRS, 1), -EINVAL);
	cr_expect_eq(dx_setxattr(w, &file, 0, DX_XATTR_MAX + 1), -EINVAL);
	cr_expect_eq(dx_removexattr(w, &file, DX_XATTRS), -EINVAL);
	if (dx_setxattr(w, &file, 3, 100) == -EOPNOTSUPP)
		cr_skip_test("files here have no user attributes");
	cr_assert_eq(fstat(file.fd, &st), 0);
	cr_expect_eq(st.st_mode & 07777, 0604);
	len = fgetxattr(file.fd, "user.daxbench.3", found, sizeof(found));
	cr_expect_eq(dx_removexattr(w, &file, 3), 0);
	cr_expect_eq(dx_removexattr(w, &file, 3), -ENODATA);
	log = read_log();
	cr_assert_eq(oplog_count(log), 5);
	cr_expect_eq(oplog_at(log, 1)->rec->op, DX_OP_CHMOD);
	cr_expect_eq(oplog_at(log, 1)->rec->arg[0], 0604);
	op = oplog_at(log, 2);
	cr_expect_eq(op->rec->op, DX_OP_SETXATTR);
	cr_expect_eq(op->rec->arg[1], 100);
	dx_xattr_value(op->rec->arg[0], op->rec->arg[3], want, sizeof(want));
	cr_expect(len == sizeof(want) && !memcmp(found, want, sizeof(want)));
	cr_expect_eq(oplog_at(log, 4)->rec->op, DX_OP_REMOVEXATTR);
	cr_expect_eq(oplog_at(log, 4)->rec->result, -ENODATA);
	dx_close(w, &file);
	oplog_close(log);
}

/* Each value is another, and the beginning of a longer one. */
Test(oplog_write, values_of_attributes)
{
	unsigned char a[20], b[20];

	dx_xattr_value(1, 16, a, sizeof(a));
	dx_xattr_value(1, 16, b, 13);
	cr_expect_eq(memcmp(a, b, 13), 0);
	dx_xattr_value(1, 32, b, sizeof(b));
	cr_expect_neq(memcmp(a, b, 8), 0);
	cr_expect_neq(memcmp(a + 16, b + 16, 4), 0);
	dx_xattr_value(2, 16, b, sizeof(b));
	cr_expect_neq(memcmp(a, b, 8), 0);
}

/* A skewed mapping never has the file's 2 MiB at 2 MiB of addresses, one for 2 MiB pages has. */
Test(oplog_write, mappings_lie_as_their_flags_say)
{
	struct dx_worker *w = &f.worker[0];
	struct dx_file file = { 0 };
	struct dx_map map = { 0 };

	cr_assert_eq(dx_open(w, &file, "file", O_RDWR | O_CREAT), 0);
	cr_assert_eq(dx_truncate(w, &file, 2 * DX_PMD), 0);
	for (uint64_t off = 0; off <= DX_PAGE; off += DX_PAGE) {
		cr_assert_eq(dx_map(w, &map, &file, off, DX_PMD, DX_MAP_READ | DX_MAP_PMD), 0);
		cr_expect_eq((uintptr_t)map.base % DX_PMD, off);
		dx_unmap(w, &map);
		cr_assert_eq(dx_map(w, &map, &file, off, DX_PMD, DX_MAP_READ | DX_MAP_SKEWED), 0);
		cr_expect_eq((uintptr_t)map.base % DX_PMD, off + DX_PAGE);
		dx_unmap(w, &map);
	}
	dx_close(w, &file);
}

/* What the kernel refuses was done, and is in the log: it is no reason to refuse the log. */
Test(oplog_write, refused_calls_are_logged)
{
	struct dx_worker *w = &f.worker[0];
	struct dx_file file = { 0 };
	struct dx_map map = { 0 };
	struct oplog *log;

	map_page(w, &file, &map);
	cr_expect_eq(dx_truncate(w, &file, 1ULL << 63), -EINVAL);
	cr_expect_eq(dx_fallocate(w, &file, 0, UINT64_MAX, 1), -EINVAL);
	cr_expect_lt(dx_msync(w, &map, 0, UINT64_MAX - 4095, MS_SYNC), 0);
	log = read_log();
	cr_expect_eq(oplog_count(log), 6);
	cr_expect_eq(oplog_at(log, 3)->rec->result, -EINVAL);
	dx_unmap(w, &map);
	dx_close(w, &file);
	oplog_close(log);
}

/* What the API has no words for is not done at all. */
Test(oplog_write, appends_and_overlong_buffers_are_not_done)
{
	struct dx_worker *w = &f.worker[0];
	struct dx_file file = { 0 };
	uint64_t used;

	cr_expect_eq(dx_open(w, &file, "file", O_RDWR | O_CREAT | O_APPEND), -EINVAL);
	cr_assert_eq(dx_open(w, &file, "file", O_RDWR | O_CREAT), 0);
	used = area(0)->used;
	cr_expect_eq(dx_write_flags(w, &file, 0, 8, RWF_APPEND), -EINVAL);
	cr_expect_eq(dx_write(w, &file, 0, w->buf_size + 1), -EINVAL);
	cr_expect_eq(dx_read(w, &file, 0, w->buf_size + 1), -EINVAL);
	cr_expect_eq(area(0)->used, used);
	dx_close(w, &file);
}

/* A write that stops half way says how far it came. */
Test(oplog_write, short_writes_keep_their_count)
{
	struct dx_worker *w = &f.worker[0];
	struct rlimit old, small;
	struct dx_file file = { 0 };
	struct oplog *log;

	signal(SIGXFSZ, SIG_IGN);
	cr_assert_eq(getrlimit(RLIMIT_FSIZE, &old), 0);
	small = (struct rlimit){ .rlim_cur = 100, .rlim_max = old.rlim_max };
	cr_assert_eq(dx_open(w, &file, "file", O_RDWR | O_CREAT), 0);
	cr_assert_eq(setrlimit(RLIMIT_FSIZE, &small), 0);
	cr_expect_eq(dx_write(w, &file, 64, 64), -EIO);
	cr_expect_eq(dx_read(w, &file, 0, 512), -EIO);
	setrlimit(RLIMIT_FSIZE, &old);
	log = read_log();
	cr_expect_eq(oplog_at(log, 1)->rec->result, 36);
	cr_expect_eq(oplog_at(log, 2)->rec->result, 100);
	dx_close(w, &file);
	oplog_close(log);
}

Test(oplog_write, workers_merge_by_time)
{
	struct oplog *log;
	uint64_t last = 0;

	for (uint32_t i = 0; i < 40; i++)
		dx_drain(&f.worker[i * 7 % DX_LOG_WORKERS]);
	log = read_log();
	cr_assert_eq(oplog_count(log), 40);
	cr_expect_eq(oplog_workers(log), DX_LOG_WORKERS);
	for (size_t i = 0; i < 40; i++) {
		const struct oplog_op *op = oplog_at(log, i);

		cr_expect_eq(op->worker, i * 7 % DX_LOG_WORKERS);
		cr_expect_eq(op->number, i / DX_LOG_WORKERS);
		cr_expect(op->rec->begin >= last);
		last = op->rec->begin;
	}
	oplog_close(log);
}

/* A worker's own order is that of its records, even where its counter went back. */
Test(oplog_write, own_order_beats_the_counter)
{
	struct oplog *log;

	do_drains(&f.worker[0], 2);
	record(0, 1)->begin = 1;
	log = read_log();
	cr_expect_eq(oplog_at(log, 0)->number, 0);
	cr_expect_eq(oplog_at(log, 1)->number, 1);
	oplog_close(log);
}

Test(oplog_write, forked_worker_logs_to_the_same_log)
{
	struct oplog *log;
	pid_t pid = fork();
	int status;

	if (!pid) {
		do_drains(&f.worker[2], 5);
		_exit(0);
	}
	cr_assert_eq(waitpid(pid, &status, 0), pid);
	cr_assert_eq(status, 0);
	log = read_log();
	cr_expect_eq(oplog_count(log), 5);
	cr_expect_eq(oplog_at(log, 0)->worker, 2);
	oplog_close(log);
}

/* A worker that is killed in the middle leaves all that it did, and what it was doing. */
Test(oplog_write, killed_worker_leaves_its_log)
{
	const struct oplog_op *op;
	struct oplog *log;
	pid_t pid = fork();

	if (!pid) {
		do_drains(&f.worker[0], 3);
		dx_log_begin(&f.worker[0], DX_OP_SYNC, 0, 0, 0, 0, 0);
		raise(SIGKILL);
	}
	waitpid(pid, NULL, 0);
	do_drains(&f.worker[1], 1);
	log = read_log();
	cr_assert_eq(oplog_count(log), 5);
	op = oplog_at(log, 3);
	cr_expect_eq(op->rec->op, DX_OP_SYNC);
	cr_expect_not(op->returned);
	cr_expect(oplog_at(log, 4)->returned);
	oplog_close(log);
}

/* Ended between the count and the record, and between an operation and its name. */
Test(oplog_write, half_an_operation_is_no_error)
{
	struct oplog *log;

	do_drains(&f.worker[0], 2);
	area(0)->used = 3;
	dx_log_begin(&f.worker[1], DX_OP_UNLINK, 0, 0, 0, 0, 0);
	log = read_log();
	cr_assert_eq(oplog_count(log), 3);
	cr_expect_eq(oplog_at(log, 2)->rec->op, DX_OP_UNLINK);
	cr_expect_null(oplog_at(log, 2)->text[0]);
	oplog_close(log);
}

/* ---- a log that is full says so, and nothing wraps ---- */

static void expect_cut(uint32_t worker, const char *says, size_t operations)
{
	struct oplog *log = read_log();
	char why[128] = "", who[16];

	snprintf(who, sizeof(who), "worker %u:", worker);
	cr_expect(oplog_is_cut(log, why, sizeof(why)), "want: %s", says);
	cr_expect(strstr(why, says) && strstr(why, who), "\"%s\", want: %s", why, says);
	cr_expect_eq(oplog_count(log), operations);
	oplog_close(log);
}

Test(oplog_write, no_more_room)
{
	do_drains(&f.worker[1], (int)AREA_ROOM + 50);
	expect_cut(1, "full", AREA_ROOM);
	cr_expect_eq(record(2, 0)->op, 0, "the next area was written to");
}

/* The name of the last operation finds no room: it is cut off too. */
Test(oplog_write, no_more_room_for_a_name)
{
	do_drains(&f.worker[0], (int)AREA_ROOM - 2);
	dx_unlink(&f.worker[0], "a name that is too long for one record");
	expect_cut(0, "full", AREA_ROOM - 1);
}

Test(oplog_write, no_more_handles)
{
	struct dx_worker *w = &f.worker[0];
	struct dx_file file = { 0 };

	w->next_handle = DX_LOG_HANDLES - 2;
	cr_assert_eq(dx_open(w, &file, "file", O_RDWR | O_CREAT), 0);
	cr_expect_eq(file.id, DX_LOG_HANDLES - 1);
	dx_close(w, &file);
	cr_assert_eq(dx_open(w, &file, "file", O_RDWR), 0);
	dx_close(w, &file);
	dx_drain(w);
	expect_cut(0, "opened or mapped", 2);
}

Test(oplog_write, no_more_generations)
{
	struct dx_worker *w = &f.worker[0];
	struct dx_file file = { 0 };

	cr_assert_eq(dx_open(w, &file, "file", O_RDWR | O_CREAT), 0);
	w->generation = DX_LOG_GENERATIONS - 2;
	cr_assert_eq(dx_write(w, &file, 0, 8), 0);
	cr_expect_eq(record(0, 2)->arg[3], (DX_LOG_GENERATIONS - 1) << 4);
	cr_assert_eq(dx_write(w, &file, 0, 8), 0);
	dx_close(w, &file);
	expect_cut(0, "stored or wrote", 2);
}

Test(oplog_write, offset_beyond_the_pattern)
{
	struct dx_worker *w = &f.worker[0];
	struct dx_file file = { 0 };

	cr_assert_eq(dx_open(w, &file, "file", O_RDWR | O_CREAT), 0);
	cr_assert_eq(dx_write(w, &file, DX_LOG_FILE_MAX - 8, 8), 0);
	cr_assert_eq(dx_write(w, &file, DX_LOG_FILE_MAX - 4, 8), 0);
	dx_close(w, &file);
	expect_cut(0, "2 GiB", 2);
}

Test(oplog_write, store_that_is_not_aligned)
{
	struct dx_worker *w = &f.worker[0];
	struct dx_map map = { .base = f.buf, .length = DX_PAGE, .id = 2, .file = 1 };

	dx_store64(w, &map, 8);
	/* Its record alone: the store itself would be undefined behaviour. */
	dx_log_end(w, dx_log_begin(w, DX_OP_STORE, map.id, 20, 8, 0, 0), 0);
	expect_cut(0, "not aligned", 1);
}

Test(oplog_write, worker_without_an_area)
{
	dx_drain(&f.worker[DX_LOG_WORKERS]);
	expect_cut(0, "more workers", 0);
}

Test(oplog_write, too_small_for_a_log)
{
	static const struct oplog_about about;

	cr_expect_eq(oplog_create(f.log, 100, &about), -ENOSPC);
	cr_expect_eq(oplog_create(f.log, DX_LOG_HEADER + DX_LOG_WORKERS * DX_PAGE - 1, &about),
		     -ENOSPC);
	cr_expect_eq(oplog_create(f.log, DX_LOG_HEADER + DX_LOG_WORKERS * DX_PAGE, &about), 0);
}
