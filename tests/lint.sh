#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The sources as the tools see them: layout, clang-tidy, cppcheck, shellcheck, spelling.
set -u
cd "$(dirname "$0")/.." || exit 1
status=0
mapfile -t c_files < <(git ls-files '*.c' '*.h')
mapfile -t sources < <(git ls-files 'lib/*.c' 'bench/*.c' 'checker/*.c' 'emulate/*.c')
mapfile -t scripts < <(git ls-files '*.sh' .ci/run)

try() {
	echo "== $1"
	shift
	"$@" || status=1
}

# Called through try(), by name; $1 and "$@" are for the inner shell.
# shellcheck disable=SC2317,SC2016
tidy() {
	local flags
	read -ra flags < <(pkg-config --cflags libndctl libdaxctl uuid blkid mount jansson libtracefs \
		libtraceevent smartcols libzstd devmapper libdw)
	printf '%s\n' "${sources[@]}" | xargs -P 2 -n 4 sh -c \
		'flags=$1; shift; exec clang-tidy --quiet "$@" -- $flags 2>&1' sh \
		"-std=gnu11 -D_GNU_SOURCE -DDAXBENCH_VERSION=\"x\" -I. -Iinclude ${flags[*]}" |
		{ ! grep -E '(warning|error):' -A 4; }
}

try clang-format clang-format --dry-run -Werror "${c_files[@]}"
try clang-tidy tidy
try cppcheck cppcheck --quiet --error-exitcode=1 --std=c11 --inline-suppr -j 2 \
	--enable=warning,portability,performance --suppress=missingIncludeSystem \
	--suppressions-list=tests/cppcheck.supp -D_GNU_SOURCE -DDAXBENCH_VERSION='"x"' \
	-I. -Iinclude lib bench checker emulate
try shellcheck shellcheck "${scripts[@]}"
exit $status
