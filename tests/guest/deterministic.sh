#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# --deterministic: the default suite twice gives the same document; the harness
# costs nothing; ten instructions planted in a loop are reported as ten.
. "$(dirname "$0")/../lib.sh"

for _ in 1 2; do
	run 0 ./daxbench run --deterministic -o "$work/twice"
done
sets=("$work"/twice/2*/run.json)
[ ${#sets[@]} -eq 2 ] || die "two sets of results expected"
diff "${sets[@]}" || die "two runs differ"
checks=$((checks + 1))

run 0 ./daxbench run --deterministic -o "$work/3" --fs ext4 null null-by-hand bare bare-by-hand \
	planted:nops=0 planted:nops=10
/usr/bin/python3 - "$work"/3/2*/run.json <<'EOF' || die "a figure is not what was built in"
import json, sys
cells = json.load(open(sys.argv[1]))["results"]
per_op = {c["workload"]: c["median"] for c in cells}
planted = {c["params"]["nops"]: c["median"] for c in cells if c["workload"] == "planted"}
exact = [c["workload"] for c in cells if not c["exact"]]
print(per_op, planted)
assert per_op["null"] == per_op["null-by-hand"] == 3
assert per_op["bare"] == per_op["bare-by-hand"]
assert planted[10] - planted[0] == 10
assert not exact, exact
EOF
no_leftovers
echo "$checks checks"
