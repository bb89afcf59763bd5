// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int err_set(struct err *e, int code, const char *object, const char *fmt, ...)
{
	va_list ap;

	if (!e)
		return code;
	e->code = code;
	snprintf(e->object, sizeof(e->object), "%s", object ? object : "");
	va_start(ap, fmt);
	vsnprintf(e->what, sizeof(e->what), fmt, ap);
	va_end(ap);
	e->hint[0] = '\0';
	return code;
}

int err_sys(struct err *e, int code, const char *object, const char *operation)
{
	return err_set(e, code, object, "%s: %s", operation, strerror(-code));
}

int err_hint(struct err *e, const char *fmt, ...)
{
	va_list ap;

	if (!e)
		return -EIO;
	va_start(ap, fmt);
	vsnprintf(e->hint, sizeof(e->hint), fmt, ap);
	va_end(ap);
	return e->code;
}

char *err_format(const struct err *e, char *buf, size_t len)
{
	snprintf(buf, len, "%s%s%s%s%s", e->object, e->object[0] ? ": " : "", e->what,
		 e->hint[0] ? "; " : "", e->hint);
	return buf;
}
