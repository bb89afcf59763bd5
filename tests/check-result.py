#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""check-result.py SCHEMA RUN.JSON: the document has the schema, and says what a
whole run must: every cell passed or says why it did not run; every PTE row has 4 KiB
faults only, every PMD row 2 MiB faults only; what the kernel does in DAX code was
declared, but by those named here."""
import json
import sys

import jsonschema

# What they do is the subject, and differs from kernel to kernel or list to list.
UNDECLARED = {"every-call", "env-acts", "ops", "soup"}

schema = json.load(open(sys.argv[1]))
document = json.load(open(sys.argv[2]))
jsonschema.Draft7Validator.check_schema(schema)
jsonschema.validate(document, schema)
assert not document["interrupted"]
summary = document["summary"]
assert summary["planned"] == len(document["results"]) > 0
old = document["environment"]["kernel"]["release"].startswith("6.1.")
for cell in document["results"]:
    where = (cell["fs"], cell["workload"], cell["status"], cell["reason"])
    counts = cell["counts"]
    if cell["status"] != "pass":
        assert cell["status"] == "skip" and cell["reason"], where
        continue
    if cell["workload"].startswith("pte-"):
        assert counts["pte_faults"] > 0 and counts["pmd_faults"] == 0, where
        assert counts["pmd_fallbacks"] == 0, where
    if cell["workload"].startswith("pmd-"):
        assert counts["pmd_faults"] > 0 and counts["pte_faults"] == 0, where
        assert counts["pmd_fallbacks"] == 0, where
    # 6.1 dirties on read faults, 6.12 does not: fs/dax.c, dax_insert_entry().
    if cell["workload"] == "fsync-after-read":
        assert counts["entries_written_back"] == (cell["params"]["pages"] if old else 0), where
    declared = [v for v in cell["expected"].values() if v is not None]
    assert declared or cell["workload"] in UNDECLARED, where
print(sys.argv[2], len(document["results"]), "cells")
