#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Crash states of realtime files, of the page cache, of smaller units; such as lines tell of
# already; of traces that were edited; and one as a file.
. "$(dirname "$0")/../lib-check.sh"

check 0 -q --states --fs xfs-rt create-fsync replace-by-rename prealloc-append
holds 'all(c["status"] == "pass" for c in d["results"]) and sum(s["unique"] for s in states) >= 20'

# Attributes that lie beside the inode; each mode of fallocate; blocks that held other files; many.
check 0 -q --states --max-states 40 --fs ext4,xfs attributes-fsync:size=3800 \
	attributes-fsync-directory fallocate-beside reuse-freed create-files-sync
holds 'all(c["status"] == "pass" for c in d["results"]) and len(states) == 10'
holds 'not any(s["violations"] for s in states) and sum(s["unique"] for s in states) >= 150'

# XFS's sync flushes nothing where its log is clean: the lines tell it, and the states agree.
check 0 -q --states --fs xfs every-sync
holds 'cell("every-sync", "xfs")["status"] == "xfail"'
holds 'states[0]["violations"] and all(v["told_by_lines"] for v in states[0]["violations"])'

# The CPU's caches are not written back: told by lines as well, and by nothing else.
check 1 -q --states --fs ext4 --write-cache off --max-states 30 every-sync
holds 'all(v["told_by_lines"] for v in states[0]["violations"]) and states[0]["violations"]'

# A file system that asks for no flush: names and data are lost, and the lines say so, too.
check 1 -q --states --max-states 30 --fs ext4-nobarrier create-fsync
holds '{"strict-name", "reached"} <= rules("create-fsync", "ext4-nobarrier")'
holds 'any(v["fault"] == "not drained" for v in cell("create-fsync", "ext4-nobarrier")["violations"])'

# A torn superblock is ext4's end, and told as what it is; whole blocks are no such thing.
check 1 -q --states=100 --max-states 250 --atomic 512 --fs ext4 umount-dirty
holds 'rules("umount-dirty", "ext4") == {"recovers"} and
	all(v["torn"] for v in states[0]["violations"])'
check 0 -q --states --max-states 100 --fs ext4 umount-dirty

# Smaller units are more states; what is no file system has none, and says why.
check 0 -q --states --fs ext4,ext4-nojournal,ext4-nodax,xfs-nodax --atomic 512 --max-states 40 \
	create-fsync devdax-fsync
holds 'all(cell("create-fsync", fs + "-nodax")["states"]["unique"] >= 5 for fs in ("ext4", "xfs"))'
holds 'cell("create-fsync", "ext4")["states"]["possible"].startswith("2^")'
holds '"no file system" in cell("devdax-fsync", "devdax")["states"]["none"]'
holds '"--atomic 4096" in cell("create-fsync", "ext4-nojournal")["states"]["none"]'

# Without a journal fsck comes first, and less is promised: a rename is never whole, and a crash
# state that lost it is none that is wrong. What was synced is, once nobody flushes.
check 0 -q --states --guests 1 --fs ext4-nojournal --max-states 20 --edits 5 replace-by-rename
holds 'states[0]["unique"] >= 8 and not states[0]["violations"]'
holds 'states[0]["edits"]["flush"]["caught"] == states[0]["edits"]["flush"]["tried"] > 0'
holds 'sum(states[0]["edits"][k]["caught"] for k in ("block", "move", "swap")) >= 1'
check 1 -q --states --guests 1 --fs ext4-nojournal --max-states 20 --barriers off replace-by-rename
holds '{"name", "data"} <= rules("replace-by-rename", "ext4-nojournal")'
holds 'not rules("replace-by-rename", "ext4-nojournal") & {"strict-name", "reached", "foreign"}'
# 6.1 leaves out the flush: found by size, data and name, and known.
check 0 -q --states --guests 1 --fs ext4-nojournal --kernel 6.1 prealloc-append
holds 'cell("prealloc-append", "ext4-nojournal")["status"] == "xfail" and
	"size" in rules("prealloc-append", "ext4-nojournal")'

# Edited as a broken kernel would have behaved: most of it is caught, and never what makes no
# difference. XFS needs the flush before a log write for an order only, ext4 for all.
check 0 -q --states --fs ext4,xfs --max-states 60 --edits 10 create-fsync
holds 'all(sum(s["edits"][k]["tried"] for k in ("flush", "fua", "block", "move", "swap")) == 10
	for s in states)'
holds 'not any(s["edits"][k]["wrong"] for s in states for k in ("flush", "fua", "block", "move", "swap"))'
holds 'all(s["edits"]["fua"]["caught"] == s["edits"]["fua"]["tried"] == 2 for s in states)'
holds 'states[0]["edits"]["flush"]["caught"] == 2'
holds '2 * sum(s["edits"][k]["caught"] for s in states for k in ("flush", "fua")) >=
	sum(s["edits"][k]["tried"] for s in states for k in ("flush", "fua"))'
# Who is to blame: a commit that was not flushed is of one call and its file, a block of data of
# one file.
holds 'all({(b["file"], b["promise"]["record"]) for b in f["blamed"]} ==
	{(f["blamed"][0]["file"], f["during"]["record"])} and f["blamed"][0]["file"].startswith("new-")
	for s in states for f in s["edits"]["found"] if f["kind"] == "fua")'
holds 'all(any(f["of"] for f in s["edits"]["found"]) for s in states)'
holds 'all({(b["file"], b["rule"]) for b in f["blamed"]} == {(f["of"], "data")}
	for s in states for f in s["edits"]["found"] if f["of"])'

# What recovery does not read it need not recover: fewer states, judged alike.
prunes() { # STATUS LEAST_SPARED OPTION...
	local status=$1 least=$2
	shift 2
	run "$status" ./daxbench check -q --deterministic --states --fs ext4 -o "$work/results" "$@"
	cp "$work/results/latest/run.json" "$work/whole.json"
	run "$status" ./daxbench check -q --deterministic --states --prune --fs ext4 -o "$work/results" "$@"
	python3 - "$work/whole.json" "$work/results/latest/run.json" "$least" <<-'END' || die "pruned, it says something else: $*"
		import json, sys
		whole, pruned = (json.load(open(f))["results"][0]["states"] for f in sys.argv[1:3])
		for s in whole, pruned: # what fsck says has checksums in it, of times of files
		    s["violations"] = [[v[k] for k in ("rule", "file", "promise", "event", "kept", "states")]
		                       for v in s["violations"] if v["rule"] not in ("recovers", "consistent")]
		for k in "violations", "run", "outcomes", "points", "possible":
		    assert whole[k] == pruned[k], k
		assert pruned["spared"] + pruned["unique"] == whole["unique"]
		assert pruned["spared"] >= int(sys.argv[3]) and not pruned["contradicted"]
	END
	checks=$((checks + 1))
}
prunes 0 50 create-fsync

# A recovery that crashes has lost nothing, unless it flushes nothing.
check 0 -q --states --recrash=2 --max-states 30 --fs ext4,xfs replace-by-rename
holds 'all(s["recrash"]["recoveries"] == 2 and s["recrash"]["unique"] >= 5 for s in states)'
check 1 -q --states --recrash=2 --barriers recovery --max-states 30 --fs ext4,xfs replace-by-rename
holds 'all(s["violations"] and all(v["recovery"] for v in s["violations"]) for s in states)'
run 2 ./daxbench check create-fsync --recrash
run 2 ./daxbench check --states create-fsync --barriers recovery

run 1 ./daxbench check -q --states --barriers off --max-states 20 --fs ext4 \
	-o "$work/results" create-fsync
# A state that was found is made again, and what is missing in it is missing.
state=$(sed -n 's/^  state     \([0-9a-f]*\):.*/\1/p' "$work/out" | head -n 1)
run 0 ./daxbench check --recorded "$work"/results/latest/create-fsync-ext4-*.trace --max-states 20 \
	--extract "$state=$work/state"
run 0 ./daxbench shell --nvdimm "$work/state" -- /bin/sh -c \
	'mkdir /m && mount -t ext4 /dev/pmem0 /m && find /m -name "new-*"'
[ ! -s "$work/out" ] || die "there is a file in the state that lost it"
run 0 ./daxbench shell --state "$state" --results "$work/results/latest" -- /bin/sh -c \
	'mkdir /m && mount -t ext4 /dev/pmem0 /m && find /m -name "new-*"; echo looked'
[ "$(wc -l <"$work/out")" -eq 1 ] || die "there is a file in the state that lost it"
run 3 ./daxbench shell --state 0123456789abcdef --results "$work/results/latest" -- true
has err "no violation in it is of state"
run 2 ./daxbench shell --state "$state" --nvdimm "$work/state" -- true
run 2 ./daxbench shell --results "$work/results/latest" -- true
run 3 ./daxbench check --recorded "$work"/results/latest/create-fsync-ext4-*.trace \
	--extract "0123456789abcdef=$work/none"
run 2 ./daxbench check create-fsync --extract "$state=$work/none"
run 2 ./daxbench check --recorded x --extract "12=$work/none"
run 2 ./daxbench shell --nvdimm README.md -- true

no_leftovers
echo "$checks checks"
