#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Every workload on both file systems and both kernels: all faults as declared,
# PTE rows with 4 KiB pages only, PMD rows with 2 MiB pages only, results whole.
. "$(dirname "$0")/../lib.sh"

run 0 ./daxbench run --kernel 6.1,6.12 --cell-time 300ms -o "$work/results" '*'
for json in "$work"/results/2*/run.json; do
	run 0 /usr/bin/python3 tests/check-result.py results/daxbench-result-1.schema.json "$json"
	checks=$((checks + 1))
done
sets=("$work"/results/2*)
[ ${#sets[@]} -eq 2 ] || die "two sets of results expected"
! ls -d "$work"/results/*.partial 2>/dev/null || die "a set is not whole"

# 6.1 dirties on read faults, 6.12 does not: fs/dax.c, dax_insert_entry().
/usr/bin/python3 - "$work"/results/2*/run.json <<'EOF' || die "entries written back after reads"
import json, sys
for path in sys.argv[1:]:
    document = json.load(open(path))
    old = document["environment"]["kernel"]["release"].startswith("6.1.")
    for cell in document["results"]:
        if cell["workload"] == "fsync-after-read":
            seen = cell["counts"]["entries_written_back"]
            assert seen == (1000 if old else 0), (path, cell["fs"], seen)
EOF
no_leftovers
echo "$checks checks"
