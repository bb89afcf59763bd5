// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Asks the loader itself (ld.so --list PROGRAM), which prints lines like
 *	libm.so.6 => /lib/x86_64-linux-gnu/libm.so.6 (0x...)
 *	/lib64/ld-linux-x86-64.so.2 (0x...)
 * It loads but does not run the program. A static one has no interpreter
 * segment and is not asked about: the loader can crash on it.
 */
#include "emulate/closure.h"
#include "lib/cleanup.h"
#include "lib/proc.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define LOADER	  "/lib64/ld-linux-x86-64.so.2"
#define MAX_REPLY 65536

static bool is_dynamic(const char *program)
{
	AUTO_CLOSE int fd = open(program, O_RDONLY | O_CLOEXEC);
	Elf64_Ehdr head;
	Elf64_Phdr segment;

	if (fd < 0 || pread(fd, &head, sizeof(head), 0) != sizeof(head) ||
	    memcmp(head.e_ident, ELFMAG, SELFMAG) != 0 || head.e_phentsize != sizeof(segment))
		return false;
	for (unsigned int i = 0; i < head.e_phnum; i++) {
		off_t at = (off_t)(head.e_phoff + i * sizeof(segment));

		if (pread(fd, &segment, sizeof(segment), at) == sizeof(segment) &&
		    segment.p_type == PT_INTERP)
			return true;
	}
	return false;
}

int closure_of(const char *program, int (*each)(void *data, const char *path), void *data,
	       struct err *e)
{
	char *argv[] = { (char *)LOADER, (char *)"--list", (char *)program, NULL };
	AUTO_FREE char *reply = malloc(MAX_REPLY);
	char *rest = reply, *line;
	int r;

	if (!is_dynamic(program))
		return 0;
	if (!reply)
		return err_sys(e, -ENOMEM, program, "list its libraries");
	r = proc_run(argv, reply, MAX_REPLY, 30000, e);
	if (r)
		return strstr(reply, "statically linked") ||
				       strstr(reply, "not a dynamic executable")
			       ? 0
			       : r;
	while ((line = strsep(&rest, "\n"))) {
		char *path = strchr(line, '/');

		if (strstr(line, "not found"))
			return err_set(e, -ENOENT, program, "needs a library that is missing: %s",
				       line);
		if (!path)
			continue; /* linux-vdso */
		path[strcspn(path, " ")] = '\0';
		r = each(data, path);
		if (r)
			return err_sys(e, r, path, "take along");
	}
	return 0;
}
