#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs tests and counts them: each is a program that exits 0 (passed), 77
# (skipped, last line says why) or anything else (failed). A time limit each.
#	tests/run.sh unit|fuzz PROGRAM...	these
#	tests/run.sh guest [NAME...]		tests/guest/NAME.sh
#	tests/run.sh all | full			everything of `make check` | of `make check-full`
set -u
cd "$(dirname "$0")/.." || exit 1
logs=build/tests/logs
mkdir -p "$logs"
passed=0 failed=0 skipped=0

# item NAME SECONDS COMMAND...
item() {
	local name=$1 limit=$2 log=$logs/${1//\//-}.log start=$SECONDS status
	shift 2
	timeout --kill-after=10 "$limit" "$@" >"$log" 2>&1 </dev/null
	status=$?
	case $status in
	0) passed=$((passed + 1)) && printf 'ok    %s (%ds)\n' "$name" $((SECONDS - start)) ;;
	77) skipped=$((skipped + 1)) && printf 'skip  %s: %s\n' "$name" "$(tail -n 1 "$log")" ;;
	*)
		failed=$((failed + 1))
		printf 'FAIL  %s (status %d, %ds), end of %s:\n' "$name" "$status" \
			$((SECONDS - start)) "$log"
		tail -n 40 "$log" | sed 's/^/      | /'
		;;
	esac
}

programs() {
	local kind=$1 program
	shift
	for program; do
		item "$kind/$(basename "$program")" 300 "$program"
	done
}

guest() {
	local script
	for script in tests/guest/*.sh; do
		[[ $(basename "$script") == lib*.sh ]] && continue
		item "guest/$(basename "$script" .sh)" 900 "$script"
	done
}

# built DIRECTORY SOURCE...: the programs made of these sources.
built() {
	local dir=$1 source
	shift
	for source; do
		echo "$dir/$(basename "$source" .c)"
	done
}

everything() {
	local unit fuzz
	mapfile -t unit < <(built build/tests tests/unit/test-*.c)
	mapfile -t fuzz < <(built build/fuzz tests/fuzz/fuzz-*.c)
	item build/unit 600 make -s -j2 unit-programs
	programs unit "${unit[@]}"
	item unit/stats-reference 300 /usr/bin/python3 tests/unit/stats-reference.py --check
	item build/insn-classify 60 make -s build/tests/insn-classify
	item unit/insn-objdump 300 /usr/bin/python3 tests/insn-objdump.py
	item build/fuzz 600 make -s -j2 fuzz-programs
	programs fuzz "${fuzz[@]}"
	item lint 900 tests/lint.sh
	item lens 300 tests/lens.sh
	item clang 600 make -s -j2 compilers
	item sanitize 1200 make -s -j2 sanitize
	guest
}

what=${1:-all}
shift
case $what in
unit | fuzz) programs "$what" "$@" ;;
guest)
	if [ $# -gt 0 ]; then
		for name; do item "guest/$name" 900 "tests/guest/$name.sh"; done
	else
		guest
	fi
	;;
all) everything ;;
full)
	for script in tests/full/*.sh; do
		item "full/$(basename "$script" .sh)" 7200 "$script"
	done
	;;
*) echo "tests/run.sh: no such set of tests: $what" && exit 2 ;;
esac
printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
[ "$failed" -eq 0 ]
