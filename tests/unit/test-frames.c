// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Catches a chain that takes what is stale for a frame, loses a frame behind a
 * tail call or a retpoline, or names the wrong system call. The stacks are what
 * ext4 and XFS left on Linux 6.1 and 6.12, word by word; only the addresses are
 * made here.
 */
#include "checker/names/frames.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define TEXT_START 0xffffffff81000000ULL
#define DISTANCE   0x1000ULL
#define MAX_NAMES  128U

/* A return address in @in, behind a call of @to; NULL: through a register. */
struct word {
	const char *in, *to;
};

static const char *known[MAX_NAMES];
static size_t n_known;

/* The start of a function: "pmem_submit_bio", or with its module "nd_pmem:...". */
static uint64_t start_of(const char *name)
{
	size_t i = 0;

	while (i < n_known && strcmp(known[i], name) != 0)
		i++;
	cr_assert_lt(i, MAX_NAMES);
	known[i] = name;
	n_known = i == n_known ? i + 1 : n_known;
	return TEXT_START + i * DISTANCE;
}

static struct symbols *make_symbols(void)
{
	static char text[MAX_NAMES * 128];
	struct symbols *s;
	struct err e;
	size_t len = 0;

	for (size_t i = 0; i < n_known; i++) {
		const char *colon = strchr(known[i], ':'), *name = colon ? colon + 1 : known[i];
		int module = colon ? (int)(colon - known[i]) : 0;

		len += (size_t)snprintf(text + len, sizeof(text) - len, "%llx t %s%s%.*s%s\n",
					TEXT_START + i * DISTANCE, name, colon ? "\t[" : "", module,
					known[i], colon ? "]" : "");
	}
	cr_assert_eq(symbols_parse(&s, text, len, "names", &e), 0, "%s", e.what);
	return s;
}

static char chain[4096];
static char origin[64];
static char actor[64];
static bool whole;

static void add_frame(const struct frame *frame)
{
	static const char *const marks[] = {
		[FRAME_HERE] = "",
		[FRAME_VERIFIED] = " < ",
		[FRAME_INDIRECT] = " <* ",
		[FRAME_GUESSED] = " <? ",
	};
	size_t len = strlen(chain);

	snprintf(chain + len, sizeof(chain) - len, "%s%s", marks[frame->link],
		 frame->symbol ? frame->symbol->name : "nowhere");
}

/* The chain as "innermost < verified <* indirect <? guessed". */
static void find(const char *at, const struct word *words)
{
	struct dx_trace_frame candidates[DX_TRACE_FRAMES];
	struct symbols *s;
	struct frames f;
	uint64_t ip = at ? start_of(at) + 0x22 : 1;
	size_t n = 0;

	for (; words[n].in; n++)
		candidates[n] = (struct dx_trace_frame){ start_of(words[n].in) + 0x45,
							 words[n].to ? start_of(words[n].to) : 0 };
	start_of("the_end");
	s = make_symbols();
	frames_find(s, ip, candidates, n, &f);
	chain[0] = '\0';
	for (size_t i = 0; i < f.n; i++)
		add_frame(&f.frame[i]);
	frames_origin(&f, origin, sizeof(origin));
	snprintf(actor, sizeof(actor), "%s",
		 frames_actor(&f)->symbol ? frames_actor(&f)->symbol->name : "nowhere");
	whole = f.whole;
	symbols_close(s);
}

#define STACK(...)                                                                                 \
	(const struct word[])                                                                      \
	{                                                                                          \
		__VA_ARGS__,                                                                       \
		{                                                                                  \
			NULL, NULL                                                                 \
		}                                                                                  \
	}
#define THUNK "__x86_indirect_thunk_rax"

static void expect(const char *want_chain, const char *want_actor, const char *want_origin)
{
	cr_expect_str_eq(chain, want_chain, "\n got %s\nwant %s", chain, want_chain);
	cr_expect_str_eq(actor, want_actor);
	cr_expect_str_eq(origin, want_origin);
	cr_expect(whole);
}

/* What do_syscall_64() leaves between itself and the entry. */
#define GAP                                                                                        \
	{ "__count_memcg_events", "__cgroup_rstat_updated" },                                      \
		{ "count_memcg_events.constprop.0", "__count_memcg_events" },                      \
		{ "do_user_addr_fault", "__rcu_read_unlock" },                                     \
		{ "arch_exit_to_user_mode_prepare.constprop.0",                                    \
		  "fpregs_assert_state_consistent" },                                              \
		{ "syscall_exit_to_user_mode", "arch_exit_to_user_mode_prepare.constprop.0" },     \
		{ "do_syscall_64", "syscall_exit_to_user_mode" },                                  \
	{                                                                                          \
		"entry_SYSCALL_64_after_hwframe", "do_syscall_64"                                  \
	}

#define SYSCALL(name) { name, NULL }, { "do_syscall_64", "x64_sys_call" }, GAP

Test(frames, msync_of_xfs)
{
	find("clean_cache_range",
	     STACK({ "dax_writeback_mapping_range", "dax_flush" }, { "do_writepages", THUNK },
		   { "insert_pfn", "__rcu_read_unlock" }, { "__vm_insert_mixed", "insert_pfn" },
		   { "filemap_fdatawrite_wbc", "do_writepages" },
		   { "__filemap_fdatawrite_range", "filemap_fdatawrite_wbc" },
		   { "file_write_and_wait_range", "__filemap_fdatawrite_range" },
		   { "xfs:xfs_file_fsync", "file_write_and_wait_range" },
		   { "__do_sys_msync", "vfs_fsync_range" }, { "do_syscall_64", "x64_sys_call" },
		   GAP));
	expect("clean_cache_range < dax_writeback_mapping_range <* do_writepages"
	       " < filemap_fdatawrite_wbc < __filemap_fdatawrite_range"
	       " < file_write_and_wait_range < xfs_file_fsync <? __do_sys_msync < do_syscall_64"
	       " < entry_SYSCALL_64_after_hwframe",
	       "dax_writeback_mapping_range", "msync");
}

/* Two tail calls, one of them into a module, and a stale copy of a true frame. */
Test(frames, zeroed_blocks_of_xfs)
{
	find("__memcpy_flushcache",
	     STACK({ "nd_pmem:pmem_do_write", "__memcpy_flushcache" },
		   { "nd_pmem:pmem_submit_bio", "nd_pmem:pmem_do_write" },
		   { "__submit_bio", THUNK }, { "submit_bio_noacct_nocheck", "__submit_bio" },
		   { "bio_add_page", "__bio_add_page" },
		   { "submit_bio_noacct", "should_fail_bio.constprop.0" },
		   { "submit_bio_wait", "submit_bio" },
		   { "blkdev_issue_zeroout", "submit_bio_wait" },
		   { "xfs:xfs_bmapi_allocate", "xfs:xfs_zero_extent" },
		   { "xfs:xfs_bmapi_allocate", "xfs:xfs_zero_extent" },
		   { "xfs:xfs_bmapi_write", "xfs:xfs_bmapi_allocate" },
		   { "xfs:xfs_iomap_write_direct", "xfs:xfs_bmapi_write" },
		   { "xfs:xfs_direct_write_iomap_begin", "xfs:xfs_iomap_write_direct" },
		   { "iomap_iter", THUNK }, { "dax_iomap_pte_fault", "iomap_iter" },
		   { "__do_fault", THUNK }, { "do_fault", "__do_fault" },
		   { "__handle_mm_fault", "do_fault" }, { "handle_mm_fault", "__handle_mm_fault" },
		   { "do_user_addr_fault", "handle_mm_fault" },
		   { "exc_page_fault", "do_user_addr_fault" },
		   { "asm_exc_page_fault", "exc_page_fault" }));
	expect("__memcpy_flushcache < pmem_do_write < pmem_submit_bio <* __submit_bio"
	       " < submit_bio_noacct_nocheck <? submit_bio_wait < blkdev_issue_zeroout"
	       " <? xfs_bmapi_allocate < xfs_bmapi_write < xfs_iomap_write_direct"
	       " < xfs_direct_write_iomap_begin <* iomap_iter < dax_iomap_pte_fault <* __do_fault"
	       " < do_fault < __handle_mm_fault < handle_mm_fault < do_user_addr_fault"
	       " < exc_page_fault < asm_exc_page_fault",
	       "pmem_do_write", "page fault");
}

Test(frames, write_through_jumps_of_primitives)
{
	find("copy_to_nontemporal",
	     STACK({ "copy_user_flushcache", "copy_to_nontemporal" },
		   { "_copy_from_iter_flushcache", "copy_user_flushcache" },
		   { "dax_iomap_rw", "dax_copy_from_iter" },
		   { "cap_inode_need_killpriv", "__vfs_getxattr" },
		   { "security_inode_need_killpriv", "bpf_lsm_inode_need_killpriv" },
		   { "xfs:xfs_file_dax_write", "dax_iomap_rw" }, { "vfs_write", THUNK },
		   { "__x64_sys_pwrite64", "vfs_write" }, { "do_syscall_64", "x64_sys_call" },
		   GAP));
	expect("copy_to_nontemporal < copy_user_flushcache < _copy_from_iter_flushcache"
	       " < dax_iomap_rw < xfs_file_dax_write <* vfs_write < __x64_sys_pwrite64"
	       " < do_syscall_64 < entry_SYSCALL_64_after_hwframe",
	       "dax_iomap_rw", "pwrite64");
}

/* An earlier pwrite() lies next to the module's tail call, in the midst of fsync(). */
Test(frames, flush_of_fsync_is_not_of_the_write_before_it)
{
	find("libnvdimm:generic_nvdimm_flush",
	     STACK({ "nd_pmem:pmem_submit_bio", "libnvdimm:nvdimm_flush" },
		   { "__x64_sys_pwrite64", "vfs_write" }, { "__submit_bio", THUNK },
		   { "submit_bio_noacct_nocheck", "__submit_bio" },
		   { "submit_bio_wait", "submit_bio" }, { "blkdev_issue_flush", "submit_bio_wait" },
		   { "xfs:xfs_file_fsync", "blkdev_issue_flush" },
		   { "__x64_sys_fsync", "vfs_fsync_range" }, { "do_syscall_64", "x64_sys_call" },
		   { "blkdev_issue_flush", "submit_bio_wait" },
		   { "xfs:xfs_file_fsync", "blkdev_issue_flush" }, GAP));
	expect("generic_nvdimm_flush <? pmem_submit_bio <* __submit_bio"
	       " < submit_bio_noacct_nocheck <? submit_bio_wait < blkdev_issue_flush"
	       " < xfs_file_fsync <? __x64_sys_fsync < do_syscall_64"
	       " < entry_SYSCALL_64_after_hwframe",
	       "generic_nvdimm_flush", "fsync");
}

Test(frames, a_thread_and_a_worker)
{
	find("memcpy_erms",
	     STACK({ "jbd2_journal_commit_transaction", "memcpy" },
		   { "finish_task_switch.isra.0", "_raw_spin_unlock" },
		   { "kjournald2", "jbd2_journal_commit_transaction" },
		   { "kthread", "__x86_indirect_thunk_r15" }, { "ret_from_fork", THUNK },
		   { "ret_from_fork_asm", "ret_from_fork" }));
	expect("memcpy_erms < jbd2_journal_commit_transaction < kjournald2 <* kthread"
	       " <* ret_from_fork < ret_from_fork_asm",
	       "jbd2_journal_commit_transaction", "thread kjournald2");
	find("memset_orig",
	     STACK({ "xfs:xlog_cil_push_work", "memset" }, { "process_one_work", THUNK },
		   { "worker_thread", "process_one_work" }, { "kthread", THUNK },
		   { "ret_from_fork", THUNK }));
	expect("memset_orig < xlog_cil_push_work <* process_one_work < worker_thread <* kthread"
	       " <* ret_from_fork",
	       "xlog_cil_push_work", "work xlog_cil_push_work");
}

Test(frames, split_functions_are_one)
{
	find("ext4_sync_fs.cold",
	     STACK({ "iterate", "ext4_sync_fs" }, SYSCALL("__x64_sys_syncfs")));
	cr_expect_str_eq(origin, "syncfs");
	cr_expect(strstr(chain, "ext4_sync_fs.cold < iterate"), "%s", chain);
	find("foo", STACK({ "bar.part.0.cold", "foo.isra.0" }, { "baz", "bar" },
			  { "asm_common_interrupt", "baz" }));
	expect("foo < bar.part.0.cold < baz < asm_common_interrupt", "foo", "interrupt");
}

Test(frames, a_pointer_to_a_function_is_no_return_address)
{
	struct dx_trace_frame candidates[] = { { start_of("autoremove_wake_function"), 0 },
					       { start_of("kthread") + 9, 0 },
					       { start_of("ret_from_fork") + 9, 0 } };
	uint64_t ip = start_of("kjournald2") + 1;
	struct symbols *s = make_symbols();
	struct frames f;

	frames_find(s, ip, candidates, 3, &f);
	cr_expect_eq(f.n, 3);
	cr_expect_str_eq(f.frame[1].symbol->name, "kthread");
	symbols_close(s);
}

Test(frames, a_call_may_be_the_last_of_its_function)
{
	struct dx_trace_frame candidate = { 0, start_of("panic") };
	uint64_t ip = start_of("panic") + 1;
	struct symbols *s;
	struct frames f;

	candidate.ret = start_of("caller") + DISTANCE - 1;
	start_of("next");
	s = make_symbols();
	frames_find(s, ip, &candidate, 1, &f);
	cr_assert_eq(f.n, 2);
	cr_expect_str_eq(f.frame[1].symbol->name, "caller");
	cr_expect_not(f.whole);
	symbols_close(s);
}

Test(frames, nothing_is_known_of_the_code)
{
	find(NULL, STACK({ "bpf_test_run", NULL }, { "__x64_sys_bpf", "bpf_test_run" },
			 { "do_syscall_64", "x64_sys_call" }, GAP));
	cr_expect_str_eq(origin, "bpf");
	cr_expect_str_eq(actor, "bpf_test_run");
	find(NULL, (const struct word[]){ { NULL, NULL } });
	cr_expect_str_eq(chain, "nowhere");
	cr_expect_str_eq(actor, "nowhere");
	cr_expect_str_eq(origin, "unknown");
	cr_expect_not(whole);
}

/* Hostile, or just full: never more than there is room for. */
Test(frames, a_full_stack)
{
	struct dx_trace_frame candidates[DX_TRACE_FRAMES + 8];
	uint64_t a = start_of("recursion");
	struct symbols *s = make_symbols();
	struct frames f;

	for (size_t i = 0; i < DX_TRACE_FRAMES + 8; i++)
		candidates[i] = (struct dx_trace_frame){ a + 5, a };
	frames_find(s, a, candidates, DX_TRACE_FRAMES + 8, &f);
	cr_expect_eq(f.n, FRAMES_MAX);
	for (size_t i = 0; i < DX_TRACE_FRAMES; i++)
		candidates[i] = (struct dx_trace_frame){ i % 2 ? UINT64_MAX : 0, UINT64_MAX };
	frames_find(s, 0, candidates, DX_TRACE_FRAMES, &f);
	cr_expect_eq(f.n, 1);
	symbols_close(s);
}
