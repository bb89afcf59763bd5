#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What would the crash states of stock kernels say if these were broken? The traces of all
# workloads that are about names are edited, 50 times each, on each file system and kernel. How
# much is caught, by kind, must not become less; nothing is caught where no state differs.
. "$(dirname "$0")/../lib-check.sh"

# Measured with 6.1 and 6.12 alike:
#	ext4	flush 38 of 38	fua 38 of 38	block 110 of 127	move 101 of 126	swap 116 of 121
#	xfs	flush 4 of 29	fua 38 of 38	block 73 of 104		move 38 of 58	swap 8 of 16
# XFS has little use for the flush before a log write: what it orders is promised by nobody yet.
#
# rates KERNEL FS FLOOR...: per cent of flush, fua, block, move, swap that must be caught, of all
# that were tried: a reason such as an order that was not needed could hide what is not seen.
rates() {
	/usr/bin/python3 - "$work/run.json" "$@" <<'EOP' || die "less is caught than there was"
import json, sys
d = json.load(open(sys.argv[1]))
kernel, fs, *floors = sys.argv[2:]
edits = [c["states"]["edits"] for c in d["results"] if c["fs"] == fs and "edits" in c["states"]]
bad = not edits
for kind, floor in zip(("flush", "fua", "block", "move", "swap"), floors):
    tried, caught, wrong = (sum(e[kind][k] for e in edits) for k in ("tried", "caught", "wrong"))
    missed = sum(e[kind]["explained"].get("not noticed", 0) for e in edits)
    rate = 100 * caught / max(tried, 1)
    print(f"{kernel:5} {fs:5} {kind:6} {tried:4} tried {caught:4} caught {missed:4} not noticed: "
          f"{rate:.0f} % (at least {floor} %)")
    bad |= wrong > 0 or rate < float(floor)
print(f'{kernel:5} {fs:5} {sum(e["run"] for e in edits)} states, {sum(e["unique"] for e in edits)} recovered, '
      f'{sum(e["seconds"] for e in edits):.0f} s')
sys.exit(bad)
EOP
	checks=$((checks + 1))
}

for kernel in 6.1 6.12; do
	check 0 --states --edits 50 --kernel $kernel --fs ext4,xfs names
	rates $kernel ext4 95 95 80 75 90
	rates $kernel xfs 10 95 65 60 45
	rm -r "$work/results"
done
no_leftovers
echo "$checks checks"
