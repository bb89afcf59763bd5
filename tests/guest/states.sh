#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Crash states, recovered by kernels. Stock kernels survive them all; a kernel whose
# block layer passes no flush on loses what was promised, and is caught by the promise that
# it broke. More: tests/more/states.sh.
. "$(dirname "$0")/../lib-check.sh"

# A stock kernel, whatever its day; every state is one that the bytes could be.
check 0 -q --states --fs ext4,xfs --kernel "$(date +%d | awk '{ print $1 % 2 ? "6.1" : "6.12" }')" \
	create-fsync replace-by-rename link-unlink-fsync mkdir-syncfs map-sync-store attributes-fsync
holds 'all(c["status"] == "pass" for c in d["results"]) and len(states) == 12'
holds 'sum(s["unique"] for s in states if s) >= 400'
holds 'all(s["run"] >= s["unique"] >= s["outcomes"] >= 1 for s in states)'
holds 'not any(s["violations"] for s in states)'

# Nobody flushes the device: name, size, data and attributes of what was synced are lost, and the
# call says so.
check 1 -q --states --fs ext4,xfs --barriers off --max-states 60 create-fsync replace-by-rename \
	attributes-fsync
holds 'all(c["status"] == "fail" for c in d["results"])'
for fs in ext4 xfs; do
	holds "{'strict-name', 'reached'} <= rules('create-fsync', '$fs')"
	holds "all(v['promise']['op'] in ('fsync', 'sync') for v in
		cell('create-fsync', '$fs')['states']['violations'] if v['rule'] == 'strict-name')"
	holds "{v['file'] for v in cell('create-fsync', '$fs')['states']['violations']} <=
		{'', 'new-0', 'new-1', 'new-2'}"
	holds "'data' in rules('replace-by-rename', '$fs')"
	holds "{'mode', 'xattr'} <= rules('attributes-fsync', '$fs')"
done

# As a person sees it.
run 1 ./daxbench check -q --states --barriers off --max-states 20 --fs ext4 \
	-o "$work/results" create-fsync
has out "CRASH STATES"
has out "a crash state is wrong (strict-name)"
has out "is not there"
[ "$(awk '{ if (length > n) n = length } END { print n }' "$work/out")" -le 84 ] || die "wide lines"

for wrong in --states=0 --states=x --atomic=100 --guests=0 --max-states=x --barriers=maybe \
	"--states --edits=0" --edits=5 --prune --recrash; do
	# shellcheck disable=SC2086 # an option, or two
	run 2 ./daxbench check $wrong create-fsync
	wrong=${wrong%=*}
	has err "${wrong##* }"
done
no_leftovers
echo "$checks checks"
