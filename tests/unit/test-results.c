// SPDX-License-Identifier: GPL-2.0-or-later
/* Documents beside results. Catches one that is kept in part, elsewhere, or not at all unsaid. */
#include "bench/results/results.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

Test(results, a_document_is_kept_whole)
{
	char dir[] = "/tmp/daxbench-document-XXXXXX", made[64], path[80];
	json_t *document = json_pack("{s:s, s:f}", "schema", "one", "seconds", 1.5), *read;
	struct err e;

	cr_assert(document && mkdtemp(dir));
	snprintf(made, sizeof(made), "%s/made", dir);
	snprintf(path, sizeof(path), "%s/zoo.json", made);
	cr_assert_eq(results_put_document(made, "zoo.json", document, &e), 0);
	read = json_load_file(path, 0, NULL);
	cr_expect(json_equal(document, read));
	json_decref(read);
	json_decref(document);
	cr_assert(!unlink(path) && !rmdir(made) && !rmdir(dir));
}

Test(results, a_document_cannot_be_kept_nowhere)
{
	json_t *document = json_object();
	struct err e;

	cr_expect_eq(results_put_document("/proc/no/such", "zoo.json", document, &e), -ENOENT);
	cr_expect_str_eq(e.object, "/proc/no/such");
	json_decref(document);
}
