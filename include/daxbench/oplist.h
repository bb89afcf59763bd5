/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Operation lists: a workload as data. workloads/ops.c runs one that is in a
 * file, workloads/soup.c one that was made from a seed, and any operation log
 * can be written as one (checker/list/oplist.h), to be cut down, mailed and run anew.
 *
 * The text form has an operation a line: a name and arguments as "daxbench
 * trace" shows them, without what only a run can know (results, generations,
 * handles). A # begins a comment. Files and mappings are in slots, f0 to f1023
 * and m0 to m1023, which an open or a map fills and a close or an unmap
 * empties. An operation is done by worker 0, or by the one named before it:
 *
 *	# A second process sees and syncs what the first stored.
 *	mkdir "dir"
 *	open f0 "dir/a file" O_RDWR|O_CREAT
 *	fallocate f0 0 0 2097152
 *	map m0 f0 0 2097152 read|write|pmd
 *	store m0 8 4
 *	@1 open f0 "dir/a file" O_RDONLY
 *	@1 read f0 0 16
 *	flush m0 0 64 clwb
 *	drain
 *	@1 fsync f0
 *
 * The operations, [in brackets] what may be left out, then it is 0 (MS_SYNC of
 * msync). Offsets, lengths and sizes are bytes, 4096, 4K and 2M are numbers.
 *
 *	open FILE NAME FLAGS			close FILE
 *	unlink NAME				rename OLD NEW [FLAGS]
 *	link EXISTING NEW			symlink TARGET NAME
 *	mkdir NAME				rmdir NAME
 *	truncate FILE LENGTH			fallocate FILE MODE OFFSET LENGTH
 *	write FILE OFFSET LENGTH [FLAGS]	writev FILE OFFSET LENGTH [FLAGS]
 *	read FILE OFFSET LENGTH			reflink FILE FROM FROM-OFFSET OFFSET LENGTH
 *	map MAP FILE OFFSET LENGTH FLAGS	unmap MAP
 *	store MAP OFFSET 1|2|4|8		store-bytes MAP OFFSET 1..64
 *	store-unaligned MAP OFFSET 8		load MAP OFFSET 8
 *	fill MAP OFFSET LENGTH			copy, copy-nt: as fill
 *	msync MAP OFFSET LENGTH [FLAGS]		flush MAP OFFSET LENGTH KIND
 *	rely MAP OFFSET LENGTH			populate MAP OFFSET LENGTH read|write
 *	fsync, fdatasync, syncfs FILE		sync, drain
 *	sync-file-range FILE OFFSET LENGTH FLAGS
 *	chmod FILE MODE
 *	setxattr FILE ATTRIBUTE SIZE		removexattr FILE ATTRIBUTE
 *	umount, mount, mkfs, drop-caches	remount ro|rw
 *	pass-time MILLISECONDS
 *
 * FLAGS are words joined by |, or numbers: O_RDWR|O_CREAT, KEEP_SIZE|PUNCH_HOLE,
 * read|write|sync|private|populate|pte|pmd|skewed, RENAME_EXCHANGE, RWF_DSYNC,
 * MS_ASYNC, WAIT_BEFORE|WRITE|WAIT_AFTER; KIND is clwb, clflushopt or clflush. MODE is
 * octal, 0 to 0777; ATTRIBUTE 3 is the extended one called user.daxbench.3. A name stands
 * between quotes; \" \\ and \xNN (a byte, not 0) stand for what they say.
 *
 * Workers beside 0 are processes, with slots of their own. They run in turn,
 * never at once: the list is the order. While there are any the file system is
 * in use, and umount is refused.
 *
 * An operation that fails is logged, and the run goes on; what needs a slot that
 * a failed open or map left empty is passed over. A list is refused, before
 * anything is done, if a slot is used that nothing filled or filled twice, if an
 * access lies outside its mapping, or is not aligned as its call demands it.
 * Whether the file reaches as far as the mapping is not known before it runs.
 */
#ifndef DAXBENCH_OPLIST_H
#define DAXBENCH_OPLIST_H

#include "daxbench/oplog.h"

#define DX_LIST_SLOTS	1024
#define DX_LIST_WORKERS DX_LOG_WORKERS
#define DX_LIST_MAX_OPS (1U << 20)

/* Largest write, read or copy: a worker's buffer. */
#define DX_LIST_MAX_BYTES (2ULL << 20)

/*
 * One operation. What @arg holds, enum dx_log_op says of the log's record; but
 * handles are slots, and generations are 0.
 */
struct dx_list_op {
	uint16_t op; /* enum dx_log_op */
	uint16_t worker;
	uint32_t slot; /* of the file or mapping that it is done to; else 0 */
	uint64_t arg[4];
	const char *text[2];
};

#endif
