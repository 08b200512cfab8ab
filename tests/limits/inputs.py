#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""
Inputs that are as bad as they can be, the same at every call.

inputs.py                     lists them: name, kind
inputs.py FOLDER NAME...      writes them: FOLDER/NAME (a folder, where it is a cache)

A function a family; what @family gives it stands in the names behind a dash.
"""
import json
import os
import random
import re
import struct
import sys

MIB = 1 << 20
MOST = 16 * MIB
SOURCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "src", "data")
INPUTS = {}
# What has other ways to it on x86, each of which makes rules of its own.
DOORS = re.compile(r"(sem|msg|shm)|.*(sock|send|recv|bind|connect|listen|accept|shutdown|peer)")


def family(kind, *sizes):
    """Registers a function that gives the bytes of an input, of each size."""

    def register(function):
        name = function.__name__.replace("_", "-")
        for size in sizes or [None]:
            full = name if size is None else f"{name}-{size}"
            INPUTS[full] = (kind, function, size)
        return function

    return register


def calls():
    """The calls that x86_64 has, in the table's order."""
    with open(os.path.join(SOURCE, "syscalls.csv"), encoding="ascii") as table:
        rows = [line.rstrip("\n").split(",") for line in table if line[0] != "#"]
    column = rows[0].index("x86_64")
    return [row[0] for row in rows[1:] if row[column]]


def text(value):
    return json.dumps(value, separators=(",", ":")).encode()


def entry(names, args=None, action="SCMP_ACT_ALLOW", **more):
    made = {"names": names, "action": action, **more}
    if args:
        made["args"] = args
    return made


def profile(syscalls, default="SCMP_ACT_ERRNO", **more):
    return text(
        {
            "defaultAction": default,
            "archMap": [
                {
                    "architecture": "SCMP_ARCH_X86_64",
                    "subArchitectures": ["SCMP_ARCH_X86", "SCMP_ARCH_X32"],
                }
            ],
            **more,
            "syscalls": syscalls,
        }
    )


def equal(index, value):
    return {"index": index, "value": value, "op": "SCMP_CMP_EQ"}


def masked(index, mask, value):
    return {"index": index, "value": mask, "valueTwo": value, "op": "SCMP_CMP_MASKED_EQ"}


def compare(index, op, value):
    return {"index": index, "value": value, "op": f"SCMP_CMP_{op}"}


def dice(name):
    return random.Random(name)


def wrapped(before, filler, after, size=MOST):
    """@filler as often as it fits between the two."""
    count = (size - len(before) - len(after)) // len(filler)
    return before + filler * count + after


def annotated(value):
    """An OCI runtime config around a filter."""
    return {
        "ociVersion": "1.0.2",
        "process": {"capabilities": {"bounding": ["CAP_CHOWN"]}},
        "linux": {"seccomp": value},
    }


#
# Many names, entries, rules
#


@family("profile", 1000, 10000, 100000)
def names_known(count):
    every = calls()
    return profile([entry([every[i % len(every)] for i in range(count)])])


@family("profile", 1000, 10000, 100000)
def names_unknown(count):
    return profile([entry([f"unknown_{i}" for i in range(count)])])


@family("profile", 1000, 10000, 100000)
def names_similar(count):
    every = calls()
    return profile([entry([f"{every[i % len(every)]}{i}" for i in range(count)])])


@family("profile")
def names_long():
    return profile([entry(["x" * 15900 + str(i) for i in range(1000)])])


@family("profile", 1000, 10000, 100000)
def entries_known(count):
    every = calls()
    return profile([entry([every[i % len(every)]]) for i in range(count)])


@family("profile", 1000, 10000, 50000)
def entries_of_unknown(count):
    return profile([entry([f"unknown_{i}"]) for i in range(count)])


@family("profile", 1000, 20000)
def entries_left_out(count):
    every = calls()
    left_out = {"caps": ["CAP_SYS_ADMIN"], "arches": ["s390x"], "minKernel": "9.9"}
    return profile([entry([every[i % len(every)]], includes=left_out) for i in range(count)])


@family("profile", 1000, 20000)
def entries_left_out_one_call(count):
    """Each of them is asked about by explain."""
    return profile([entry(["socket"], includes={"caps": ["CAP_SYS_ADMIN"]}) for _ in range(count)])


@family("profile", 900, 90000)
def rules_repeated(count):
    """A third of them different, the others said again."""
    return profile([entry(["socket"], [equal(0, i % (count // 3))]) for i in range(count)])


@family("profile", 1000, 4000, 20000)
def names_with_rules(count):
    """All calls with each of many rules: what one entry multiplies."""
    every = calls()
    entries = max(1, count // len(every))
    return profile([entry(every, [equal(0, i)]) for i in range(entries)])


@family("profile", 140, 3350)
def names_times_rules(count):
    """300 calls behind no door, each with as many rules of its own as there are entries."""
    names = [name for name in calls() if not DOORS.match(name)][:300]
    return profile([entry(names, [equal(i % 6, i)]) for i in range(count)])


@family("profile", 100, 1000, 4000, 20000, 100000)
def rules_equal(count):
    """One call, every comparison another value of argument 0."""
    return profile([entry(["socket"], [equal(0, 3 * i)]) for i in range(count)])


@family("profile", 100, 1000, 4000)
def rules_random(count):
    rolls = dice("rules_random")
    return profile([entry(["socket"], [equal(0, rolls.getrandbits(63))]) for _ in range(count)])


@family("profile", 100, 1000, 4000)
def rules_not_equal(count):
    return profile([entry(["socket"], [compare(0, "NE", 3 * i)]) for i in range(count)])


@family("profile", 100, 1000, 4000)
def rules_of_actions(count):
    return profile(
        [entry(["socket"], [equal(0, i)], "SCMP_ACT_ERRNO", errnoRet=i % 4000) for i in range(count)],
        default="SCMP_ACT_ALLOW",
    )


@family("profile", 100, 1000, 4000)
def rules_in_conflict(count):
    """Ranges of two actions, none of which begins where another does."""
    made = []
    for i in range(count):
        made.append(
            entry(
                ["socket"],
                [compare(0, "GE", 1000 * i), compare(1, "LT", 1000 * i)],
                "SCMP_ACT_ERRNO" if i % 2 else "SCMP_ACT_TRAP",
            )
        )
    return profile(made, default="SCMP_ACT_ALLOW")


@family("profile", 100, 1000, 4000)
def rules_six_arguments(count):
    rolls = dice("rules_six_arguments")
    return profile(
        [
            entry(["socket"], [equal(arg, rolls.getrandbits(40)) for arg in range(6)])
            for _ in range(count)
        ]
    )


@family("profile", 8, 100, 1000, 4000)
def rules_any_argument(count):
    """Each rule about one of the six arguments alone: any may hold with any."""
    rolls = dice("rules_any_argument")
    return profile([entry(["socket"], [equal(i % 6, rolls.getrandbits(40))]) for i in range(count)])


@family("profile", 8, 30, 100, 1000, 4000)
def rules_ranges(count):
    rolls = dice("rules_ranges")
    ops = ["GT", "GE", "LT", "LE"]
    return profile(
        [
            entry(
                ["socket"],
                [compare(arg, ops[rolls.getrandbits(2)], rolls.getrandbits(40)) for arg in range(6)],
            )
            for _ in range(count)
        ]
    )


@family("profile", 8, 30, 100, 1000, 4000)
def rules_mixed(count):
    rolls = dice("rules_mixed")
    ops = ["EQ", "NE", "GT", "GE", "LT", "LE", "MASKED_EQ", "MASKED_EQ"]
    made = []
    for _ in range(count):
        args = []
        for arg in range(1 + rolls.getrandbits(3) % 6):
            op = ops[rolls.getrandbits(3)]
            value = rolls.getrandbits(36)
            if op == "MASKED_EQ":
                mask = rolls.getrandbits(36)
                args.append(masked(arg, mask, value & mask))
            else:
                args.append(compare(arg, op, value))
        made.append(entry(["socket"], args))
    return profile(made)


@family("profile", 4, 8, 16, 64, 512, 4000)
def rules_masks(count):
    """Five comparisons of one bit each: those of a word that are told apart by runs explode."""
    rolls = dice("rules_masks")
    made = []
    for _ in range(count):
        args = []
        for arg in range(5):
            bit = 1 << rolls.getrandbits(5)
            args.append(masked(arg, bit, bit if rolls.getrandbits(1) else 0))
        made.append(entry(["socket"], args))
    return profile(made)


@family("profile", 8, 32, 64)
def rules_mirrored(count):
    """Bit i of argument 0 and bit i of argument 5: what no order of the words keeps small."""
    return profile(
        [entry(["socket"], [masked(0, 1 << i, 1 << i), masked(5, 1 << i, 1 << i)]) for i in range(count)]
    )


@family("profile", 8, 24, 64)
def rules_crossed(count):
    """The same, the bits of one word against those of the next ones in reverse."""
    made = []
    for i in range(count):
        first, second = i % 6, (i + 1 + i // 6) % 6
        bit, other = 1 << (i * 7 % 64), 1 << (63 - i * 5 % 64)
        made.append(entry(["socket"], [masked(first, bit, bit), masked(second, other, 0)]))
    return profile(made)


@family("profile", 2, 4, 8, 16)
def rules_masked_calls(count):
    """400 calls, each with its own eight rules of five bits."""
    rolls = dice("rules_masked_calls")
    made = []
    for name in calls()[:25 * count]:
        for _ in range(8):
            args = []
            for arg in range(5):
                bit = 1 << rolls.getrandbits(6)
                args.append(masked(arg, bit, bit))
            made.append(entry([name], args))
    return profile(made)


@family("profile", 2, 8, 50)
def rules_on_calls(count):
    """400 calls, each with its own comparisons."""
    rolls = dice("rules_on_calls")
    made = []
    for name in calls()[:350]:
        for _ in range(count):
            made.append(entry([name], [equal(rolls.getrandbits(3) % 6, rolls.getrandbits(40))]))
    return profile(made)


@family("profile", 16, 48)
def rules_nested_masks(count):
    """Values under masks of ever more bits, which runs of values cannot tell apart cheaply."""
    made = []
    for i in range(count):
        mask = (1 << i + 1) - 1
        made.append(entry(["socket"], [masked(i % 6, mask * 0x0101 & 0xFFFFFFFF, i * 0x55 & mask)]))
    return profile(made)


@family("profile", 100, 1000, 4000)
def rules_hardened(count):
    """Comparisons that --harden has to think about: past 32 bits, of ints."""
    ops = ["GE", "NE", "LT", "EQ"]
    return profile(
        [
            entry(["socket"], [compare(i % 3, ops[i % 4], (i << 32) + i * 7), compare((i + 1) % 3, "NE", i)])
            for i in range(count)
        ]
    )


@family("profile", 16)
def calls_by_door(count):
    """Rules on every call behind socketcall and ipc."""
    behind = ["socket", "bind", "connect", "listen", "accept4", "sendto", "semop", "msgget", "shmat"]
    return profile([entry(behind, [equal(1, i)]) for i in range(count * 16)])


@family("profile")
def one_rule_many_comparisons():
    return profile([entry(["socket"], [masked(0, 1 << i % 64, 0) for i in range(150000)])])


@family("profile")
def one_rule_big_arguments():
    body = text(profile_dict([entry(["socket"], [equal(0, 1)])]))
    return body.replace(b'"value":1', b'"value":' + b"1" * (MOST - len(body)))


def profile_dict(syscalls):
    return json.loads(profile(syscalls))


@family("profile", 1000, 100000)
def includes_many(count):
    return profile(
        [entry(["socket"], includes={"caps": [f"CAP_{i}" for i in range(count)], "arches": ["amd64"]})]
    )


@family("profile", 1000, 100000)
def excludes_many(count):
    return profile([entry(["socket"], excludes={"arches": [f"arch{i}" for i in range(count)]})])


@family("profile", 1000, 100000)
def arch_map_rows(count):
    rows = [{"architecture": f"SCMP_ARCH_{i}", "subArchitectures": []} for i in range(count)]
    return profile([entry(["socket"])], archMap=rows)


@family("profile", 1000, 100000)
def arch_map_same(count):
    rows = [{"architecture": "SCMP_ARCH_X86_64", "subArchitectures": []} for _ in range(count)]
    return profile([entry(["socket"])], archMap=rows)


@family("profile", 1000, 100000)
def sub_architectures(count):
    row = {"architecture": "SCMP_ARCH_X86_64", "subArchitectures": ["SCMP_ARCH_X86"] * count}
    return profile([entry(["socket"])], archMap=[row])


@family("profile", 1000, 100000)
def unknown_keys(count):
    return profile([entry(["socket"])], **{f"key{i}": i for i in range(count)})


@family("profile", 1000, 100000)
def flags_many(count):
    return profile([entry(["socket"])], flags=[f"SECCOMP_FILTER_FLAG_{i}" for i in range(count)])


@family("profile")
def comment_of_16_mib():
    return wrapped(b'{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"comment":"', b"c", b'","names":["read"],"action":"SCMP_ACT_ERRNO"}]}')


#
# JSON
#


@family("profile")
def json_arrays():
    return b"[" * (MOST // 2) + b"]" * (MOST // 2)


@family("profile")
def json_arrays_inside():
    return wrapped(b'{"syscalls":', b"[", b"}")


@family("profile")
def json_objects():
    return b'{"a":' * (MOST // 6)


@family("profile")
def json_string():
    return wrapped(b'{"defaultAction":"', b"A", b'"}')


@family("profile")
def json_open_string():
    return wrapped(b'{"', b"A", b"")


@family("profile")
def json_escapes():
    return wrapped(b'{"defaultAction":"', b"\\u0041", b'"}')


@family("profile")
def json_control_escapes():
    return wrapped(b'{"defaultAction":"', b"\\u0001", b'"}')


@family("profile")
def json_surrogates():
    return wrapped(b'{"defaultAction":"', b"\\ud83d\\ude00", b'"}')


@family("profile")
def json_key():
    return wrapped(b'{"', b"k", b'":1}')


@family("profile")
def json_white_space():
    return wrapped(b"{", b" ", b"}")


@family("profile")
def json_lines():
    return wrapped(b"{", b"\n", b"]")


@family("profile")
def json_numbers():
    return wrapped(b'{"syscalls":[0', b",1", b"]}")


@family("profile")
def json_million_digits():
    return b'{"defaultErrnoRet":' + b"9" * 1000000 + b"}"


@family("profile")
def json_values_at_bound():
    return b'{"x":[0' + b",0" * ((1 << 20) - 4) + b'],"defaultAction":"SCMP_ACT_ALLOW"}'


@family("profile")
def json_empty_objects():
    return b'{"x":[{}' + b",{}" * ((1 << 20) - 4) + b'],"defaultAction":"SCMP_ACT_ALLOW"}'


@family("profile")
def json_strings_at_bound():
    return b'{"x":[""' + b',"abcdefgh"' * ((1 << 20) - 4) + b'],"defaultAction":"SCMP_ACT_ALLOW"}'


@family("profile")
def json_same_keys():
    return wrapped(b'{"a":1', b',"a":1', b"}")


@family("profile")
def json_keys():
    return b"{" + b",".join(b'"%x":1' % i for i in range((1 << 20) - 4)) + b"}"


@family("profile")
def json_keys_of_objects():
    members = b",".join(b'"k%d":{"a":1,"b":2,"c":3}' % i for i in range(200000))
    return b'{"defaultAction":"SCMP_ACT_ALLOW","x":{' + members + b"}}"


#
# OCI runtime configs
#


@family("config")
def config_filter_last():
    every = {"ociVersion": "1.0.2", "process": {"env": ["A" * 15 * MIB]}}
    return text({**every, **annotated(profile_dict([entry(["socket"])]))})


@family("config")
def config_annotation():
    return text({"annotations": {"a": "A" * 15 * MIB}, **annotated(profile_dict([entry(["socket"])]))})


@family("config")
def config_crun_annotation():
    config = annotated(profile_dict([entry(["socket"])]))
    return text({"annotations": {"run.oci.seccomp_bpf_data": "A" * 15 * MIB}, **config})


@family("config")
def config_annotations():
    config = annotated(profile_dict([entry(["socket"])]))
    return text({"annotations": {f"key{i}": "value" for i in range(400000)}, **config})


@family("config")
def config_env():
    return text({**annotated(profile_dict([entry(["socket"])])), "mounts": [{"a": i} for i in range(400000)]})


@family("config")
def config_masks():
    return text(annotated(json.loads(rules_masks(64))))


@family("config")
def config_names():
    return text(annotated(json.loads(names_similar(100000))))


@family("config")
def config_white_space():
    config = text(annotated(profile_dict([entry(["socket"])])))
    return wrapped(b"{", b"\n", config[1:])


#
# Programs: 8-byte instructions, little endian
#

LD, ALU_IMM, JMP, RET = 0x20, 0x04, 0x05, 0x06
JEQ, JGT, JGE, JSET = 0x15, 0x25, 0x35, 0x45
LDI, LDX, LDM, LDXM, ST, STX, TAX, TXA = 0x00, 0x01, 0x60, 0x61, 0x02, 0x03, 0x07, 0x87
ALLOW, KILL, TRAP = 0x7FFF0000, 0, 0x00030000


def insn(code, jt=0, jf=0, k=0):
    return struct.pack("<HBBI", code, jt, jf, k & 0xFFFFFFFF)


def filled(block):
    """@block(i) again and again up to 4096 instructions, then a return."""
    made, i = [], 0
    while True:
        more = block(i)
        if len(made) + len(more) > 4094:
            break
        made += more
        i += 1
    return b"".join(made + [insn(RET, k=ALLOW), insn(RET, k=KILL)])


@family("program")
def program_diamonds():
    """Each diamond doubles the paths, and X keeps what it was."""
    return filled(
        lambda i: [
            insn(LD, k=16 + 4 * (i % 12)),
            insn(JSET, 0, 1, 1 << i % 32),
            insn(0x87),
            insn(0x0C),
            insn(TAX),
        ]
    )


@family("program")
def program_masks():
    return filled(
        lambda i: [insn(LD, k=16 + 4 * (i % 12)), insn(0x54, k=1 << i % 32), insn(0x4C), insn(TAX)]
    )


@family("program")
def program_multiply():
    return filled(lambda i: [insn(LD, k=16 + 4 * (i % 12)), insn(0x2C), insn(TAX)])


@family("program")
def program_divide():
    return filled(lambda i: [insn(LD, k=16 + 4 * (i % 12)), insn(0x34, k=i + 3), insn(0x0C), insn(TAX)])


@family("program")
def program_add_words():
    made = [insn(LDX | 0x00, k=0)]
    for i in range(12):
        made += [insn(LD, k=16 + 4 * i), insn(0x0C), insn(TAX)]
    made += [insn(JGT, 0, 1, 0x12345678), insn(RET, k=ALLOW), insn(RET, k=KILL)]
    return b"".join(made)


@family("program")
def program_multiply_words():
    made = [insn(LD, k=16), insn(TAX), insn(LD, k=24), insn(0x2C), insn(JEQ, 0, 1, 0x12345671)]
    return b"".join(made + [insn(RET, k=ALLOW), insn(RET, k=KILL)])


@family("program")
def program_compare_words():
    """Equality of words that stand far apart: bit by bit in each order."""
    made = [insn(LD, k=16), insn(TAX), insn(LD, k=56), insn(0x1D, 0, 1), insn(RET, k=ALLOW)]
    return b"".join(made + [insn(RET, k=KILL)])


@family("program")
def program_scratch():
    return filled(
        lambda i: [
            insn(LD, k=16 + 4 * (i % 12)),
            insn(ST, k=i % 16),
            insn(LDXM, k=(i + 5) % 16) if i > 16 else insn(LDX, k=i),
            insn(0xAC),
            insn(JSET, 1, 0, 1 << i % 31),
            insn(ST, k=(i + 3) % 16),
        ]
    )


@family("program")
def program_shifts():
    return filled(
        lambda i: [
            insn(LD, k=16 + 4 * (i % 12)),
            insn(0x64 if i % 2 else 0x74, k=1 + i % 7),
            insn(JSET, 0, 1, 3 << i % 30),
            insn(0x4C),
            insn(TAX),
        ]
    )


@family("program")
def program_equals():
    return filled(lambda i: [insn(LD, k=16), insn(JEQ, 0, 1, 7919 * i), insn(RET, k=TRAP + i)])


@family("program")
def program_equals_of_words():
    return filled(lambda i: [insn(LD, k=16 + i % 12 * 4), insn(JEQ, 0, 1, 7919 * i), insn(RET, k=TRAP + i)])


@family("program")
def program_ranges():
    rolls = dice("program_ranges")
    return filled(
        lambda i: [
            insn(LD, k=rolls.getrandbits(4) * 4),
            insn(JGT, 0, 2, rolls.getrandbits(32)),
            insn(LD, k=rolls.getrandbits(4) * 4),
            insn(JSET, 0, 1, 1 << rolls.getrandbits(5)),
            insn(RET, k=TRAP + i),
        ]
    )


@family("program")
def program_numbers():
    return filled(lambda i: [insn(LD, k=0), insn(JEQ, 0, 1, i), insn(RET, k=0x50000 + i)])


@family("program")
def program_arches():
    return filled(lambda i: [insn(LD, k=4), insn(JEQ, 0, 1, 0x40000000 + 5 * i), insn(RET, k=0x50000 + i)])


@family("program")
def program_chain():
    """One long chain of tests of masks, each with its own answer."""
    rolls = dice("program_chain")
    return filled(lambda i: [insn(LD, k=16 + 4 * (i % 12)), insn(JSET, 0, 1, rolls.getrandbits(32)), insn(RET, k=0x50000 + i)])


@family("program")
def program_jumps():
    """Back and forth between two tests, each target with many ways to it."""
    rolls = dice("program_jumps")
    made = [insn(LD, k=16)]
    for i in range(3800):
        made.append(insn([JEQ, JGT, JGE, JSET][i % 4], rolls.getrandbits(8), rolls.getrandbits(8), rolls.getrandbits(32)))
    made += [insn(RET, k=0x50000 + i) for i in range(295)]
    return b"".join(made)


@family("program")
def program_jumps_and_loads():
    rolls = dice("program_jumps_and_loads")
    made = [insn(LD, k=0)]
    for i in range(1900):
        made.append(insn(LD, k=rolls.getrandbits(4) * 4))
        made.append(insn([JEQ, JGT, JGE, JSET][i % 4], rolls.getrandbits(7), rolls.getrandbits(7), rolls.getrandbits(9)))
    made += [insn(RET, k=0x50000 + i) for i in range(295)]
    return b"".join(made)


@family("program")
def program_accumulated():
    """A sum of the bits of all words, held in the accumulator by branches."""
    made = [insn(LDI, k=0), insn(TAX)]
    for i in range(500):
        made += [insn(LD, k=16 + 4 * (i % 12)), insn(JSET, 0, 3, 1 << (i // 12 % 32)), insn(TXA), insn(0x04, k=1 + i % 3), insn(TAX)]
    made += [insn(TXA), insn(JEQ, 0, 1, 96), insn(RET, k=ALLOW), insn(RET, k=KILL)]
    return b"".join(made)


@family("program")
def program_accumulated_doubling():
    """The same as a number: as many values as paths."""
    made = [insn(LDI, k=0), insn(TAX)]
    for i in range(32):
        made += [insn(LD, k=16 + 4 * (i % 12)), insn(JSET, 0, 3, 1 << (i // 12)), insn(TXA), insn(0x04, k=1 << i), insn(TAX)]
    made += [insn(TXA), insn(JGT, 0, 1, 0x55555555), insn(RET, k=ALLOW), insn(RET, k=KILL)]
    return b"".join(made)


@family("program")
def program_text_of_16_mib():
    """Neither a program nor a profile."""
    return b"A" * MOST


#
# LXC's text, tables of cases
#


def lxc(lines):
    return b"2\nallowlist errno 1\n[all]\n" + lines


@family("lxc")
def lxc_lines():
    return lxc(b"".join(b"read\n" for _ in range(MOST // 5 - 10)))


@family("lxc")
def lxc_unknown():
    return lxc(b"".join(b"unknown%d\n" % i for i in range(MOST // 16)))


@family("lxc")
def lxc_one_line():
    return lxc(b"r" * (MOST - 100))


@family("lxc")
def lxc_empty_lines():
    return lxc(b"\n" * (MOST - 100))


@family("lxc")
def lxc_sections():
    return lxc(b"[x86_64]\n[all]\n" * (MOST // 16))


@family("lxc", 1000, 4000, 100000)
def lxc_rules(count):
    return lxc(b"".join(b"socket allow [0,%d,SCMP_CMP_EQ]\n" % (3 * i) for i in range(count)))


@family("lxc")
def lxc_comments():
    return lxc(b"# a comment\n" * (MOST // 13))


@family("cases")
def cases_lines():
    return wrapped(b"", b"x86_64 read 0\n", b"")


@family("cases")
def cases_ranges():
    return wrapped(b"", b"* 0..65535 0\n", b"")


@family("cases")
def cases_one_range():
    return b"* 0..65535 0\n" * 256


@family("cases")
def cases_failing():
    return b"x86_64 0..65535 = TRAP(5)\n" * 64


@family("cases")
def cases_one_line():
    return wrapped(b"x86_64 read ", b"1", b"")


@family("cases")
def cases_comments():
    return wrapped(b"", b"# comment\n", b"")


@family("cases")
def cases_unknown():
    return wrapped(b"", b"x86_64 unknown 0\n", b"")


#
# Blobs that are none, weights, listings, caches
#


@family("blob")
def blob_zeros():
    return bytes(8 * MIB)


@family("listing")
def listing_lines():
    return wrapped(b"", b"    ret #0x7fff0000\n", b"")


@family("listing")
def listing_labels():
    return b"".join(b"l%d:\n" % i for i in range(100000)) + b"    ret #0x7fff0000\n"


@family("listing")
def listing_jumps():
    return b"".join(b"l%d: jmp l%d\n" % (i, i + 1) for i in range(4000)) + b"l4000: ret #0x7fff0000\n"


@family("weights")
def weights_lines():
    return wrapped(b"", b"read 1\n", b"")


@family("cache")
def cache_of_files():
    return 100000


def write_cache(path, count):
    os.makedirs(path, 0o700)
    for i in range(count):
        with open(os.path.join(path, f"{i:064x}.blob"), "wb"):
            pass


def write(folder, name):
    kind, function, size = INPUTS[name]
    path = os.path.join(folder, name)
    made = function() if size is None else function(size)
    if kind == "cache":
        write_cache(path, made)
    else:
        with open(path, "wb") as file:
            file.write(made)
    return path


def main():
    if len(sys.argv) < 2:
        for name, (kind, _, _) in INPUTS.items():
            print(name, kind)
        return
    for name in sys.argv[2:]:
        write(sys.argv[1], name)


if __name__ == "__main__":
    main()
