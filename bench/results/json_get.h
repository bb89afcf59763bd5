/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Members of a document of results that may not be there. */
#ifndef BENCH_RESULTS_JSON_GET_H
#define BENCH_RESULTS_JSON_GET_H

#include <jansson.h>
#include <stdint.h>

/* "" where @object has no such text. */
static inline const char *text_of(const json_t *object, const char *member)
{
	const char *text = json_string_value(json_object_get(object, member));

	return text ? text : "";
}

/* 0 where it has no such number. */
static inline int64_t number_of(const json_t *object, const char *member)
{
	return json_integer_value(json_object_get(object, member));
}

#endif
