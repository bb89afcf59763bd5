#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs tests and counts them: each is a program that exits 0 (passed), 77
# (skipped, last line says why) or anything else (failed). A time limit each.
#	tests/run.sh unit|fuzz PROGRAM...	these
#	tests/run.sh guest|more|full [NAME...]	tests/guest/NAME.sh | more/NAME.sh | full/NAME.sh
#	tests/run.sh all | rest			what `make check` | check-more runs
#
# A guest has one busy CPU, so two tests that boot run at a time, each in a lane.
# UNTIL=SECONDS, since 1970: longer guest tests that would begin later are skipped.
set -u
cd "$(dirname "$0")/.." || exit 1
logs=$PWD/build/tests/logs
LANES=${LANES:-2}
mkdir -p "$logs"
tally=$(mktemp build/tests/tally-XXXXXX)
trap 'rm -f "$tally"' EXIT

# item NAME SECONDS COMMAND...
item() {
	local name=$1 limit=$2 log=$logs/${1//\//-}.log start=$SECONDS status
	shift 2
	timeout --kill-after=10 "$limit" "$@" >"$log" 2>&1 </dev/null
	status=$?
	case $status in
	0) printf 'ok    %s (%ds)\n' "$name" $((SECONDS - start)) ;;
	77) printf 'skip  %s: %s\n' "$name" "$(tail -n 1 "$log")" ;;
	*)
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

# lane N: a directory that is the tree to all who run in it, but that what they make
# (runs, results) is their own: its path.
lane() {
	local dir=$PWD/build/lanes/$1 entry
	rm -rf "$dir"
	mkdir -p "$dir/build" "$dir/results"
	for entry in * results/*.json build/*; do
		case $entry in
		build | results | build/run | build/lanes | build/tests) ;;
		*) ln -s "$PWD/$entry" "$dir/$entry" ;;
		esac
	done
	echo "$dir"
}

# in_lane SCRIPT: in lane $LANE, which xargs sets.
in_lane() {
	local dir name
	name=$(basename "$(dirname "$1")")/$(basename "$1" .sh)
	if [ "${name%/*}" = more ] && [ "$(date +%s)" -ge "${UNTIL:-9999999999}" ]; then
		echo "skip  $name: no time is left"
		return
	fi
	dir=$(lane "${LANE:?}")
	item "$name" 1800 "$dir/$1"
	rm -rf "$dir"
}

# scripts_of DIRECTORY [NAME...]: those named, or all that there are.
scripts_of() {
	local dir=$1 scripts
	shift
	scripts=("$dir"/*.sh)
	[ $# -gt 0 ] && scripts=("${@/%/.sh}") && scripts=("${scripts[@]/#/$dir/}")
	printf '%s\n' "${scripts[@]}"
}

in_lanes() {
	scripts_of "$@" |
		xargs -P "$LANES" -n 1 --process-slot-var=LANE tests/run.sh in-lane
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
	in_lanes tests/guest
}

# What needs the kernels comes first, then the others, from another one on each day: where time
# is short each has its turn.
by_turns() {
	local all=() n
	mapfile -t all < <(basename -s .sh tests/more/*.sh | grep -vxE 'kernels|zoo')
	n=$((10#$(date +%j) % ${#all[@]}))
	echo kernels zoo "${all[@]:n}" "${all[@]:0:n}"
}

rest() {
	item clang 600 make -s -j2 compilers
	item sanitize 1200 make -s -j2 sanitize
	# Before the lanes are made, which see what is built: a quarter of an hour the first time.
	item kernels 3000 ./daxbench kernel build pfn layout plus10 zoo
	# shellcheck disable=SC2046 # names of tests, a word each
	in_lanes tests/more $(by_turns)
}

full() {
	local script
	scripts_of tests/full "$@" | while read -r script; do
		item "full/$(basename "$script" .sh)" 7200 "$script"
	done
}

what=${1:-all}
shift
[ "$what" = in-lane ] && in_lane "$1" && exit
case $what in
unit | fuzz) programs "$what" "$@" ;;
guest | more) in_lanes "tests/$what" "$@" ;;
all) everything ;;
rest) rest ;;
full) full "$@" ;;
*) echo "tests/run.sh: no such set of tests: $what" && exit 2 ;;
esac | tee "$tally"
[ "${PIPESTATUS[0]}" -eq 0 ] || exit 2
printf '%d passed, %d failed, %d skipped\n' "$(grep -c '^ok ' "$tally")" \
	"$(grep -c '^FAIL ' "$tally")" "$(grep -c '^skip ' "$tally")"
! grep -q '^FAIL ' "$tally"
