// SPDX-License-Identifier: GPL-2.0-or-later
#include "checker/names/lineinfo.h"
#include "lib/cleanup.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <elfutils/libdwelf.h>
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#define BUILD_ID_MAX 64U /* bytes */

struct lineinfo {
	int fd;
	Elf *elf;
	Dwarf *dwarf;
	uint64_t first; /* link-time address of __executable_start: of the first segment */
	char build_id[2 * BUILD_ID_MAX + 1];
};

/* ---- opening ---- */

static int open_elf(struct lineinfo *li, const char *path, struct err *e)
{
	GElf_Ehdr header;
	struct stat st;

	/* A FIFO must not hold us up. */
	li->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (li->fd < 0)
		return err_sys(e, -errno, path, "open");
	if (fstat(li->fd, &st))
		return err_sys(e, -errno, path, "stat");
	if (!S_ISREG(st.st_mode))
		return err_set(e, -EBADMSG, path, "not a file");
	elf_version(EV_CURRENT);
	li->elf = elf_begin(li->fd, ELF_C_READ_MMAP, NULL);
	if (!li->elf || elf_kind(li->elf) != ELF_K_ELF || !gelf_getehdr(li->elf, &header) ||
	    header.e_machine != EM_X86_64)
		return err_set(e, -EBADMSG, path, "no program for x86-64");
	return 0;
}

static int find_first_segment(struct lineinfo *li, const char *path, struct err *e)
{
	size_t n = 0;

	if (elf_getphdrnum(li->elf, &n))
		n = 0;
	for (size_t i = 0; i < n; i++) {
		GElf_Phdr segment;

		if (!gelf_getphdr(li->elf, (int)i, &segment) || segment.p_type != PT_LOAD)
			continue;
		li->first = segment.p_vaddr;
		return 0;
	}
	return err_set(e, -EBADMSG, path, "no program: nothing in it is to be loaded");
}

static void read_build_id(struct lineinfo *li)
{
	const void *id;
	ssize_t len = dwelf_elf_gnu_build_id(li->elf, &id);

	for (ssize_t i = 0; i < len && i < (ssize_t)BUILD_ID_MAX; i++)
		snprintf(li->build_id + 2 * i, 3, "%02x", ((const unsigned char *)id)[i]);
}

/* libdw takes a file that has frame tables and no more, too: a unit is asked for. */
static int open_dwarf(struct lineinfo *li, const char *path, struct err *e)
{
	Dwarf_CU *unit = NULL;

	li->dwarf = dwarf_begin_elf(li->elf, DWARF_C_READ, NULL);
	if (li->dwarf && !dwarf_get_units(li->dwarf, NULL, &unit, NULL, NULL, NULL, NULL))
		return 0;
	err_set(e, -ENODATA, path, "no debug information");
	err_hint(e, "build it with -g, and do not strip it");
	return -ENODATA;
}

int lineinfo_open(struct lineinfo **ret, const char *path, struct err *e)
{
	struct lineinfo *li = calloc(1, sizeof(*li));
	int r;

	if (!li)
		return err_sys(e, -ENOMEM, path, "read its debug information");
	li->fd = -1;
	r = open_elf(li, path, e);
	if (!r)
		r = find_first_segment(li, path, e);
	if (!r)
		r = open_dwarf(li, path, e);
	if (r) {
		lineinfo_close(li);
		return r;
	}
	read_build_id(li);
	*ret = li;
	return 0;
}

const char *lineinfo_build_id(const struct lineinfo *li)
{
	return li->build_id;
}

uint64_t lineinfo_base(const struct lineinfo *li)
{
	return li->first;
}

void lineinfo_close(struct lineinfo *li)
{
	if (!li)
		return;
	if (li->dwarf)
		dwarf_end(li->dwarf);
	if (li->elf)
		elf_end(li->elf);
	if (li->fd >= 0)
		close(li->fd);
	free(li);
}

/* ---- chains ---- */

/* The unit that has @pc. One by one: clang writes no table of them (.debug_aranges). */
static bool find_unit(const struct lineinfo *li, Dwarf_Addr pc, Dwarf_Die *ret)
{
	Dwarf_CU *unit = NULL;
	uint8_t type;

	while (!dwarf_get_units(li->dwarf, unit, &unit, NULL, &type, ret, NULL))
		if (type == DW_UT_compile && dwarf_haspc(ret, pc) > 0)
			return true;
	return false;
}

/*
 * Functions and what is inlined into them, from the one that @pc is in outwards,
 * blocks in between included. @ret is malloc'ed. dwarf_getscopes() goes on where
 * an inlined function is written; where it was inlined is dwarf_getscopes_die()
 * of the innermost.
 */
static int find_scopes(Dwarf_Die *unit, Dwarf_Addr pc, Dwarf_Die **ret)
{
	AUTO_FREE Dwarf_Die *as_written = NULL;
	int n = dwarf_getscopes(unit, pc, &as_written);

	return n > 0 ? dwarf_getscopes_die(&as_written[0], ret) : n;
}

/*
 * libdw puts the directory of compilation before a relative name, and -I. a dot:
 * neither is for us.
 */
static const char *relative(Dwarf_Die *unit, const char *file)
{
	Dwarf_Attribute attr;
	const char *dir = dwarf_formstring(dwarf_attr(unit, DW_AT_comp_dir, &attr));
	size_t len = dir ? strlen(dir) : 0;

	if (!file)
		return "?";
	if (len && !strncmp(file, dir, len) && file[len] == '/')
		file += len + 1;
	return !strncmp(file, "./", 2) ? file + 2 : file;
}

static int number(Dwarf_Die *die, unsigned int name)
{
	Dwarf_Attribute attr;
	Dwarf_Word value;

	if (dwarf_formudata(dwarf_attr(die, name, &attr), &value) || value > INT32_MAX)
		return 0;
	return (int)value;
}

/* Where @inlined was called from. */
static void read_call(Dwarf_Die *unit, Dwarf_Die *inlined, struct lineinfo_place *ret)
{
	int file = number(inlined, DW_AT_call_file);
	Dwarf_Files *files;
	size_t n;

	ret->file = "?";
	ret->line = number(inlined, DW_AT_call_line);
	if (!dwarf_getsrcfiles(unit, &files, &n) && (size_t)file < n)
		ret->file = relative(unit, dwarf_filesrc(files, (size_t)file, NULL, NULL));
}

static void read_line(Dwarf_Die *unit, Dwarf_Addr pc, struct lineinfo_place *ret)
{
	Dwarf_Line *line = dwarf_getsrc_die(unit, pc);

	ret->file = relative(unit, line ? dwarf_linesrc(line, NULL, NULL) : NULL);
	if (!line || dwarf_lineno(line, &ret->line))
		ret->line = 0;
}

size_t lineinfo_chain(const struct lineinfo *li, uint64_t address, uint64_t load_base,
		      struct lineinfo_place ret[LINEINFO_MAX])
{
	Dwarf_Addr pc = address - load_base + li->first;
	AUTO_FREE Dwarf_Die *scopes = NULL;
	struct lineinfo_place at = { 0 };
	size_t found = 0;
	Dwarf_Die unit;
	int n;

	if (!find_unit(li, pc, &unit))
		return 0;
	n = find_scopes(&unit, pc, &scopes);
	read_line(&unit, pc, &at);
	for (int i = 0; i < n && found < LINEINFO_MAX; i++) {
		int tag = dwarf_tag(&scopes[i]);
		const char *name;

		if (tag != DW_TAG_subprogram && tag != DW_TAG_inlined_subroutine)
			continue;
		name = dwarf_diename(&scopes[i]);
		at.function = name ? name : "?";
		ret[found++] = at;
		if (tag == DW_TAG_subprogram)
			break;
		read_call(&unit, &scopes[i], &at);
	}
	return found;
}

/* "workloads/x.c" and "/anywhere/workloads/x.c" are below "workloads/". */
static bool is_below(const char *file, const char *dir)
{
	size_t len = strlen(dir);

	for (const char *at = file; at; at = strchr(at, '/')) {
		at += *at == '/';
		if (!strncmp(at, dir, len))
			return true;
	}
	return false;
}

int lineinfo_find(const struct lineinfo *li, uint64_t address, uint64_t load_base, const char *dir,
		  struct lineinfo_place *ret)
{
	struct lineinfo_place chain[LINEINFO_MAX];
	size_t n = lineinfo_chain(li, address, load_base, chain), i = 0;

	if (!n)
		return -ENOENT;
	while (i < n && !is_below(chain[i].file, dir))
		i++;
	*ret = chain[i < n ? i : 0];
	return 0;
}
