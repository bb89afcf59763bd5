// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/build_id.h"

#include <link.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define OWNER "GNU"

static size_t padded(size_t len)
{
	return (len + 3) & ~(size_t)3;
}

static void format(const unsigned char *id, size_t len, char text[BUILD_ID_MAX])
{
	for (size_t i = 0; i < len && 2 * i + 3 <= BUILD_ID_MAX; i++)
		snprintf(text + 2 * i, 3, "%02x", id[i]);
}

static void search_notes(const unsigned char *note, size_t len, char text[BUILD_ID_MAX])
{
	ElfW(Nhdr) head;

	while (len >= sizeof(head)) {
		const unsigned char *name = note + sizeof(head);
		size_t whole;

		memcpy(&head, note, sizeof(head));
		whole = sizeof(head) + padded(head.n_namesz) + padded(head.n_descsz);
		if (whole > len)
			return;
		if (head.n_type == NT_GNU_BUILD_ID && head.n_namesz == sizeof(OWNER) &&
		    !memcmp(name, OWNER, sizeof(OWNER)))
			format(name + padded(head.n_namesz), head.n_descsz, text);
		note += whole;
		len -= whole;
	}
}

/* The program is the first object; what it loaded does not matter. */
static int look(struct dl_phdr_info *info, size_t size, void *data)
{
	(void)size;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];

		if (p->p_type == PT_NOTE)
			search_notes((const unsigned char *)info->dlpi_addr + p->p_vaddr,
				     p->p_memsz, data);
	}
	return 1;
}

const char *build_id(void)
{
	static char text[BUILD_ID_MAX];

	if (!text[0])
		dl_iterate_phdr(look, text);
	return text;
}
