#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Any program under `check --exec`: what of its stores no flush followed is named by function and
# line, and nothing else is; its crash states are recovered; how it ends is told; what cannot
# be run is told before any boot.
. "$(dirname "$0")/../lib-check.sh"

program=$work/flush-some
source=tests/guest/inside/flush-some.c
${CC:-gcc} -O1 -g -o "$program" $source || die "the program cannot be built"

# at WORD: the lines of the source so marked, as they are reported.
at() {
	awk -v word="/* $1 */" -v file=$source 'index($0, word) { print file ":" NR }' $source
}

# ---- before any boot ----

while IFS='|' read -r words message; do
	# shellcheck disable=SC2086
	run 2 ./daxbench check -q --exec $words
	has err "$message"
done <<EOP
|which program
busybox|stands after --
-- |which program
-- no-such-program|not found
-- ./no-such-program|no such file
-- $source|cannot be executed
-- ./tests|not a file
--reduce -- busybox|no operation log
--rounds 3 -- busybox|no operation log
--cell-timeout x -- busybox|--cell-timeout x
--bring ./nothing -- busybox|no such file
EOP
run 2 ./daxbench check -q --exec -- ''
has err "has no name"
run 2 ./daxbench check -q --bring x every-sync
has err "want --exec"

# ---- what is found, and how it ends ----

check 0 -q --states --max-states 24 --fs ext4 --exec -- "$program"
holds '[c["status"] for c in d["results"]] == ["pass"]'
holds 'cell("exec", "ext4")["states"]["points"] >= 4 and not cell("exec", "ext4")["states"]["violations"]'
holds "{u['where'].split()[0] for u in cell('exec', 'ext4')['check']['unflushed']
	if u['missing'] == 'write-back'} == set('$(at forgotten | tr '\n' ' ')'.split())"
holds "[u['where'] for u in cell('exec', 'ext4')['check']['unflushed'] if u['missing'] == 'fence'] ==
	['$(at undrained) store_undrained()']"
holds "all(u['class'] == 'never flushed' for u in cell('exec', 'ext4')['check']['unflushed'])"
[ "$(cat "$work"/results/latest/exec-ext4-*.stdout)" = stored ] || die "standard output is not kept"
[ -z "$(ls "$work"/results/latest/*.trace 2>/dev/null)" ] || die "a cell that passed is kept"

check 3 -q --fs xfs --bring "$program" --exec -- busybox sh -c "echo no luck >&2; $PWD/$program exit"
holds '"exit status 3" in cell("exec", "xfs")["reason"] and "as I was told" in cell("exec", "xfs")["reason"]'
grep -q "no luck" "$work"/results/latest/exec-xfs-*.stderr || die "standard error is not kept"

check 3 -q --fs ext4 --exec -- "$program" abort
holds '"killed by signal 6" in cell("exec", "ext4")["reason"]'
run 3 ./daxbench check -q --recorded "$work"/results/latest/exec-ext4-*.trace
has out "exec"

check 3 -q --fs ext4 --cell-timeout 1s --exec -- "$program" hang
holds '"no end within 1 s: killed" in cell("exec", "ext4")["reason"]'

# As a person sees it; a name is left out where the file is another by now.
run 0 ./daxbench check -q --keep --fs xfs -o "$work/results" --exec -- "$program"
has out "xfs exec: stores that no flush followed"
has out "store_forgotten()"
trace=$(echo "$work"/results/latest/exec-xfs-*.trace)
run 0 ./daxbench check -q --recorded "$trace"
has out "store_forgotten()"
strip "$program"
run 0 ./daxbench check -q --recorded "$trace"
has out "flush-some+0x"
no_leftovers
echo "$checks checks"
