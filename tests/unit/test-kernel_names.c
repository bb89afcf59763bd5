// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Catches a prefix that takes in functions which do say who stored: copy_page()
 * copies, copy_page_range() is fork().
 */
#include "checker/names/kernel_names.h"

#include <criterion/criterion.h>

Test(kernel_names, primitives)
{
	static const char *const yes[] = {
		/* 6.1 */
		"memcpy_erms",
		"__copy_user_nocache",
		"__copy_user_flushcache",
		"copy_page_regs",
		"clear_user_erms",
		"copy_user_enhanced_fast_string",
		/* 6.12 */
		"copy_to_nontemporal",
		"copy_user_flushcache",
		"rep_movs_alternative",
		/* both */
		"memset",
		"__memcpy_flushcache",
		"clear_page_rep",
		"dax_flush",
		"clean_cache_range",
		"_copy_from_iter_flushcache",
		"_raw_spin_lock_irq",
		"copy_mc_fragile.cold",
	};
	static const char *const no[] = {
		"",
		"mem",
		"memcpy_sglist",
		"copy_page_range",
		"clear_page_dirty_for_io",
		"clear_page_presence.cold",
		"dax_writeback_mapping_range",
		"pmem_do_write",
		"dax_iomap_rw",
		"copy_process",
	};

	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++)
		cr_expect(kernel_name_is_primitive(yes[i]), "%s", yes[i]);
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		cr_expect_not(kernel_name_is_primitive(no[i]), "%s", no[i]);
}

Test(kernel_names, jumps)
{
	cr_expect(kernel_name_jumps("dax_flush", "clean_cache_range"));
	cr_expect(kernel_name_jumps("memcpy", "memcpy_erms"));
	cr_expect(kernel_name_jumps("x64_sys_call", "__x64_sys_msync"));
	cr_expect(kernel_name_jumps("x64_sys_call", "__do_sys_msync"));
	cr_expect_not(kernel_name_jumps("_raw_write_lock", "__memcpy_flushcache"));
	cr_expect_not(kernel_name_jumps("_raw_spin_lock", "_raw_spin_unlock"));
	cr_expect_not(kernel_name_jumps("memset", "memcpy"));
	cr_expect_not(kernel_name_jumps("x64_sys_call", "vfs_write"));
	cr_expect_not(kernel_name_jumps("", ""));
}

Test(kernel_names, entries)
{
	cr_expect_str_eq(kernel_name_system_call("__x64_sys_msync"), "msync");
	cr_expect_str_eq(kernel_name_system_call("__ia32_compat_sys_ioctl"), "ioctl");
	cr_expect_str_eq(kernel_name_system_call("do_sys_ftruncate"), "ftruncate");
	cr_expect_null(kernel_name_system_call("do_syscall_64"));
	cr_expect_null(kernel_name_system_call("vfs_write"));
	cr_expect_str_eq(kernel_name_exception("asm_exc_page_fault"), "page fault");
	cr_expect_str_eq(kernel_name_exception("sysvec_apic_timer_interrupt"), "interrupt");
	cr_expect_null(kernel_name_exception("exc_page_fault"));
	cr_expect(kernel_name_is_root("entry_SYSCALL_64_after_hwframe"));
	cr_expect(kernel_name_is_root("ret_from_fork_asm"));
	cr_expect_not(kernel_name_is_root("do_syscall_64"));
	cr_expect(kernel_name_is_trampoline("__x86_indirect_thunk_rax"));
	cr_expect(kernel_name_is_trampoline("__SCT__cond_resched"));
	cr_expect_not(kernel_name_is_trampoline("__x86_return_thunk"));
	cr_expect(kernel_name_begins_thread("kthread"));
	cr_expect_not(kernel_name_begins_thread("kthreadd"));
	cr_expect_eq(kernel_name_stem("foo.part.0.cold"), 3);
}
