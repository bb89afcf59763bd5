// SPDX-License-Identifier: GPL-2.0-or-later
#include "emulate/guest.h"
#include "lib/cleanup.h"
#include "lib/file.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

bool guest_is_ours(void)
{
	AUTO_FREE char *line = NULL;
	char token[64], *found;

	if (file_read_line(GUEST_TOKEN, token, sizeof(token)) || strlen(token) != 32)
		return false;
	if (file_read(AT_FDCWD, "/proc/cmdline", 65536, &line, NULL))
		return false;
	found = strstr(line, GUEST_TOKEN_OPTION);
	return found && !strncmp(found + strlen(GUEST_TOKEN_OPTION), token, 32);
}

bool guest_is_collected(void)
{
	return guest_is_ours() && !access(GUEST_COLLECTED, F_OK);
}
