// SPDX-License-Identifier: GPL-2.0-or-later
#include "checker/source_line.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <elfutils/libdwfl.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct source_lines {
	Dwfl *dwfl;
};

/* One of the lines that an address belongs to. */
struct place {
	const char *file, *function;
	int line;
};

int source_lines_open(struct source_lines **ret, const char *path, uint64_t text, struct err *e)
{
	static const Dwfl_Callbacks callbacks = {
		.find_elf = dwfl_build_id_find_elf,
		.find_debuginfo = dwfl_standard_find_debuginfo,
		.section_address = dwfl_offline_section_address,
	};
	struct source_lines *s = calloc(1, sizeof(*s));

	if (!s)
		return err_sys(e, -ENOMEM, path, "read its debug information");
	s->dwfl = dwfl_begin(&callbacks);
	/* Position-independent: what is at 0 in the file was at @text. */
	if (!s->dwfl || !dwfl_report_elf(s->dwfl, path, path, -1, text, true)) {
		err_set(e, -EIO, path, "read its debug information: %s", dwfl_errmsg(-1));
		source_lines_close(s);
		return -EIO;
	}
	dwfl_report_end(s->dwfl, NULL, NULL);
	*ret = s;
	return 0;
}

void source_lines_close(struct source_lines *s)
{
	if (!s)
		return;
	if (s->dwfl)
		dwfl_end(s->dwfl);
	free(s);
}

static bool is_wanted(const struct place *p, const char *wanted)
{
	return p->file && strstr(p->file, wanted);
}

/* Where a function that was inlined as @die was called. */
static struct place call_site(Dwarf_Die *cu, Dwarf_Die *die)
{
	struct place p = { 0 };
	Dwarf_Attribute attr;
	Dwarf_Word file = 0, line = 0;
	Dwarf_Files *files;
	size_t n;

	if (!dwarf_formudata(dwarf_attr(die, DW_AT_call_file, &attr), &file) &&
	    !dwarf_getsrcfiles(cu, &files, &n))
		p.file = dwarf_filesrc(files, (size_t)file, NULL, NULL);
	if (!dwarf_formudata(dwarf_attr(die, DW_AT_call_line, &attr), &line))
		p.line = (int)line;
	return p;
}

static bool is_function(Dwarf_Die *die)
{
	int tag = dwarf_tag(die);

	return tag == DW_TAG_inlined_subroutine || tag == DW_TAG_subprogram;
}

/* From the innermost line outwards until one is wanted; else the innermost stays. */
static void follow_inlines(Dwarf_Die *cu, Dwarf_Die *scopes, int n, const char *wanted,
			   struct place *innermost)
{
	struct place p = *innermost;

	for (int i = 0; i < n; i++) {
		if (!is_function(&scopes[i]))
			continue;
		p.function = dwarf_diename(&scopes[i]);
		if (!innermost->function)
			innermost->function = p.function;
		if (is_wanted(&p, wanted)) {
			*innermost = p;
			return;
		}
		if (dwarf_tag(&scopes[i]) == DW_TAG_subprogram)
			return;
		p = call_site(cu, &scopes[i]);
	}
}

/* The path from the directory that is wanted on: the rest is where it was built. */
static const char *shorten(const char *file, const char *wanted)
{
	const char *found = strstr(file, wanted);

	return found ? found : file;
}

int source_lines_find(const struct source_lines *s, uint64_t addr, const char *wanted, char *buf,
		      size_t len)
{
	Dwfl_Module *module = dwfl_addrmodule(s->dwfl, addr);
	Dwfl_Line *line = module ? dwfl_module_getsrc(module, addr) : NULL;
	Dwarf_Die *cu, *around, *scopes = NULL;
	struct place p = { 0 };
	Dwarf_Addr bias;
	int n;

	if (!line)
		return -ENOENT;
	p.file = dwfl_lineinfo(line, NULL, &p.line, NULL, NULL, NULL);
	cu = dwfl_module_addrdie(module, addr, &bias);
	n = cu ? dwarf_getscopes(cu, addr - bias, &around) : 0;
	/* The scopes of an inlined function are those of its definition: ask for its callers'. */
	if (n > 0) {
		n = dwarf_getscopes_die(&around[0], &scopes);
		follow_inlines(cu, scopes, n, wanted, &p);
		free(around);
	}
	if (!p.file) {
		free(scopes);
		return -ENOENT;
	}
	snprintf(buf, len, "%s:%d%s%s%s", shorten(p.file, wanted), p.line, p.function ? " " : "",
		 p.function ? p.function : "", p.function ? "()" : "");
	free(scopes);
	return 0;
}
