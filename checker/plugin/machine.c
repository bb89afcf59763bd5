// SPDX-License-Identifier: GPL-2.0-or-later
#include "checker/plugin/machine.h"

#include <string.h>

#include "checker/plugin/qemu_api.h"

#define NAMES	     22
#define GS_BASE	     19
#define CR3	     20
#define K_GS_BASE    21
#define PAGE_PRESENT 1ULL
#define PAGE_LARGE   (1ULL << 7)
#define PAGE_ADDRESS 0x000ffffffffff000ULL

/* In the order of enum insn_register; what gdb calls them. */
static const char *const names[NAMES] = { "rax",     "rcx",	"rdx", "rbx",	   "rsp", "rbp",
					  "rsi",     "rdi",	"r8",  "r9",	   "r10", "r11",
					  "r12",     "r13",	"r14", "r15",	   "",	  "rip",
					  "fs_base", "gs_base", "cr3", "k_gs_base" };

static struct qemu_plugin_register *handles[NAMES];
static GByteArray *buffer;
static unsigned int vcpus;
static uint64_t bases[DX_TRACE_VCPUS]; /* of those that ran, by their number */
static unsigned int n_bases;

void machine_set_vcpus(unsigned int n)
{
	vcpus = n;
}

void machine_add_vcpu(void)
{
	GArray *list;

	if (!buffer)
		buffer = g_byte_array_new();
	list = qemu_plugin_get_registers();
	for (unsigned int i = 0; i < list->len; i++) {
		const qemu_plugin_reg_descriptor *r =
			(const qemu_plugin_reg_descriptor *)(void *)list->data + i;

		for (unsigned int n = 0; n < NAMES; n++)
			if (!strcmp(r->name, names[n]))
				handles[n] = r->handle;
	}
	g_array_free(list, 1);
}

uint64_t machine_register(unsigned int number)
{
	uint64_t value = 0;
	int n;

	if (number >= NAMES || !handles[number])
		return 0;
	g_byte_array_set_size(buffer, 0);
	n = qemu_plugin_read_register(handles[number], buffer);
	if (n > 0)
		memcpy(&value, buffer->data, (size_t)n < sizeof(value) ? (size_t)n : sizeof(value));
	return value;
}

/* Where the kernel of the running vCPU has its own variables. */
static uint64_t percpu_base(void)
{
	uint64_t base = machine_register(GS_BASE);

	return machine_is_kernel(base) ? base : machine_register(K_GS_BASE);
}

unsigned int machine_vcpu(void)
{
	unsigned int i = 0;
	uint64_t base;

	if (vcpus < 2)
		return 0;
	base = percpu_base();
	while (i < n_bases && bases[i] != base)
		i++;
	if (i == DX_TRACE_VCPUS)
		return 0; /* more than there are */
	if (i == n_bases)
		bases[n_bases++] = base;
	return i;
}

uint64_t machine_operand(const struct insn *insn, uint64_t ip)
{
	uint64_t at = (uint64_t)insn->displacement;

	at += insn->base == INSN_RIP ? ip : machine_register(insn->base);
	if (insn->index != INSN_NO_REGISTER)
		at += machine_register(insn->index) * insn->scale;
	if (insn->address32)
		at &= 0xffffffff;
	if (insn->segment != INSN_NO_REGISTER)
		at += machine_register(insn->segment);
	return at;
}

bool machine_read(uint64_t vaddr, void *buf, size_t len)
{
	g_byte_array_set_size(buffer, 0);
	if (!qemu_plugin_read_memory_vaddr(vaddr, buffer, len) || buffer->len < len)
		return false;
	memcpy(buf, buffer->data, len);
	return true;
}

/* Intel SDM volume 3, 4.5: four levels of 512 entries; bit 7 ends the walk early. */
bool machine_translate(uint64_t vaddr, uint64_t *ret)
{
	uint64_t entry = machine_register(CR3);

	if (vaddr >= MACHINE_DIRECT_MAP && vaddr < MACHINE_DIRECT_MAP + (1ULL << 46)) {
		*ret = vaddr - MACHINE_DIRECT_MAP;
		return true;
	}
	for (int shift = 39; shift >= 12; shift -= 9) {
		uint64_t at = (entry & PAGE_ADDRESS) + (vaddr >> shift & 511) * sizeof(entry);
		uint64_t offset = (1ULL << shift) - 1;

		if (!machine_read(MACHINE_DIRECT_MAP + at, &entry, sizeof(entry)) ||
		    !(entry & PAGE_PRESENT))
			return false;
		if (shift == 12 || (shift < 39 && entry & PAGE_LARGE)) {
			*ret = (entry & PAGE_ADDRESS & ~offset) | (vaddr & offset);
			return true;
		}
	}
	return false;
}
