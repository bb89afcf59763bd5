// SPDX-License-Identifier: GPL-2.0-or-later
#include "checker/states/drains.h"
#include "checker/names/kernel_names.h"

bool drains(const struct drain_rules *rules, const struct dx_trace_rec *rec)
{
	const struct symbol *by;

	if (rules->mode != PERSIST_SDM && rec->detail > DX_TRACE_MFENCE)
		return false;
	if (!rules->flushes || rec->flags & DX_TRACE_USER)
		return true;
	by = symbols_find(rules->flushes, rec->ip);
	return by && kernel_name_is_flush(by->name);
}
