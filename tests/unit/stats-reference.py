#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Answers of numpy and scipy that test-stats.c compares ours with.

Prints tests/unit/stats-reference.json; --check compares it with the file, which
fails if either has changed."""
import json
import sys

import numpy as np
from scipy import stats

FILE = "tests/unit/stats-reference.json"


def case(values):
    values = np.round(values, 6)
    result = stats.bootstrap((values,), np.median, n_resamples=20000, method="percentile",
                             random_state=np.random.default_rng(7))
    spread = float(np.std(values))
    return {
        "values": values.tolist(),
        "median": float(np.median(values)),
        "mad": float(stats.median_abs_deviation(values)),
        "ci": [round(float(result.confidence_interval.low), 6),
               round(float(result.confidence_interval.high), 6)],
        # Two bootstraps of 2000 and 20000 draws differ by chance.
        "tolerance": round(0.12 * spread, 6),
    }


rng = np.random.default_rng(1)
cases = [
    case(rng.normal(100, 5, 30)),
    case(rng.normal(100, 5, 31)),
    case(rng.exponential(50, 100)),
    case(rng.lognormal(3, 1, 200)),
    case(np.concatenate([rng.normal(10, 1, 40), rng.normal(30, 1, 10)])),
    case(np.array([1.0, 2.0, 3.0, 10.0, 11.0])),
]
text = json.dumps(cases, indent=1) + "\n"
if sys.argv[1:] == ["--check"]:
    if json.load(open(FILE)) != cases:
        sys.exit(f"{FILE} is not what scipy says now")
else:
    sys.stdout.write(text)
