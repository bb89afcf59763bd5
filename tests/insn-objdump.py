#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Does checker/plugin/insn.c see what objdump sees?

    make build/tests/insn-classify && tests/insn-objdump.py [FILE...]

Every instruction of the programs, libraries and kernel images (bzImage too) is
decoded by both; without a FILE those of libc and of the guest's kernel. What
objdump calls a write-back, fence, LOCK, serialising, I/O or non-temporal
instruction must be one for us, with the same address, and nothing else may be.
AVX-512 (EVEX, which begins with 62) is left out: no TCG executes it.
"""
import glob
import lzma
import os
import re
import shutil
import subprocess
import sys
import tempfile

CLASSIFY = "build/tests/insn-classify"
CORPUS = ["/lib/x86_64-linux-gnu/libc.so.6", "/lib64/libc.so.6",
          "build/guest/kernel-6.12/boot/vmlinuz-*"]
OTHER, WRITE_BACK, FENCE, MARK = range(4)
SFENCE, MFENCE, LOCK, SERIAL, IO = range(5)
NT, STRING, WIDE, LOCKED = 2, 4, 8, 16
REGISTERS = "rax rcx rdx rbx rsp rbp rsi rdi".split() + [f"r{i}" for i in range(8, 16)]
NUMBER = {name: i for i, name in enumerate(REGISTERS)}
NUMBER |= {"e" + name[1:]: i for i, name in enumerate(REGISTERS[:8])}
NUMBER |= {f"r{i}d": i for i in range(8, 16)} | {"rip": 17, "eip": 17}
SERIALISING = {"cpuid", "wrmsr", "wbinvd", "wbnoinvd", "invlpg", "iret", "iretq", "iretl", "iretw"}
WRITE_BACKS = {"clwb": 0, "clflushopt": 1, "clflush": 2}
LOCKABLE = re.compile(r"(add|adc|and|bt[crs]|cmpxchg|dec|inc|neg|not|or|sbb|sub|x(or|add|chg))")
PREFIXES = {"rep", "repz", "repnz", "cs", "ds", "es", "ss", "fs", "gs", "data16", "addr32", "bnd",
            "notrack", "xacquire", "xrelease"}
MEMORY = re.compile(r"(?:%(fs|gs|ds|cs|es|ss):)?(-?0x[0-9a-f]+|)"
                    r"(?:\((%\w+)?(?:,(%\w+),([1248]))?\))?(?: +#.*)?$")


def is_store_nt(op):
    return re.fullmatch(r"v?movnt(i|q|dq|ps|pd|ss|sd)l?", op) or op.startswith("maskmov") \
        or op == "vmaskmovdqu"


def expected(text):
    """(kind, detail, NT and LOCKED of the flags) by objdump's words."""
    words, lock = text.split(), False
    while words and (words[0] in PREFIXES or words[0] == "lock" or words[0].startswith("rex")):
        lock |= words.pop(0) == "lock"
    if not words or lock and not LOCKABLE.match(words[0]):
        return None  # data between the functions
    op, args = words[0], " ".join(words[1:])
    if text == "xchg   %bx,%bx":
        return MARK, 0, 0
    if lock or op.startswith("xchg") and "(" in args or re.match(r"xchg\w* .*[^%\w]0x", text):
        return FENCE, LOCK, LOCKED
    if op in WRITE_BACKS:
        return WRITE_BACK, WRITE_BACKS[op], 0
    if op in ("sfence", "mfence"):
        return FENCE, SFENCE if op == "sfence" else MFENCE, 0
    if op in SERIALISING or op == "mov" and args.endswith(",%cr3"):
        return FENCE, SERIAL, 0
    if re.fullmatch(r"(in|out)(s?[bwl])?", op):
        return FENCE, IO, 0
    return OTHER, 0, NT if is_store_nt(op) else 0


def operand(text, length):
    """What insn-classify prints of the address, by objdump's operand."""
    words = text.split()
    m = MEMORY.match(" ".join(words[[w in WRITE_BACKS for w in words].index(True) + 1:]))
    segment, displacement, base, index, scale = m.groups()
    value = int(displacement or "0", 0)
    value -= 1 << 64 if value >= 1 << 63 else 0
    if base in ("%rip", "%eip"):
        value += length
    return [NUMBER[base[1:]] if base else 16, NUMBER[index[1:]] if index and index[2:] != "iz"
        else 16, int(scale or 1), {"fs": 18, "gs": 19}.get(segment, 16), value]


def agrees(text, length, line):
    want = expected(text)
    got = [int(word) for word in line.split()]
    if not want:
        return True
    if (got[0], got[1], got[2] & (NT | LOCKED)) != want:
        return False
    if got[0] != WRITE_BACK:
        return True
    address = operand(text, length)
    if address[1] == 16:
        address[2] = got[6]
    return got[4:9] == address


def unpack(path):
    """A bzImage's vmlinux, if it is packed with xz; or the file as it is."""
    data = open(path, "rb").read()
    at = data.find(b"\xfd7zXZ\0") if data[:4] != b"\x7fELF" else -1
    if at < 0:
        return path, None
    out = tempfile.NamedTemporaryFile(suffix=".vmlinux")
    out.write(lzma.LZMADecompressor().decompress(data[at:]))
    out.flush()
    return out.name, out


def disassemble(path):
    objdump = subprocess.Popen(["objdump", "-d", "-w", "--no-addresses", path],
                   stdout=subprocess.PIPE, text=True, errors="replace")
    for line in objdump.stdout:
        part = line.rstrip("\n").split("\t")
        if len(part) == 3 and "(bad)" not in part[2] and not part[1].startswith("62 "):
            yield part[1].replace(" ", ""), part[2].strip()
    if objdump.wait():
        sys.exit(f"objdump {path} failed")


def compare(path):
    name, kept = unpack(path)
    seen = {}
    for code, text in disassemble(name):
        seen.setdefault(code, text)
    out = subprocess.run([CLASSIFY], input="\n".join(seen) + "\n", stdout=subprocess.PIPE,
                 text=True, check=True).stdout.splitlines()
    wrong = [f"{code}: {text}: {line}" for (code, text), line in zip(seen.items(), out)
         if not agrees(text, len(code) // 2, line)]
    matter = sum((expected(text) or (0, 0, 0)) != (OTHER, 0, 0) for text in seen.values())
    print(f"{path}: {len(seen)} encodings, {matter} that matter, {len(wrong)} taken wrong")
    print("\n".join(wrong[:20]), end="\n" if wrong else "")
    del kept
    return bool(wrong) or len(out) != len(seen) or not seen


def main():
    os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
    corpus = sys.argv[1:] or [path for pattern in CORPUS for path in glob.glob(pattern)]
    if not corpus or not shutil.which("objdump"):
        print("needs objdump, and something for it to read")
        return 77
    return max([compare(path) for path in corpus])


if __name__ == "__main__":
    sys.exit(main())
