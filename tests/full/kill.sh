#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The kills of `make check`, five times as many.
KILLS=${KILLS:-300} exec "$(dirname "$0")/../more/kill.sh"
