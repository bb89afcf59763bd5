// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/results/cell_status.h"

#include <stdarg.h>

void cell_set_status(json_t *cell, const char *status, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	json_object_set_new(cell, "reason", json_vsprintf(fmt, ap));
	va_end(ap);
	json_object_set_new(cell, "status", json_string(status));
}
