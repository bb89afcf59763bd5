#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A guest as a stand-in for a machine with persistent memory: --target, --device,
# what is missing there, a full disk, a kill (inside/as-host.sh runs there).
. "$(dirname "$0")/../lib.sh"

run 0 ./daxbench shell --as-host --file tests/guest/inside/as-host.sh:/as-host.sh -- /bin/sh /as-host.sh
has out "checks in the guest"
checks=$((checks + $(sed -n 's/ checks in the guest//p' "$work/out")))
no_leftovers
echo "$checks checks"
