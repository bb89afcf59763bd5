// SPDX-License-Identifier: GPL-2.0-or-later
#include "checker/names/elf_symbols.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* A symbol without a size reaches to the next one, but no farther than that. */
#define REACH 65536U

struct elf_symbols {
	int fd;
	Elf *elf;
	Elf_Data *table; /* of symbols; NULL: none */
	size_t n, names; /* symbols, and the section with their names */
};

static int open_elf(struct elf_symbols *s, const char *path, struct err *e)
{
	GElf_Ehdr header;
	struct stat st;

	/* A FIFO must not hold us up. */
	s->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (s->fd < 0)
		return err_sys(e, -errno, path, "open");
	if (fstat(s->fd, &st))
		return err_sys(e, -errno, path, "stat");
	if (!S_ISREG(st.st_mode))
		return err_set(e, -EBADMSG, path, "not a file");
	elf_version(EV_CURRENT);
	s->elf = elf_begin(s->fd, ELF_C_READ_MMAP, NULL);
	if (!s->elf || elf_kind(s->elf) != ELF_K_ELF || !gelf_getehdr(s->elf, &header) ||
	    header.e_machine != EM_X86_64)
		return err_set(e, -EBADMSG, path, "no program for x86-64");
	return 0;
}

/* All symbols if they are there, else the exported ones. */
static void find_table(struct elf_symbols *s)
{
	Elf_Scn *section = NULL;
	GElf_Shdr header;

	while ((section = elf_nextscn(s->elf, section))) {
		bool all;

		if (!gelf_getshdr(section, &header) || !header.sh_entsize)
			continue;
		all = header.sh_type == SHT_SYMTAB;
		if (!all && (header.sh_type != SHT_DYNSYM || s->table))
			continue;
		s->table = elf_getdata(section, NULL);
		s->n = header.sh_size / header.sh_entsize;
		s->names = header.sh_link;
		if (all && s->table)
			return;
	}
}

int elf_symbols_open(struct elf_symbols **ret, const char *path, struct err *e)
{
	struct elf_symbols *s = calloc(1, sizeof(*s));
	int r;

	if (!s)
		return err_sys(e, -ENOMEM, path, "read its symbols");
	s->fd = -1;
	r = open_elf(s, path, e);
	if (r) {
		elf_symbols_close(s);
		return r;
	}
	find_table(s);
	*ret = s;
	return 0;
}

void elf_symbols_close(struct elf_symbols *s)
{
	if (!s)
		return;
	if (s->elf)
		elf_end(s->elf);
	if (s->fd >= 0)
		close(s->fd);
	free(s);
}

int elf_symbols_address(const struct elf_symbols *s, uint64_t offset, uint64_t *ret)
{
	size_t n = 0;

	if (elf_getphdrnum(s->elf, &n))
		return -ENOENT;
	for (size_t i = 0; i < n; i++) {
		GElf_Phdr segment;

		if (!gelf_getphdr(s->elf, (int)i, &segment) || segment.p_type != PT_LOAD ||
		    offset < segment.p_offset || offset - segment.p_offset >= segment.p_filesz)
			continue;
		*ret = segment.p_vaddr + (offset - segment.p_offset);
		return 0;
	}
	return -ENOENT;
}

static bool is_in(const GElf_Sym *symbol, uint64_t address)
{
	return GELF_ST_TYPE(symbol->st_info) == STT_FUNC && symbol->st_shndx != SHN_UNDEF &&
	       address >= symbol->st_value &&
	       address - symbol->st_value < (symbol->st_size ? symbol->st_size : REACH);
}

const char *elf_symbols_find(const struct elf_symbols *s, uint64_t address, uint64_t *ret_start)
{
	const char *name = NULL;

	for (size_t i = 0; s->table && i < s->n; i++) {
		GElf_Sym symbol;

		if (!gelf_getsym(s->table, (int)i, &symbol) || !is_in(&symbol, address) ||
		    (name && symbol.st_value <= *ret_start))
			continue;
		name = elf_strptr(s->elf, s->names, symbol.st_name);
		*ret_start = symbol.st_value;
	}
	return name;
}
