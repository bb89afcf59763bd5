#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Prints the manual pages given (docs/man/NAME.md) as the C table of bench/manual.h.
set -eu
echo '#include "bench/manual.h"'
echo '#include <stddef.h>'
echo 'const struct manual_page manual_pages[] = {'
for page; do
	printf '{ "%s",\n' "$(basename "$page" .md)"
	sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/^/"/' -e 's/$/\\n"/' "$page"
	echo '},'
done
echo '{ NULL, NULL }, };'
