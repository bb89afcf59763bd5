#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A sweep in a guest: a cell for each value, dearer with each; the same again is the same,
# and is held against the last one; a baseline is kept and used; what was swept is drawn.
# A value that is measured twice or as another one, a figure that is taken from elsewhere,
# a picture that shows nothing or runs what stands in a file, fail here.
. "$(dirname "$0")/../lib.sh"

# Each workload has its theme, and is in full unless it is of fio or for tests.
./daxbench list --json >"$work/list"
./daxbench list --json full >"$work/full"
/usr/bin/python3 - "$work/list" "$work/full" <<'EOF' || die "groups"
import json, sys
every, full = (json.load(open(f)) for f in sys.argv[1:])
names = {w["name"] for w in full}
for w in every:
    groups = w["group"].split(",")
    assert w["theme"], w["name"]
    assert ("test" in groups or "fio" in groups) != (w["name"] in names), w["name"]
    assert "default" in groups or "quick" not in groups, w["name"]
    assert "test" not in groups or "default" not in groups, w["name"]
EOF
checks=$((checks + 1))

# What cannot be is said before anything boots.
run 2 ./daxbench run 'fsync-dirty:pages=1..100*1'
has err 'gets nowhere; want a factor of 2'
run 2 ./daxbench run null --baseline none -o "$work/r"
has err 'none: there is no such baseline'
[ -e "$work/r" ] && die "a run began"
run 3 ./daxbench plot -o "$work/r"
has err 'latest: no such results'

sweep() {
	run 0 ./daxbench run --deterministic --fs ext4 'fsync-dirty:pages=1..100*10' -o "$work/r" "$@"
}
sweep --save-baseline first
has out "3 cells: 3 pass"
grep -q LAST "$work/out" && die "there was nothing before"
has err "baseline: $work/r/baselines/first"
cmp "$work"/r/latest/run.json "$work/r/baselines/first/run.json" || die "another baseline"
/usr/bin/python3 - "$work/r/latest/run.json" <<'EOF' || die "not what was swept"
import json, sys
cells = json.load(open(sys.argv[1]))["results"]
assert [c["params"]["pages"] for c in cells] == [1, 10, 100]
cost = [c["median"] for c in cells]
print(cost)
assert cost[0] * 2 < cost[1] and cost[1] * 2 < cost[2]
assert all(c["counts"]["entries_written_back"] == c["counts"]["of_ops"] * c["params"]["pages"]
           for c in cells)
EOF
checks=$((checks + 2))

sweep
[ "$(grep -c '^fsync-dirty pages=1.* same$' "$work/out")" -eq 3 ] || die "not all the same"
has out LAST
checks=$((checks + 1))

# A baseline is used, though a newer run lies beside it.
here() {
	run 0 ./daxbench run null --cell-time 100ms -o "$work/here" "$@"
}
here --save-baseline mine
here --baseline mine
has out BASELINE
grep -qE '^null .*(%\)?|same)$' "$work/out" || die "not held against it"
checks=$((checks + 1))

run 0 ./daxbench plot -o "$work/r"
has out "fsync-dirty: instructions per"
has out "ext4 ***A***"
has out "100k |"
[ "$(wc -L <"$work/out")" -le 80 ] || die "wider than a terminal"
svg=$work/r/latest/plots/fsync-dirty.svg
/usr/bin/python3 - "$svg" <<'EOF' || die "no picture"
import sys, xml.etree.ElementTree as tree
text = "".join(tree.parse(sys.argv[1]).getroot().itertext())
assert "pages" in text and "instructions per operation" in text and "ext4" in text, text
EOF
checks=$((checks + 2))

# Nothing in a file of results is run.
mkdir "$work/hostile"
/usr/bin/python3 - "$work/r/latest/run.json" "$work/hostile" <<'EOF'
import json, sys
d = json.load(open(sys.argv[1]))
owned = sys.argv[2] + "/owned"
for i, c in enumerate(d["results"]):
    c["op"] = "'\n!touch %s\nsystem('touch %s')`touch %s`@x" % (owned, owned, owned)
    c["fs"] = "`touch o`'"
json.dump(d, open(sys.argv[2] + "/run.json", "w"))
EOF
run 0 ./daxbench plot "$work/hostile"
[ -e "$work/hostile/owned" ] || [ -e o ] && die "what stood in a file was run"
has out "?touch o?? ***A***"
run 2 ./daxbench plot "$work/here/latest/run.json"
has err "no sweep in them"

# Without gnuplot it says what to install; where this cannot be tried it is not.
gnuplot=$(readlink -f /usr/bin/gnuplot)
if unshare -rm mount --bind /dev/null "$gnuplot" 2>/dev/null; then
	run 3 unshare -rm sh -c "mount --bind /dev/null $gnuplot && ./daxbench plot -o $work/r"
	has err "install the package gnuplot-nox"
fi
no_leftovers
echo "$checks checks"
