// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What insn_decode() makes of instructions, for tests/insn-objdump.py: a line of
 * hex digits in, a line out:
 *
 *	KIND DETAIL FLAGS WIDTH [BASE INDEX SCALE SEGMENT DISPLACEMENT ADDRESS32]
 */
#include "checker/plugin/insn.h"

#include <inttypes.h>
#include <stdio.h>

static size_t parse_hex(const char *text, uint8_t *bytes, size_t room)
{
	unsigned int byte;
	size_t n = 0;

	while (n < room && sscanf(text + 2 * n, "%2x", &byte) == 1)
		bytes[n++] = (uint8_t)byte;
	return n;
}

int main(void)
{
	char line[64];

	while (fgets(line, sizeof(line), stdin)) {
		uint8_t bytes[15];
		struct insn i;

		insn_decode(bytes, parse_hex(line, bytes, sizeof(bytes)), &i);
		printf("%d %u %u %u", i.kind, i.detail, i.flags, i.width);
		if (i.has_memory)
			printf(" %u %u %u %u %" PRId64 " %d", i.base, i.index, i.scale, i.segment,
			       i.displacement, i.address32);
		putchar('\n');
	}
	return 0;
}
