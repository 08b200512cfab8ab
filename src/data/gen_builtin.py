#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Turns the built-in profile into C: gen_builtin.py PROFILE.json OUT.h OUT.c"""

import sys


def main(profile_path, header_path, source_path):
    with open(profile_path, "rb") as file:
        profile = file.read()
    with open(header_path, "w", encoding="utf-8") as out:
        out.write(
            "/* Made by src/data/gen_builtin.py from profiles/default.json. */\n"
            "#ifndef SCC_BUILTIN_H\n#define SCC_BUILTIN_H\n\n#include <stddef.h>\n\n"
            f"enum {{\n    scc_builtin_profile_bytes = {len(profile)},\n}};\n"
            "extern const char scc_builtin_profile[scc_builtin_profile_bytes];\n\n#endif\n"
        )
    with open(source_path, "w", encoding="utf-8") as out:
        out.write("/* Made by src/data/gen_builtin.py from profiles/default.json. */\n")
        out.write('#include "builtin.h"\n\n')
        out.write("const char scc_builtin_profile[scc_builtin_profile_bytes] = {\n")
        for start in range(0, len(profile), 20):
            out.write("    " + ", ".join(str(byte) for byte in profile[start : start + 20]) + ",\n")
        out.write("};\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
