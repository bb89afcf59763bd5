#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Bad input: one clear message, the documented exit code, nothing left.
. "$(dirname "$0")/../lib.sh"

run 2 ./daxbench run --no-such-option
has err "unrecognized option"
run 2 ./daxbench run --samples 1
has err "want 3 to 1000"
run 2 ./daxbench run --fs btrfs null
has err "unknown file system"
run 2 ./daxbench rnu
has err 'did you mean "daxbench run"?'
run 2 ./daxbench run pte-stroe-hole
has err "did you mean pte-store-hole?"
run 2 ./daxbench run msync-range:size=4Q
has err "is not a number"
run 2 ./daxbench run msync-range:size=1T
has err "is out of range"
run 2 ./daxbench run msync-range:pages=1
has err "it has size"
# Each parameter of each workload: below, above, no number, nothing; none boots a guest.
./daxbench list --json | /usr/bin/python3 -c '
import json, sys
for w in json.load(sys.stdin):
    for p in w["params"]:
        if p["unit"] != "path":
            bad = [p["max"] + 1, 1 << 64, "x", ""] + [p["min"] - 1] * (p["min"] > 0)
            print(*("%s:%s=%s" % (w["name"], p["name"], v) for v in bad), sep="\n")
' >"$work/words"
[ "$(wc -l <"$work/words")" -gt 100 ] || die "there are fewer parameters than that"
while read -r word; do
	run 2 ./daxbench run "$word"
	grep -q "${word%%:*}" "$work/err" || die "$word: $(cat "$work/err")"
done <"$work/words"
run 2 ./daxbench run --emulate --target /tmp
has err "a guest has its own devices"
run 2 ./daxbench run --target /tmp --deterministic
has err "the emulator only"
for size in 511M 600M 17G 1T -1 big; do
	run 2 ./daxbench run --nvdimm-size "$size" null
	has err "want 512M to 16G, in steps of 128M"
done
run 2 ./daxbench run --target /tmp --nvdimm-size 1G
has err "is for guests"
run 3 ./daxbench run --kernel 5.4 null
has err "give 6.1, 6.12, one that"
run 3 ./daxbench run -o "$work/none" --kernel 5.4 null
[ -z "$(ls "$work/none")" ] || die "results of a run that never was"
run 2 ./daxbench new Bad_Name
has err "want lower-case letters"
run 2 ./daxbench new null
has err "there is a workload of this name"
run 2 ./daxbench help nothing
run 0 ./daxbench run --dry-run default
has out "cells"

# Away from its directory: no guest kernel; with kernels, no QEMU (unless the system's will do).
mkdir -p "$work/away/build"
top=$PWD
away() { (cd "$work/away" && "$top/daxbench" run null); }
run 3 away
has err "run \"make guest\" in daxbench's directory"
ln -s "$top/build/guest" "$work/away/build/guest"
if ! command -v qemu-system-x86_64 >/dev/null; then
	run 3 away
	has err "qemu-system-x86_64: program not found"
fi

# A directory that is not DAX: the cells that need DAX are skipped, with the reason.
run 4 ./daxbench run --target "$work" -o "$work/results" pte-store-hole
has out "files here are not DAX"
run 3 ./daxbench run --target "$work/nothing" -o "$work/results" pte-store-hole
has out "No such file or directory"
# Cells without a file system need no target at all.
run 0 ./daxbench run --target "$work" -o "$work/results" null write-4k
run 3 ./daxbench run --target "$work" -o /proc/nowhere null
has err "keep results where you may write"

if [ "$(id -u)" -ne 0 ]; then
	run 3 ./daxbench claim /dev/sda
fi
run 3 ./daxbench claim /dev/null
has err "is neither a block device nor device-dax"
no_leftovers
echo "$checks checks"
