# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# For the tests of crash states: sourced after lib.sh.

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
