#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Crash states, recovered by kernels. Stock kernels survive them all; a kernel whose
# block layer passes no flush on loses what was promised, and is caught by the promise that
# it broke; a loss that lines tell of already is the same loss.
. "$(dirname "$0")/../lib.sh"

# holds PYTHON: true of the last document.
holds() {
	/usr/bin/python3 - "$work/out" "$1" <<'EOP' || die "not so: $1"
import json, sys
d = json.load(open(sys.argv[1]))
def cell(workload, fs):
    return next(c for c in d["results"] if c["workload"] == workload and c["fs"] == fs)
def rules(workload, fs):
    return {v["rule"] for v in cell(workload, fs)["states"]["violations"]}
states = [c["states"] for c in d["results"] if c["states"]]
if not eval("(" + sys.argv[2] + ")"):
    for c in d["results"]:
        print(c["workload"], c["fs"], c["status"], c["reason"], str(c["states"])[:1500])
    sys.exit(1)
EOP
	checks=$((checks + 1))
}

check() {
	local want=$1
	shift
	run "$want" ./daxbench check --json -q --states -o "$work/results" "$@"
	run_schema
}

# Not check-result.py, which is about what the bench lens measures.
run_schema() {
	/usr/bin/python3 - results/daxbench-result-1.schema.json "$work/out" <<'EOP' ||
import json, sys, jsonschema
jsonschema.validate(json.load(open(sys.argv[2])), json.load(open(sys.argv[1])))
EOP
		die "the document is not as the schema says"
}

# A stock kernel, whatever its day; every state is one that the bytes could be.
check 0 --fs ext4,xfs,xfs-rt --kernel "$(date +%d | awk '{ print $1 % 2 ? "6.1" : "6.12" }')" \
	create-fsync replace-by-rename link-unlink-fsync mkdir-syncfs map-sync-store
holds 'all(c["status"] == "pass" for c in d["results"]) and len(states) == 15'
holds 'sum(s["unique"] for s in states if s) >= 400'
holds 'all(s["run"] >= s["unique"] >= s["outcomes"] >= 1 for s in states)'
holds 'not any(s["violations"] for s in states)'

# Nobody flushes the device: name, size and data of what was synced are lost, and the call says so.
check 1 --fs ext4,xfs --barriers off --max-states 60 create-fsync replace-by-rename
holds 'all(c["status"] == "fail" for c in d["results"])'
for fs in ext4 xfs; do
	holds "{'strict-name', 'reached'} <= rules('create-fsync', '$fs')"
	holds "all(v['promise']['op'] in ('fsync', 'sync') for v in
		cell('create-fsync', '$fs')['states']['violations'] if v['rule'] == 'strict-name')"
	holds "{v['file'] for v in cell('create-fsync', '$fs')['states']['violations']} <=
		{'', 'new-0', 'new-1', 'new-2'}"
	holds "'data' in rules('replace-by-rename', '$fs')"
done

# XFS's sync flushes nothing where its log is clean: the lines tell it, and the states agree.
check 0 --fs xfs every-sync
holds 'cell("every-sync", "xfs")["status"] == "xfail"'
holds '[v["told_by_lines"] for v in states[0]["violations"]] == [True]'

# The CPU's caches are not written back: told by lines as well, and by nothing else.
check 1 --fs ext4 --write-cache off --max-states 30 every-sync
holds 'all(v["told_by_lines"] for v in states[0]["violations"]) and states[0]["violations"]'

# Smaller units are more states; what is no file system has none, and says why.
check 0 --fs ext4 --atomic 512 --max-states 40 create-fsync devdax-fsync
holds 'cell("create-fsync", "ext4")["states"]["possible"].startswith("2^")'
holds '"no file system" in cell("devdax-fsync", "devdax-4k")["states"]["none"]'

# Edited as a broken kernel would have behaved: most of it is caught, and never what makes no
# difference. XFS needs the flush before a log write for an order only, ext4 for all.
check 0 --fs ext4,xfs --max-states 60 --edits 10 create-fsync
holds 'all(sum(s["edits"][k]["tried"] for k in ("flush", "fua", "block", "move", "swap")) == 10
	for s in states)'
holds 'not any(s["edits"][k]["wrong"] for s in states for k in ("flush", "fua", "block", "move", "swap"))'
holds 'all(s["edits"]["fua"]["caught"] == s["edits"]["fua"]["tried"] == 2 for s in states)'
holds 'states[0]["edits"]["flush"]["caught"] == 2'
holds '2 * sum(s["edits"][k]["caught"] for s in states for k in ("flush", "fua")) >=
	sum(s["edits"][k]["tried"] for s in states for k in ("flush", "fua"))'

# As a person sees it.
run 1 ./daxbench check -q --states --barriers off --max-states 20 --fs ext4 \
	-o "$work/results" create-fsync
has out "CRASH STATES"
has out "a crash state is wrong (strict-name)"
has out "is not there"
[ "$(awk '{ if (length > n) n = length } END { print n }' "$work/out")" -le 100 ] || die "wide lines"

# A state that was found is made again, and what is missing in it is missing.
state=$(sed -n 's/^  state     \([0-9a-f]*\):.*/\1/p' "$work/out" | head -n 1)
run 0 ./daxbench check --recorded "$work"/results/latest/create-fsync-ext4-*.trace --max-states 20 \
	--extract "$state=$work/state"
run 0 ./daxbench shell --nvdimm "$work/state" -- /bin/sh -c \
	'mkdir /m && mount -t ext4 /dev/pmem0 /m && find /m -name "new-*"'
[ ! -s "$work/out" ] || die "there is a file in the state that lost it"
run 3 ./daxbench check --recorded "$work"/results/latest/create-fsync-ext4-*.trace \
	--extract "0123456789abcdef=$work/none"
run 2 ./daxbench check create-fsync --extract "$state=$work/none"
run 2 ./daxbench check --recorded x --extract "12=$work/none"
run 2 ./daxbench shell --nvdimm README.md -- true

for wrong in --states=0 --states=x --atomic=100 --guests=0 --max-states=x --barriers=maybe \
	"--states --edits=0" --edits=5; do
	# shellcheck disable=SC2086 # an option, or two
	run 2 ./daxbench check $wrong create-fsync
	wrong=${wrong%=*}
	has err "${wrong##* }"
done
no_leftovers
echo "$checks checks"
