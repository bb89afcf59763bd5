// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Runs a fuzz target without a fuzzer: every file of its corpus, every
 * beginning of it, and every byte of it with one bit flipped or all set. Named
 * fuzz-NAME it takes tests/fuzz/corpus/NAME; or the files in its arguments, as
 * they are. A corpus that is not there is a failure, not a pass.
 */
#include "lib/cleanup.h"
#include "lib/file.h"
#include "tests/fuzz/fuzz.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>

#define MAX_BYTES  (1U << 20)
#define MAX_VARIED 4096U /* larger ones are replayed, not varied */

static size_t runs;

/* In a buffer of its own size, so that a sanitizer sees one byte too many. */
static void try(const char *data, size_t len)
{
	AUTO_FREE uint8_t *copy = malloc(len ? len : 1);

	if (!copy)
		abort();
	memcpy(copy, data, len);
	LLVMFuzzerTestOneInput(copy, len);
	runs++;
}

static void vary(char *data, size_t len)
{
	for (size_t i = 0; i < len && len <= MAX_VARIED; i++) {
		char was = data[i];

		try(data, i);
		data[i] = (char)(was ^ 1 << i % 8);
		try(data, len);
		data[i] = (char)0xff;
		try(data, len);
		data[i] = was;
	}
}

static int replay(const char *path, bool varied)
{
	AUTO_FREE char *data = NULL;
	size_t len;
	int r = file_read(AT_FDCWD, path, MAX_BYTES, &data, &len);

	if (r) {
		fprintf(stderr, "%s: %s\n", path, strerror(-r));
		return 1;
	}
	try(data, len);
	if (varied)
		vary(data, len);
	return 0;
}

static int replay_corpus(const char *dir)
{
	AUTO_CLOSEDIR DIR *d = opendir(dir);
	struct dirent *entry;
	size_t files = 0;
	int bad = 0;

	while (d && (entry = readdir(d))) {
		char path[PATH_MAX + NAME_MAX];

		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", dir, entry->d_name);
		bad |= replay(path, true);
		files++;
	}
	printf("%s: %zu files, %zu runs\n", dir, files, runs);
	return bad || !files;
}

int main(int argc, char **argv)
{
	const char *name = strstr(program_invocation_short_name, "fuzz-");
	char dir[PATH_MAX];
	int bad = 0;

	for (int i = 1; i < argc; i++)
		bad |= replay(argv[i], false);
	if (argc > 1)
		return bad;
	snprintf(dir, sizeof(dir), "tests/fuzz/corpus/%s", name ? name + strlen("fuzz-") : "");
	return replay_corpus(dir);
}
