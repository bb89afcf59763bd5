#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Each operation with each parameter, in each way to make it durable, on a stock ext4: not one
# of them fails, all are counted, and nothing is lost. A case alone is had by its number. Caught
# is a case that the model allows and the kernel refuses, a list that is left out, and a
# checker that takes what the kernel does for a loss; or, with --write-cache off, sees none.
. "$(dirname "$0")/../lib-check.sh"

# succeeds LOG...: no operation in it was refused.
succeeds() {
	local log
	for log in "$@"; do
		run 0 ./daxbench trace --ops "$log" --json
		/usr/bin/python3 - "$work/out" <<'EOP' || die "$log: an operation failed"
import json, sys
ops = [json.loads(line) for line in open(sys.argv[1])][1:]
bad = [o for o in ops if o["result"] < 0]
for o in bad[:5]: print(o, file=sys.stderr)
sys.exit(len(ops) < 1000 or bool(bad))
EOP
		checks=$((checks + 1))
	done
}

check 0 ace:length=1 --fs ext4 --keep
holds '[c["status"] for c in d["results"]] == ["pass"] * 4'
holds '[c["params"]["shard"] for c in d["results"]] == [1, 2, 3, 4]'
holds 'all(c["check"]["promises"] > 300 and not c["check"]["unplaced_bytes"] for c in d["results"])'
# As many as tests/unit/test-ace.c reckons, for what ext4 can do.
holds 'd["ace"] == [{"fs": "ext4", "length": 1, "lists": 4, "operations": d["ace"][0]["operations"],
	"cases": 1247, "cases_possible": 1247, "pairs_seen": 0, "pairs_possible": 0}]'
succeeds "$work"/results/latest/ace-ext4-*.oplog
rm -r "$work/results"

# The control: a kernel that flushes nothing, and what each list loses names its case.
check 1 ace:shard=1,of=16 --fs ext4 --write-cache off
holds 'cell("ace", "ext4")["status"] == "fail" and len(cell("ace", "ext4")["violations"]) > 5'
holds 'all(v["file"].startswith("c") and v["file"][1:].split("-")[0].isdigit()
	for v in cell("ace", "ext4")["violations"])'
number=$(/usr/bin/python3 -c 'import json, sys
c = json.load(open(sys.argv[1]))["results"][0]
print(next(v["file"] for v in c["violations"] if v["promise"])[1:].split("-")[0])' "$work/run.json")

# It alone: caught again with the control, and not without.
check 1 ace:case="$number" --fs ext4 --write-cache off
holds 'all(v["file"].startswith("c'"$number"'-") for v in cell("ace", "ext4")["violations"])'
run 0 ./daxbench check -o "$work/results" ace:case="$number" --fs ext4
has out "ace, ext4: 1 of "

# Of two, one list: all succeed, too.
check 0 ace:length=2,shard=3,of=16 --fs ext4 --keep --seed 4
holds 'd["ace"][0]["cases"] > 40 and d["ace"][0]["pairs_seen"] > 400'
succeeds "$work"/results/latest/ace-ext4-*.oplog

run 2 ./daxbench check ace:shard=5
has err "there are 4 of them"
run 2 ./daxbench check ace:case=1
has err "there is no case 1 of length 1"
run 2 ./daxbench record ace --fs ext4
has err "say which: ace:shard=1"
no_leftovers
echo "$checks checks"
