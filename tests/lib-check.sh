# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# For the guest tests of `daxbench check`: sourced, with lib.sh.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# Of a document: its cells that did not pass. Its end says how many there are.
explain() {
	/usr/bin/python3 - "$work/out" >"$work/brief" 2>/dev/null <<'EOP' && [ -s "$work/brief" ] && mv "$work/brief" "$work/out"
import json, sys
for c in json.load(open(sys.argv[1]))["results"]:
    if c["status"] == "pass": continue
    print(c["workload"], c["fs"], c["status"], c["reason"])
    for v in (c["violations"] + (c["states"] or {"violations": []})["violations"])[:6]:
        print("   ", json.dumps(v)[:1500])
EOP
}

# check STATUS OPTION...: its document is $work/run.json.
check() {
	local want=$1
	shift
	run "$want" ./daxbench check --json -o "$work/results" "$@"
	cp "$work/out" "$work/run.json"
	/usr/bin/python3 - results/daxbench-result-1.schema.json "$work/run.json" <<'EOP' || die "schema"
import json, sys, jsonschema
jsonschema.validate(json.load(open(sys.argv[2])), json.load(open(sys.argv[1])))
EOP
}

# holds PYTHON: true of the document; d is it, cell(WORKLOAD, FS) a cell, lost(CELL) what it found.
# Of a cell whose trace was kept: lines(CELL) written back, by instruction; halves(CELL): those
# of the NVDIMMs that the application itself stored to, as (NVDIMM, half). states: those of all
# cells that have any; rules(WORKLOAD, FS): of the oracle, that are broken.
holds() {
	/usr/bin/python3 - "$work/run.json" "$1" "$work/results/latest" <<'EOP' || die "not so: $1"
import collections, json, subprocess, sys
d = json.load(open(sys.argv[1]))
def cell(workload, fs, **params):
    return next(c for c in d["results"] if c["workload"] == workload and c["fs"] == fs
                and all(c["params"][k] == v for k, v in params.items()))
def lost(c): return {(v["promise"]["op"], v["fault"]) for v in c["violations"] if v["promise"]}
def trace(c):
    path = f"{sys.argv[3]}/{c['workload']}-{c['fs']}-{c['run']}.trace"
    text = subprocess.run(["./daxbench", "trace", path, "--json"], check=True, capture_output=True)
    return [json.loads(line) for line in text.stdout.splitlines()]
def lines(c):
    n = collections.Counter()
    for r in trace(c)[1:]:
        if r["kind"] == "write-back": n[r["insn"]] += r["count"]
    return n
def halves(c):
    head, *records = trace(c)
    at = [(int(r["base"], 16), int(r["size"], 16)) for r in head["ranges"]]
    return {(i, (int(r["addr"], 16) - base) * 2 // size) for r in records if r["kind"] == "store" and "user" in r["flags"]
            for i, (base, size) in enumerate(at) if 0 <= int(r["addr"], 16) - base < size}
states = [c["states"] for c in d["results"] if c["states"]]
def rules(workload, fs): return {v["rule"] for v in cell(workload, fs)["states"]["violations"]}
sys.exit(not eval("(" + sys.argv[2] + ")"))
EOP
	checks=$((checks + 1))
}
