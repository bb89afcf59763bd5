// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/nearest.h"

#include <string.h>

/* Levenshtein with transpositions (optimal string alignment), over words of at most 63 letters. */
static unsigned int distance(const char *a, const char *b)
{
	unsigned int rows[3][64];
	size_t la = strlen(a), lb = strlen(b);

	if (la > 63 || lb > 63)
		return 64;
	for (unsigned int k = 0; k <= lb; k++)
		rows[0][k] = k;
	for (size_t i = 1; i <= la; i++) {
		unsigned int *now = rows[i % 3], *before = rows[(i - 1) % 3];
		unsigned int *two_before = rows[(i + 1) % 3];

		now[0] = (unsigned int)i;
		for (size_t k = 1; k <= lb; k++) {
			unsigned int best = before[k - 1] + (a[i - 1] != b[k - 1]);

			if (before[k] + 1 < best)
				best = before[k] + 1;
			if (now[k - 1] + 1 < best)
				best = now[k - 1] + 1;
			if (i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1] &&
			    two_before[k - 2] + 1 < best)
				best = two_before[k - 2] + 1;
			now[k] = best;
		}
	}
	return rows[la % 3][lb];
}

const char *nearest(const char *word, const char *const names[], size_t n)
{
	unsigned int least = (unsigned int)strlen(word) / 3 + 2;
	const char *found = NULL;

	for (size_t i = 0; i < n; i++) {
		unsigned int d = distance(word, names[i]);

		if (d < least) {
			least = d;
			found = names[i];
		}
	}
	return found;
}
