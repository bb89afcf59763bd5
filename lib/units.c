// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/units.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A number at the start of @text; @end is set behind it. */
static int parse_number(const char *text, uint64_t *ret, const char **end)
{
	char *stop;

	if (!isdigit((unsigned char)text[0]))
		return -EINVAL;
	errno = 0;
	*ret = strtoull(text, &stop, text[0] == '0' && (text[1] | 32) == 'x' ? 16 : 10);
	if (errno)
		return -errno;
	*end = stop;
	return 0;
}

int units_parse_count(const char *text, uint64_t *ret)
{
	const char *end = text;
	uint64_t value;
	int r = parse_number(text, &value, &end);

	if (r)
		return r;
	if (*end)
		return -EINVAL;
	*ret = value;
	return 0;
}

int units_parse_size(const char *text, uint64_t *ret)
{
	static const char letters[] = "kmgt";
	const char *end = text, *letter;
	uint64_t value;
	int r = parse_number(text, &value, &end);

	if (r)
		return r;
	if (*end) {
		letter = strchr(letters, tolower((unsigned char)*end));
		if (letter) {
			unsigned int shift = 10 * (unsigned int)(letter - letters + 1);

			if (value > UINT64_MAX >> shift)
				return -ERANGE;
			value <<= shift;
			end++;
			if (*end == 'i' && end[1] == 'B')
				end++;
		}
		if (*end == 'B')
			end++;
		if (*end)
			return -EINVAL;
	}
	*ret = value;
	return 0;
}

int units_parse_ms(const char *text, uint64_t *ret)
{
	static const struct {
		const char *unit;
		uint64_t ms;
	} units[] = { { "", 1000 }, { "ms", 1 }, { "s", 1000 }, { "m", 60000 }, { "h", 3600000 } };
	const char *end = text;
	uint64_t value;
	int r = parse_number(text, &value, &end);

	if (r)
		return r;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(end, units[i].unit) != 0)
			continue;
		if (__builtin_mul_overflow(value, units[i].ms, ret))
			return -ERANGE;
		return 0;
	}
	return -EINVAL;
}

char *units_format_size(uint64_t bytes, char *buf, size_t len)
{
	static const char letters[] = "TGMK";

	for (unsigned int i = 0; i < 4; i++) {
		unsigned int shift = 40 - 10 * i;

		if (bytes && !(bytes & ((1ULL << shift) - 1))) {
			snprintf(buf, len, "%llu%c", (unsigned long long)(bytes >> shift),
				 letters[i]);
			return buf;
		}
	}
	snprintf(buf, len, "%llu", (unsigned long long)bytes);
	return buf;
}

char *units_format_ns(double ns, char *buf, size_t len)
{
	static const char *const unit[] = { "ns", "us", "ms", "s" };
	unsigned int i = 0;

	while (i < 3 && ns >= 999.5) {
		ns /= 1000;
		i++;
	}
	if (ns >= 99.95)
		snprintf(buf, len, "%.0f %s", ns, unit[i]);
	else if (ns >= 9.995)
		snprintf(buf, len, "%.1f %s", ns, unit[i]);
	else
		snprintf(buf, len, "%.2f %s", ns, unit[i]);
	return buf;
}
