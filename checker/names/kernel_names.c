// SPDX-License-Identifier: GPL-2.0-or-later
#include "checker/names/kernel_names.h"

#include <string.h>

/*
 * As Linux 6.1 and 6.12 have them. Functions of one list jump to one another, by
 * the source or by what the kernel patches at boot for the CPU that it finds.
 */
static const char *const jumping[][12] = {
	/* arch/x86/lib/memcpy_64.S, memmove_64.S, memset_64.S */
	{ "memcpy", "__memcpy", "memcpy_orig", "memcpy_erms" },
	{ "memmove", "__memmove" },
	{ "memset", "__memset", "memset_orig", "memset_erms" },
	/* clear_page_64.S, copy_page_64.S */
	{ "clear_page", "clear_page_orig", "clear_page_rep", "clear_page_erms" },
	{ "clear_user_*", "rep_stos_alternative" },
	{ "copy_page", "copy_page_regs" },
	/* copy_user_64.S, copy_user_uncached_64.S, usercopy_64.c */
	{ "copy_user_*", "__copy_user_*", "copy_to_nontemporal", "rep_movs_alternative" },
	{ "__memcpy_flushcache", "memcpy_page_flushcache" },
	/* copy_mc.c, copy_mc_64.S */
	{ "copy_mc_*" },
	/* drivers/dax/super.c, lib/iov_iter.c */
	{ "dax_copy_from_iter", "_copy_from_iter*" },
	{ "dax_copy_to_iter", "_copy_to_iter", "_copy_mc_to_iter" },
	/* drivers/dax/super.c, usercopy_64.c */
	{ "dax_flush", "arch_wb_cache_pmem", "clean_cache_range" },
};

/* The rest: calls between these are calls. */
static const char *const primitives[] = {
	"memcpy_and_pad",
	"memcpy_fromio",
	"memcpy_toio",
	"memset_io",
	"clflush_cache_range",
	"copy_page_from_iter*",
	"copy_page_to_iter*",
	"iov_iter_zero",
	"_copy_from_user",
	"_copy_to_user",
	/* kernel/locking/spinlock.c: they drain, as far as a LOCK prefix does. */
	"_raw_spin_*",
	"_raw_read_*",
	"_raw_write_*",
	NULL,
};

static const char *const entries[] = {
	"entry_SYSCALL_64*",
	"entry_SYSENTER_compat*",
	"entry_INT80_compat*",
	"int80_emulation",
	/* Their own callees run on a stack of their own, where these come last. */
	"sysvec_*",
	"common_interrupt",
	"asm_*",
	"ret_from_fork_asm",
	"ret_from_fork",
	"secondary_startup_64*",
	NULL,
};

static const char *const interrupts[] = { "asm_*", "sysvec_*", "common_interrupt", NULL };
static const char *const page_faults[] = { "asm_exc_page_fault", NULL };
static const char *const flushes[] = { "nvdimm_flush", "generic_nvdimm_flush", NULL };
static const char *const trampolines[] = { "__x86_indirect_*", "__SCT__*", NULL };
static const char *const dispatchers[] = { "x64_sys_call", "ia32_sys_call", NULL };

static const char *const thread_beginnings[] = {
	"kthread",
	"kernel_init",
	"call_usermodehelper_exec_async",
	NULL,
};

static const char *const system_calls[] = {
	"__x64_sys_",	    "__ia32_sys_", "__ia32_compat_sys_", "__do_sys_",
	"__do_compat_sys_", "__se_sys_",   "__se_compat_sys_",	 "ksys_",
	"do_sys_",	    NULL,
};

size_t kernel_name_stem(const char *name)
{
	return strcspn(name, ".");
}

/* Is the stem of @name one of @list? There, what ends in '*' is a prefix. */
static bool is_one_of(const char *name, const char *const *list)
{
	size_t len = kernel_name_stem(name);

	for (; *list; list++) {
		size_t want = strcspn(*list, "*");

		if (!strncmp(name, *list, want) && ((*list)[want] ? len >= want : len == want))
			return true;
	}
	return false;
}

bool kernel_name_is_primitive(const char *name)
{
	for (size_t i = 0; i < sizeof(jumping) / sizeof(jumping[0]); i++)
		if (is_one_of(name, jumping[i]))
			return true;
	return is_one_of(name, primitives);
}

bool kernel_name_is_root(const char *name)
{
	return is_one_of(name, entries);
}

bool kernel_name_is_trampoline(const char *name)
{
	return is_one_of(name, trampolines);
}

bool kernel_name_is_flush(const char *name)
{
	return is_one_of(name, flushes);
}

bool kernel_name_jumps(const char *from, const char *to)
{
	for (size_t i = 0; i < sizeof(jumping) / sizeof(jumping[0]); i++)
		if (is_one_of(from, jumping[i]) && is_one_of(to, jumping[i]))
			return true;
	return is_one_of(from, dispatchers) && kernel_name_system_call(to);
}

bool kernel_name_begins_thread(const char *name)
{
	return is_one_of(name, thread_beginnings);
}

const char *kernel_name_system_call(const char *name)
{
	for (const char *const *prefix = system_calls; *prefix; prefix++)
		if (!strncmp(name, *prefix, strlen(*prefix)))
			return name + strlen(*prefix);
	return NULL;
}

const char *kernel_name_exception(const char *name)
{
	if (is_one_of(name, page_faults))
		return "page fault";
	return is_one_of(name, interrupts) ? "interrupt" : NULL;
}
