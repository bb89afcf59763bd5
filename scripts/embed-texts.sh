#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Prints texts as a C table of bench/embedded.h, each under its file's name without SUFFIX.
#	scripts/embed-texts.sh TABLE SUFFIX FILE...
set -eu
table=$1 suffix=$2
shift 2
echo '#include "bench/embedded.h"'
echo '#include <stddef.h>'
echo "const struct embedded_text ${table}[] = {"
for file; do
	printf '{ "%s",\n' "$(basename "$file" "$suffix")"
	sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/^/"/' -e 's/$/\\n"/' "$file"
	echo '},'
done
echo '{ NULL, NULL }, };'
