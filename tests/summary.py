#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Adds up the results of meson test in the build directories that are named."""

import json
import sys

GOOD = {"OK", "EXPECTEDFAIL"}

passed = failed = skipped = 0
for directory in sys.argv[1:]:
    with open(f"{directory}/meson-logs/testlog.json", encoding="utf-8") as log:
        for line in log:
            result = json.loads(line)["result"]
            passed += result in GOOD
            skipped += result == "SKIP"
            failed += result not in GOOD and result != "SKIP"
print(f"tests: {passed} passed, {failed} failed, {skipped} skipped")
