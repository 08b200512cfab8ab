#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Names this compiler: gen_identity.py ROOT VERSION OUT.h DEPFILE

The name is a hash of the version and of every source, table and meson.build. A cached program is asked for under
it, so that a compiler that was changed in any way, its version or not, compiles anew.
"""

import hashlib
import os
import sys

KINDS = (".c", ".h", ".csv", ".py", ".json", "meson.build")


def sources(root):
    for folder in ("include", "profiles", "src"):
        for path, folders, names in os.walk(os.path.join(root, folder)):
            folders[:] = [name for name in folders if name != "__pycache__"]
            yield from (os.path.join(path, name) for name in names if name.endswith(KINDS))


def main(root, version, header_path, dependencies_path):
    paths = sorted(sources(root), key=lambda path: os.path.relpath(path, root))
    identity = hashlib.sha256()
    fields = [version.encode()]
    for path in paths:
        with open(path, "rb") as file:
            fields += [os.path.relpath(path, root).encode(), file.read()]
    for field in fields:
        identity.update(len(field).to_bytes(8, "little") + field)
    with open(header_path, "w", encoding="utf-8") as out:
        out.write(
            "/* Made by src/data/gen_identity.py from all sources. */\n"
            f'#define SCC_IDENTITY "{identity.hexdigest()}"\n'
            f'#define SCC_IDENTITY_SHORT "{identity.hexdigest()[:16]}"\n'
        )
    # A new file comes with a line in a meson.build, so that is what tells of it.
    with open(dependencies_path, "w", encoding="utf-8") as out:
        names = " ".join(path.replace(" ", "\\ ") for path in paths)
        out.write(f"{header_path}: {names}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
