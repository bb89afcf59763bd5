#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Signals at random moments, most of them before or early in the boot: no process,
# no set of results that looks whole. KILLS says how many (60).
. "$(dirname "$0")/../lib.sh"

RANDOM=1
signals=(INT TERM KILL)
for ((i = 0; i < ${KILLS:-60}; i++)); do
	signal=${signals[i % 3]}
	# Three in four within the first second; the rest up to 6 s: well into the run.
	if ((i % 4)); then ms=$((RANDOM % 1000)); else ms=$((1000 + RANDOM % 5000)); fi
	./daxbench run -q --deterministic -o "$work/results" pte-store-hole >"$work/out" 2>"$work/err" &
	pid=$!
	read -rt "$(printf '%d.%03d' $((ms / 1000)) $((ms % 1000)))" <> <(:) || true
	kill -"$signal" $pid 2>/dev/null
	wait $pid 2>/dev/null
	status=$?
	case $signal-$status in
	INT-130 | TERM-143 | KILL-137) ;;
	INT-0 | TERM-0 | KILL-0) ;; # it had ended
	*) die "$signal after $ms ms: status $status" ;;
	esac
	for ((wait_ms = 0; wait_ms < 50; wait_ms++)); do
		qemu_runs || break
		read -rt 0.1 <> <(:) || true
	done
	qemu_runs && die "$signal after $ms ms: a QEMU is left"
	for set in "$work"/results/2*; do
		[ -d "$set" ] || continue
		case $set in
		*.partial) ;;
		*) [ "$status" -eq 0 ] || [ -s "$set/run.json" ] || die "$set looks whole" ;;
		esac
	done
	checks=$((checks + 1))
done
run 0 ./daxbench clean --remove -o "$work/results"
! ls -d "$work"/results/*.partial 2>/dev/null || die "clean left a partial set"
no_leftovers
echo "$checks checks"
