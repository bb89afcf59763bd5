// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/functions.h"
#include "checker/names/kernel_names.h"

#include <errno.h>
#include <stdlib.h>

/* What has no name, or whose name is not told apart. */
#define NAMELESS "?"

/* Of a name the part that stands in the source: the compiler's copies and cold ends are it, too. */
static void name_of(const struct symbols *names, uint64_t addr, char *buf, size_t len)
{
	const struct symbol *s = addr == DX_TRACE_PROFILE_REST ? NULL : symbols_find(names, addr);

	if (s)
		snprintf(buf, len, "%.*s", (int)kernel_name_stem(s->name), s->name);
	else
		snprintf(buf, len, NAMELESS);
}

static int add(json_t *kernel, const char *name, uint64_t times)
{
	json_int_t before = json_integer_value(json_object_get(kernel, name));

	return json_object_set_new(kernel, name, json_integer(before + (json_int_t)times));
}

/* Addresses come in the order of translation, which is no order. */
static json_t *sorted(json_t *kernel)
{
	char *text = json_dumps(kernel, JSON_SORT_KEYS);
	json_t *j = text ? json_loads(text, 0, NULL) : NULL;

	free(text);
	json_decref(kernel);
	return j;
}

int functions_describe(const struct dx_trace_profile *profile, uint64_t room, uint64_t ops,
		       const struct symbols *names, json_t **ret, struct err *e)
{
	json_t *kernel;
	uint64_t user = 0;
	int r = 0;

	if (profile->n > room)
		return err_set(e, -ENOSPC, "functions", "%llu addresses, and room for %llu",
			       (unsigned long long)profile->n, (unsigned long long)room);
	kernel = json_object();
	for (uint64_t i = 0; !r && i < profile->n; i++) {
		const struct dx_trace_executed *x = &profile->at[i];

		char name[SYMBOLS_MAX_NAME];

		if (x->addr) {
			name_of(names, x->addr, name, sizeof(name));
			r = add(kernel, name, x->times);
		} else {
			user += x->times;
		}
	}
	kernel = sorted(kernel);
	if (r || !kernel) {
		json_decref(kernel);
		return err_sys(e, -ENOMEM, "functions", "describe");
	}
	*ret = json_pack("{s:I, s:I, s:o}", "of_ops", (json_int_t)ops, "user", (json_int_t)user,
			 "kernel", kernel);
	return 0;
}
