// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/file_given.h"
#include "lib/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

int file_read_given(const char *path, const char *action, size_t max, char **ret_data,
		    size_t *ret_len, struct err *e)
{
	struct stat st;
	int r = stat(path, &st) ? -errno : 0;

	if (!r && !S_ISREG(st.st_mode))
		return err_set(e, -EBADMSG, path, "is no regular file");
	if (!r)
		r = file_read(AT_FDCWD, path, max, ret_data, ret_len);
	return r ? err_sys(e, r, path, action) : 0;
}
