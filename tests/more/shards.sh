#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Parts of a check, and these together: the same cells and verdicts as the whole, and of the crash
# points of one run the same points, states and violations. Caught: a part that does what another
# does too, one that is missing, and a whole that is more or less than its parts.
. "$(dirname "$0")/../lib.sh"

# same A B MEMBER...: are the cells of these results equal, but for such members of their states?
same() {
	/usr/bin/python3 - results/daxbench-result-1.schema.json "$@" <<'EOP' || die "$1 and $2 differ"
import json, sys, jsonschema
schema, *both = (json.load(open(f)) for f in sys.argv[1:4])
for d in both:
    jsonschema.validate(d, schema)
    for c in d["results"]: c["target"] = c["driver"] = None # of a recorded run they are not known
    for c in d["results"]:
        for member in sys.argv[4:]: c["states"].pop(member, None)
        for v in c["violations"]: v.pop("saved", None)
a, b = both
assert a["summary"] == b["summary"] and len(a["results"]) > 0 and not b["interrupted"]
if len(sys.argv) > 4: assert a["results"] == b["results"]
key = lambda c: (c["workload"], c["fs"], c["params"], c["kernel"], c["status"], len(c["violations"]))
assert [*map(key, a["results"])] == [*map(key, b["results"])]
EOP
	checks=$((checks + 1))
}

# Cells, one of which fails: by their lines, without a guest's doing but recording.
cells="every-sync msync-page user-flush --fs ext4 --write-cache off -q"
# shellcheck disable=SC2086 # words
run 1 ./daxbench check $cells --keep -o "$work/whole"
for k in 1 2; do
	# shellcheck disable=SC2086
	./daxbench check $cells --shard $k/2 -o "$work/cells/$k" >/dev/null
done
run 1 ./daxbench merge -o "$work/merged" "$work"/cells/{2,1}/latest
cp "$work/out" "$work/table"
same "$work/whole/latest/run.json" "$work/merged/latest/run.json"
run 3 ./daxbench merge -o "$work/none" "$work/cells/2/latest"
has err "missing, or not whole: 1"
[ ! -e "$work/none" ] || die "results of what is not whole"
run 2 ./daxbench merge "$work"/cells/{1,2,1}/latest
has err "is shard 1, as"
run 2 ./daxbench merge "$work/whole/latest"
has err "is no shard"
run 1 ./daxbench merge --partial --json -o "$work/partial" "$work/cells/1/latest"
has out '"missing"'
# A kernel of whose cells none is in the shard is not booted.
run 0 ./daxbench check null --shard 2/2 -o "$work/nothing"
[ ! -e "$work/nothing" ] || die "results of no cell"

# Crash points of a run in which flushes were passed over.
run 1 ./daxbench check -q --keep --states --barriers off --max-states 20 --fs ext4 \
	--guests 1 -o "$work/lost" create-fsync
trace=$(echo "$work"/lost/latest/create-fsync-*.trace)
for k in 1 2; do
	run 1 ./daxbench check -q --states --max-states 20 --guests 1 --recorded "$trace" \
		--shard $k/2 -o "$work/points/$k"
done
run 1 ./daxbench merge -o "$work/points/all" "$work"/points/{1,2}/latest
same "$work/lost/latest/run.json" "$work/points/all/latest/run.json" unique outcomes seconds recovery
run 2 ./daxbench merge "$work/points/1/latest" "$work/cells/2/latest"

for wrong in 0/2 3/2 1 1/65536 x; do
	run 2 ./daxbench check null --shard $wrong
	has err "want K/N"
done
run 2 ./daxbench check soup --for 1m --shard 1/2
run 2 ./daxbench check --recorded "$trace" --shard 1/2
has err "want --states"
run 2 ./daxbench check --recorded "$trace" "$trace" --states --shard 1/2
no_leftovers
echo "$checks checks"
