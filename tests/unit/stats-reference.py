#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Answers of numpy and scipy that test-stats.c and test-stats_compare.c compare ours with.

Prints tests/unit/stats-reference.json, with "compare" stats-compare-reference.json beside
it; --check compares both with the files, which fails if either has changed."""
import json
import math
import sys

import numpy as np
from scipy import stats


def agree(a, b):
    """To nine digits: numpy's exp and log are not the same to the last on each CPU."""
    if isinstance(a, dict):
        return isinstance(b, dict) and a.keys() == b.keys() and all(agree(a[k], b[k]) for k in a)
    if isinstance(a, list):
        return isinstance(b, list) and len(a) == len(b) and all(map(agree, a, b))
    if isinstance(a, float) and isinstance(b, float):
        return math.isclose(a, b, rel_tol=1e-9)
    return a == b


FILE = "tests/unit/stats-reference.json"
COMPARE = "tests/unit/stats-compare-reference.json"


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


def p_of(a, b, shift, alternative="two-sided"):
    """Of the hypothesis that b is a, each value times exp(shift)."""
    return stats.mannwhitneyu(a * np.exp(shift), b, alternative=alternative,
                              method="exact").pvalue


def bounds(a, b, shifts, alpha):
    """The shifts that the test does not reject, tried between each two where it could change."""
    middles = (shifts[:-1] + shifts[1:]) / 2
    kept = [i for i, s in enumerate(middles) if p_of(a, b, s) > alpha]
    outside = p_of(a, b, shifts[0] - 1) > alpha or p_of(a, b, shifts[-1] + 1) > alpha
    return None if outside or not kept else [float(np.exp(shifts[kept[0]])),
                                             float(np.exp(shifts[kept[-1] + 1]))]


def pair(a, b, share):
    a, b = np.round(a, 6), np.round(b, 6)
    shifts = np.sort(np.log(b)[None, :] - np.log(a)[:, None], axis=None)
    ties = len(set(a) | set(b)) < len(a) + len(b)
    edge = float(np.log1p(share))
    return {
        "a": a.tolist(),
        "b": b.tolist(),
        "share": share,
        "ratio": float(np.exp(np.median(shifts))),
        "p": float(stats.mannwhitneyu(a, b, method="asymptotic" if ties else "exact").pvalue),
        # With ties the exact distribution is not that of the test: only p is compared.
        "ci95": None if ties else bounds(a, b, shifts, 0.05),
        "ci90": None if ties else bounds(a, b, shifts, 0.10),
        "ties": ties,
        "equivalent": bool(p_of(a, b, -edge, "less") <= 0.05 and
                           p_of(a, b, edge, "greater") <= 0.05),
    }


rng = np.random.default_rng(2)
pairs = [
    pair(rng.lognormal(3, 0.1, 6), rng.lognormal(3.3, 0.1, 6), 0.005),
    pair(rng.lognormal(3, 0.1, 4), rng.lognormal(3, 0.1, 4), 0.05),
    pair(rng.lognormal(3, 0.1, 3), rng.lognormal(4, 0.1, 3), 0.005),
    pair(rng.lognormal(7, 0.002, 8), rng.lognormal(7, 0.002, 9), 0.005),
    pair(rng.lognormal(7, 0.002, 8), rng.lognormal(7.005, 0.002, 9), 0.005),
    pair(rng.lognormal(7, 0.002, 12), rng.lognormal(7.01, 0.002, 5), 0.02),
    pair(rng.exponential(5, 20), rng.exponential(6, 15), 0.5),
    pair(np.array([1.0, 2.0, 2.0, 3.0, 4.0]), np.array([2.0, 3.0, 3.0, 5.0, 6.0]), 0.005),
    pair(rng.lognormal(1, 1, 1), rng.lognormal(1, 1, 7), 0.1),
]
if sys.argv[1:] == ["--check"]:
    for name, now in ((FILE, cases), (COMPARE, pairs)):
        if not agree(json.load(open(name)), now):
            sys.exit(f"{name} is not what scipy says now")
else:
    now = pairs if sys.argv[1:] == ["compare"] else cases
    sys.stdout.write(json.dumps(now, indent=1) + "\n")
