#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The zoo's kernel: a mutant of each class is caught by the detector that is to, and the same
# commands find nothing without its bug. Caught: a mutant that is not put back (the knob does
# nothing), a detector that is blind, one that sees what is not there, and words that are taken
# for a mutant.
. "$(dirname "$0")/../lib.sh"

run 2 ./daxbench zoo no-such-mutant
has err "no such mutant"
run 0 ./daxbench zoo --dry-run
has out "no-mkclean"
run 2 ./daxbench zoo --kernel
./daxbench kernel list | grep -q '^zoo .* built' || {
	echo "the kernel zoo is not built: daxbench kernel build zoo"
	exit 77
}

# One for each detector, an equivalent one, and one that is there only if it is set in time.
run 0 ./daxbench zoo --json -o "$work/zoo" no-mkclean stale-zero-page no-fua no-layout-break \
	punch-race data-device dm-no-flush
/usr/bin/python3 - "$work/out" "$work/zoo/zoo.json" <<'EOP' || die "not as expected"
import json, sys, jsonschema
d = json.load(open(sys.argv[1]))
jsonschema.validate(d, json.load(open("results/daxbench-zoo-1.schema.json")))
assert d == json.load(open(sys.argv[2]))
by = {m["name"]: (m["verdict"], m["expected"], set(m["with"]["by"])) for m in d["mutants"]}
assert len(by) == 7
for name, (verdict, expected, seen) in by.items():
    assert verdict == ("equivalent" if expected == "equivalent" else "caught"), name
    assert (expected in seen) == (verdict == "caught"), name
assert all(m["without"]["cells"] and not m["without"]["by"] for m in d["mutants"])
assert {e for _, e, _ in by.values()} == {"lines", "content", "states", "counts", "kernel", "equivalent"}
EOP
checks=$((checks + 1))

# Mutants that have no command of their own are met by all that know of none.
run 0 ./daxbench zoo --dry-run --mutants kernels/mechanical
[ "$(grep -c 'daxbench check' "$work/out")" -eq \
	$(($(grep -c ' : general : ' kernels/mechanical) * $(grep -c '^general : ' kernels/general))) ] ||
	die "not each general command for each mutant"
run 3 ./daxbench zoo --mutants no/such/list
has err "no/such/list"

# A kernel that has no such bugs cannot be told to have one.
run 3 ./daxbench zoo --kernel 6.1 -o "$work/none" no-mkclean
has out "error"
no_leftovers
echo "$checks checks"
