#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Crash states of logs that the kernel's own dm-log-writes made: all of them recover; with a
# block lost that was flushed, with a commit that is torn from its transaction, they do not.
. "$(dirname "$0")/../lib.sh"

# holds PYTHON: true of the last document.
holds() {
	/usr/bin/python3 - "$work/out" "$1" <<'EOP' || die "not so: $1"
import json, sys
d = json.load(open(sys.argv[1]))
s, log = d["states"], d["log"]
rules = {v["rule"] for v in s["violations"]}
if not eval("(" + sys.argv[2] + ")"):
    sys.exit(str(d)[:3000])
EOP
	checks=$((checks + 1))
}

# damage IN OUT: each block that is written behind the mark "mkfs" and begins as an ext4
# superblock or an XFS one loses its contents.
damage() {
	/usr/bin/python3 - "$1" "$2" <<'EOP' || die "damage"
import struct, sys
log = bytearray(open(sys.argv[1], "rb").read())
n, size = struct.unpack_from("<QI", log, 16)
at, behind, hit = size, False, 0
for _ in range(n):
    sector, sectors, flags, data_len = struct.unpack_from("<QQQQ", log, at)
    data = at + size
    if flags & 8 and bytes(log[at + 32:at + 32 + data_len]).rstrip(b"\0") == b"mkfs":
        behind = True
    if not flags & 12:
        if behind and sector in (0, 2):
            log[data:data + sectors * 512] = bytes(sectors * 512)
            hit += 1
        at = data + sectors * 512
    else:
        at = data
open(sys.argv[2], "wb").write(log)
sys.exit(hit == 0)
EOP
}

for fs in ext4 xfs; do
	./daxbench shell --file tests/guest/inside/log-writes.sh:/log.sh -- /bin/sh /log.sh $fs \
		>"$work/$fs.log" 2>"$work/err" || die "no log of $fs"
	run 0 ./daxbench replay "$work/$fs.log" --states --fs $fs --from-mark mkfs --to-mark end \
		--device-size 320M --max-states 150 --json
	holds 's["unique"] >= 50 and s["points"] >= 10 and not s["violations"]'
	holds 'log["flushes"] >= 10 and log["fuas"] >= 5 and log["window_left_out_bytes"] == 0'
	damage "$work/$fs.log" "$work/damaged.log"
	run 1 ./daxbench replay "$work/damaged.log" --states --fs $fs --from-mark mkfs \
		--device-size 320M --max-states 40 --json
	holds '"recovers" in rules'
done
run 1 ./daxbench replay "$work/damaged.log" --states --fs xfs --from-mark mkfs -q --max-states 10
has out "was under way"
has out "Not covered: stores through DAX"

run 2 ./daxbench replay "$work/ext4.log" --states
has err "--fs ext4 or xfs"
run 2 ./daxbench replay "$work/ext4.log" --fs ext4
run 2 ./daxbench replay "$work/ext4.log" --states=0 --fs ext4
run 2 ./daxbench replay "$work/ext4.log" --states --fs ext4 --from-mark nowhere
has err 'no mark "nowhere"'
run 3 ./daxbench replay "$work/ext4.log" --states --fs ext4 --device-size 1M
no_leftovers
echo "$checks checks"
