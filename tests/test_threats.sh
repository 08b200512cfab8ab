#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# docs/THREATS.md against the tests that it names, and against what the code reads.
# shellcheck disable=SC2015,SC2016,SC2034 # single-quoted expressions are evaluated by check
# shellcheck source=command.sh
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/command.sh"
root=${SCC_SOURCE_ROOT:?the root of the sources}

python3 - "$root" >found <<'P' || fail "docs/THREATS.md: $(cat found)"
import pathlib, re, sys

root = pathlib.Path(sys.argv[1])
text = (root / "docs/THREATS.md").read_text()
rows = [line for line in text.splitlines() if line.startswith("| ") and not line.startswith("|---")]
rows = [row for row in rows if not row.endswith("| tests |")]
registered = (root / "tests/meson.build").read_text() + (root / "tests/live/meson.build").read_text()
faults, named = [], set()
for row in rows:
    cells = [cell.strip() for cell in row.strip("|").split(" | ")]
    if len(cells) != 5:
        faults.append(f"{len(cells)} cells: {row}")
        continue
    for reference in cells[4].split("; "):
        match = re.fullmatch(r"`((?:live/)?test_(\w+)\.(?:sh|c))`: (.+)", reference)
        path = root / "tests" / match[1] if match else None
        if not path or not path.is_file():
            faults.append(f"no such test: {reference}")
            continue
        source = path.read_text()
        if match[3] not in source:
            faults.append(f"{match[1]} has no {match[3]!r}")
        if match[2] not in registered:
            faults.append(f"{match[1]} is not run")
        named.add((match[1], match[3]))
# And the other way round: no subject of these tests is left out of the document.
for name in ("paths", "descriptors", "process", "terminal", "threats"):
    file = f"test_{name}.sh"
    for subject in re.findall(r"^ *# subject: (.+)$", (root / "tests" / file).read_text(), re.M):
        if not any(one == file and (text in subject or subject in text) for one, text in named):
            faults.append(f"{file}: {subject}: no line names it")
print(f"{len(rows)} lines, {len(named)} tests")
for fault in faults:
    print(fault)
sys.exit(bool(faults) or len(rows) < 35)
P
check 'a number of lines' 'grep -q "^[0-9]* lines" found'
cat found

# subject: the environment that the code reads
grep -rhoE '(getenv|secure_getenv)\([^)]*\)' "$root/src" "$root/include" --include='*.[ch]' | sort -u >out
prints_exactly 'the environment that the code reads' <<'E2'
getenv("NO_COLOR")
secure_getenv("XDG_RUNTIME_DIR")
E2
check 'no locale is set' '! grep -rqE "setlocale|newlocale|bindtextdomain" "$root/src"'
# subject: the paths that stand in the code
grep -rhoE '"/(proc|sys|dev|run|etc|tmp|var|usr|home)[^"]*"' "$root/src" --include='*.[ch]' | sort -u >out
prints_exactly 'the paths that stand in the code' <<'E2'
"/dev/stdout"
"/proc/sys/kernel/osrelease"
"/run"
"/run/seccompc"
E2
# No shell, no other program, and one place that becomes another.
grep -rlE '\b(system|popen|posix_spawnp?|execl[pe]?|execve?|execvpe?|fexecve)\(' "$root/src" --include='*.c' |
    sed "s:$root/::" >out
prints_exactly 'what executes' <<'E2'
src/cmd_run.c
E2
# Every descriptor is close-on-exec: each call that makes one says so on its own line or the next.
python3 - "$root" >found <<'P' || fail "descriptors: $(cat found)"
import pathlib, re, sys

bad = []
for path in sorted(pathlib.Path(sys.argv[1], "src").rglob("*.c")):
    text = path.read_text()
    for call in re.finditer(r"\b(open|openat|memfd_create|pipe2?|dup2?|socket|fopen|eventfd)\((?!\d)", text):
        rest = text[call.start() : text.find(";", call.start())]
        if call[1] in ("pipe", "dup", "dup2", "fopen", "socket") or (
            "CLOEXEC" not in rest and "flags" not in rest
        ):
            bad.append(f"{path.name}: {rest}")
print("\n".join(bad))
sys.exit(bool(bad))
P

finish
