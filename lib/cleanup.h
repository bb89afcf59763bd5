/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Undo by scope. A function uses these or one chain of labels, not both.
 * Every destructor accepts what an early return leaves: NULL, or -1.
 */
#ifndef LIB_CLEANUP_H
#define LIB_CLEANUP_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static inline void cleanup_free(void *p)
{
	free(*(void **)p);
}

static inline void cleanup_close(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void cleanup_fclose(FILE **f)
{
	if (*f)
		fclose(*f);
}

static inline void cleanup_closedir(DIR **d)
{
	if (*d)
		closedir(*d);
}

#define AUTO(fn)      __attribute__((cleanup(fn)))
#define AUTO_FREE     AUTO(cleanup_free)
#define AUTO_CLOSE    AUTO(cleanup_close)
#define AUTO_FCLOSE   AUTO(cleanup_fclose)
#define AUTO_CLOSEDIR AUTO(cleanup_closedir)

/* Hands a pointer or descriptor on to the caller: the scope no longer owns it. */
#define steal_ptr(p)                                                                               \
	({                                                                                         \
		typeof(p) p_ = (p);                                                                \
		(p) = NULL;                                                                        \
		p_;                                                                                \
	})
#define steal_fd(fd)                                                                               \
	({                                                                                         \
		int fd_ = (fd);                                                                    \
		(fd) = -1;                                                                         \
		fd_;                                                                               \
	})

#endif
