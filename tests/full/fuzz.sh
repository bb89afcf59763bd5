#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Each parser under libFuzzer with ASan and UBSan, FUZZ_SECONDS (300) each, from
# the corpus on. What it finds lies in build/fuzzer/found, to be cut down, added
# to the corpus, and mended.
set -u
cd "$(dirname "$0")/../.." || exit 1
make -s -j2 B=build/fuzzer CC="${CLANG:-clang}" SANITIZE=address,undefined,fuzzer-no-link fuzzers || exit 1
mkdir -p build/fuzzer/found
status=0
for target in build/fuzzer/fuzzer/fuzz-*[!.d]; do
	[ -x "$target" ] || continue
	name=$(basename "$target")
	new=build/fuzzer/corpus-${name#fuzz-}
	mkdir -p "$new"
	echo "== $name, ${FUZZ_SECONDS:-300} s"
	"$target" -max_total_time="${FUZZ_SECONDS:-300}" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
		-artifact_prefix="build/fuzzer/found/$name-" "$new" "tests/fuzz/corpus/${name#fuzz-}" \
		>"build/fuzzer/$name.log" 2>&1 || status=1
	grep -E 'ERROR|SUMMARY|number_of_executed|Test unit written' "build/fuzzer/$name.log"
done
exit $status
