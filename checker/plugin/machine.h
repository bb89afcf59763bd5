/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The emulated CPUs as the plugin looks at them: registers, memory, and where a
 * virtual address lies. Nothing here changes anything of the guest.
 *
 * The guest's kernel is booted with nokaslr and no5lvl: all physical memory is
 * mapped, 4-level, from MACHINE_DIRECT_MAP on (Documentation/arch/x86/x86_64/mm.rst).
 */
#ifndef CHECKER_PLUGIN_MACHINE_H
#define CHECKER_PLUGIN_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "checker/plugin/insn.h"

#define MACHINE_DIRECT_MAP 0xffff888000000000ULL

/* From the callback for a new vCPU: looks up the registers, which all have alike. */
void machine_add_vcpu(void);

/* From here on there are @vcpus of them. */
void machine_set_vcpus(unsigned int vcpus);

/*
 * Which vCPU is running: 0 for the first that was asked for, and so on. QEMU's own number,
 * which callbacks are handed, is not it: with several vCPUs on one thread QEMU 10.0 makes
 * the number of the one that translated a piece of code a constant in it, also for the
 * others that run it (gen_cpu_index() in accel/tcg/plugin-gen.c). Registers are read of the
 * one that runs; and on each the kernel has the base of its own variables in GS, or, while a
 * program has GS, in KERNEL_GS_BASE.
 */
unsigned int machine_vcpu(void);

/* A register of the running vCPU by its number (enum insn_register), 0 for none. */
uint64_t machine_register(unsigned int number);

/* Linear address of the memory operand of @insn, which is at @ip and is about to be executed. */
uint64_t machine_operand(const struct insn *insn, uint64_t ip);

/* Memory of the running vCPU's address space. False: not all of it is mapped. */
bool machine_read(uint64_t vaddr, void *buf, size_t len);

/* Physical address of @vaddr by the running vCPU's page tables. False: not mapped. */
bool machine_translate(uint64_t vaddr, uint64_t *ret);

static inline bool machine_is_kernel(uint64_t vaddr)
{
	return vaddr >> 63;
}

#endif
