#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A kernel compared with itself differs by nothing, to the last digit; ten instructions
# that were planted are ten; two boots of times are too few; what cannot be compared is
# refused, and what one side lacks is told.
. "$(dirname "$0")/../lib.sh"
schema=results/daxbench-compare-1.schema.json

# python ARGUMENT... <<EOF: json and jsonschema are at hand.
python() {
	/usr/bin/python3 - "$@" || die "python"
	checks=$((checks + 1))
}

run 0 ./daxbench compare 6.12 6.12 --deterministic --fs ext4 -o "$work/a" --fail-on-regression 0 \
	null msync-page pte-read-hole planted:nops=0 planted:nops=10
has out "5 rows: 5 same"
sets=("$work"/a/2*)
[ ${#sets[@]} -eq 3 ] || die "two boots and a control expected"
python "$schema" "$work"/a/compare-*.json <<'PYTHON'
import json, sys, jsonschema
schema, document = (json.load(open(path)) for path in sys.argv[1:3])
jsonschema.Draft7Validator.check_schema(schema)
jsonschema.validate(document, schema)
comparison, = document["comparisons"]
rows = comparison["rows"]
assert len(rows) == 5 == comparison["summary"]["same"]
for row in rows:
    assert row["difference"] == 0 and row["ratio"] == 1 and not row["counts"], row
    assert row["control"] is not None, row
assert [s["boots"] for s in document["sides"]] == [1, 1]
PYTHON

# The rows of nops=0 and nops=10 as if they were of two kernels; one row more in the first.
python "${sets[0]}/run.json" "$work" <<'PYTHON'
import json, sys
def write(name, keep):
    document = json.load(open(sys.argv[1]))
    document["results"] = [c for c in document["results"] if keep(c)]
    for c in document["results"]:
        c["params"] = {}
    json.dump(document, open(f"{sys.argv[2]}/{name}.json", "w"))
write("none", lambda c: c["workload"] == "null" or c["params"].get("nops") == 0)
write("ten", lambda c: c["params"].get("nops") == 10)
PYTHON
run 0 ./daxbench compare "$work/none.json" "$work/ten.json"
has out "planted  -  3 13   +10 4.3333 more"
has out "not in B"
run 1 ./daxbench compare "$work/none.json" "$work/ten.json" planted --fail-on-regression 5
run 0 ./daxbench compare "$work/ten.json" "$work/none.json" planted --fail-on-regression 5
run 3 ./daxbench compare "$work/ten.json" "$work/none.json" --fail-on-regression 5
run 125 ./daxbench compare "$work/ten.json" "$work/none.json" --fail-on-regression 5 \
	--exit-style=bisect
run 0 ./daxbench compare "${sets[0]}" "${sets[1]},${sets[0]}" --json
echo '{"schema": "daxbench-result-2"}' >"$work/other.json"
run 3 ./daxbench compare "$work/ten.json" "$work/other.json"
has err "is of schema daxbench-result-2"

# Times: an answer, but no verdict. And counts are not compared with them.
run 0 ./daxbench compare 6.12 6.12 --boots 1 --fs ext4 -o "$work/b" null
has out "1 not enough data"
times=("$work"/b/2*)
run 3 ./daxbench compare "${sets[0]}" "${times[0]}"
has out "cannot be compared: units: insn against ns"

run 2 ./daxbench compare 6.12
run 2 ./daxbench compare 6.12 "$work/ten.json"
has err "one is not compared with the other"
run 2 ./daxbench compare 6.1 6.12 no-such-workload
run 2 ./daxbench compare "$work/ten.json" "$work/none.json" no-such-workload
run 2 ./daxbench compare 6.1 6.12 --target "$work"
run 3 ./daxbench compare 6.1 "$work/no-such-kernel"

# Interrupted: at once, with nothing left over.
./daxbench compare 6.12 6.12 -o "$work/c" null >"$work/out" 2>"$work/err" &
sleep 2
kill -INT $!
wait $!
status=$?
[ $status -eq 130 ] || die "interrupted: status $status"
checks=$((checks + 1))
no_leftovers
echo "$checks checks"
