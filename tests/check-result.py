#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""check-result.py SCHEMA RUN.JSON: the document has the schema, and says what a
whole run must: every PTE row has 4 KiB faults only, every PMD row 2 MiB faults only."""
import json
import sys

import jsonschema

schema = json.load(open(sys.argv[1]))
document = json.load(open(sys.argv[2]))
jsonschema.Draft7Validator.check_schema(schema)
jsonschema.validate(document, schema)
assert not document["interrupted"]
summary = document["summary"]
assert summary["planned"] == len(document["results"]) > 0
for cell in document["results"]:
    where = (cell["fs"], cell["workload"])
    counts = cell["counts"]
    if cell["status"] != "pass":
        assert cell["status"] == "skip", where
        continue
    if cell["workload"].startswith("pte-"):
        assert counts["pte_faults"] > 0 and counts["pmd_faults"] == 0, where
        assert counts["pmd_fallbacks"] == 0, where
    if cell["workload"].startswith("pmd-"):
        assert counts["pmd_faults"] > 0 and counts["pte_faults"] == 0, where
        assert counts["pmd_fallbacks"] == 0, where
print(sys.argv[2], len(document["results"]), "cells")
