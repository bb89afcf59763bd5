#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Logs of dm-log-writes for replay.sh, and what replaying them must give.

make-log.py random LOG DIR SECTORSIZE SEED   entries of all kinds; DIR gets the images
make-log.py escape LOG                       a mark that no terminal should see
make-log.py huge LOG                         10 GiB in 5001 entries, payload in holes
make-log.py size LOG BYTES                   writes of 64 KiB, no hole
make-log.py next LOG N                       sector of the log behind the Nth entry
make-log.py bounded BYTES ENTRIES CMD...     runs it: at most so much memory, that many entries
"""
import json
import os
import random
import resource
import struct
import subprocess
import sys
import time

MAGIC = 0x6A736677736872
FLUSH, FUA, DISCARD, MARK, METADATA = 1, 2, 4, 8, 16


def superblock(count, ss):
    return struct.pack("<QQQII", MAGIC, 1, count, ss, 0).ljust(ss, b"\0")


def entry(ss, sector, n, flags, text=b""):
    return (struct.pack("<QQQQ", sector, n, flags, len(text)) + text).ljust(ss, b"\0")


def apply(image, at, data):
    """What the device holds; it is as long as what was ever written or discarded."""
    if len(image) < at + len(data):
        image.extend(bytes(at + len(data) - len(image)))
    image[at:at + len(data)] = data


def save(path, image):
    with open(path, "wb") as f:
        f.write(image)


def make_random(path, where, ss, seed):
    rng = random.Random(seed)
    count = 300
    image, kept = bytearray(), bytearray()
    kinds = {"write": 0, "discard": 0, "flush": 0, "mark": 0}
    flushes = written = 0
    with open(path, "wb") as log:
        log.write(superblock(count, ss))
        for i in range(count):
            kind = rng.choice(["write"] * 6 + ["discard", "flush", "mark"])
            if i == 150:
                kind = "mark"
            if i == count - 1:
                kind = "write"  # so that a byte less is missed
            flags = rng.choice([0, FLUSH, FUA, METADATA, FUA | METADATA])
            sector, n = rng.randrange(2000), rng.randrange(1, 65)
            if kind == "write":
                data = rng.randbytes(n * ss)
                log.write(entry(ss, sector, n, flags) + data)
                apply(image, sector * ss, data)
                apply(kept, sector * ss, data)
                written += len(data)
            elif kind == "discard":
                n = rng.randrange(1, 1000)
                flags |= DISCARD
                log.write(entry(ss, sector, n, flags))
                apply(image, sector * ss, bytes(n * ss))
            elif kind == "flush":
                flags = FLUSH
                log.write(entry(ss, rng.randrange(1 << 60), 0, flags))
            else:
                flags = MARK
                log.write(entry(ss, 0, 0, flags, b"middle" if i == 150 else b"mark %d" % i))
            kinds[kind] += 1
            flushes += flags & FLUSH
            if i == 10:
                save(where + "/entry10.img", image)
            if i == 150:
                save(where + "/middle.img", image)
    save(where + "/all.img", image)
    save(where + "/no-discard.img", kept)
    with open(path + ".json", "w") as f:
        json.dump({"entries": count, "kinds": kinds, "written_bytes": written,
                   "device_bytes": len(image), "sectorsize": ss}, f)
    for name, n in (("entries", count), ("flushes", flushes)):
        with open(f"{where}/{name}", "w") as f:
            f.write(str(n))


def make_escape(path):
    with open(path, "wb") as log:
        log.write(superblock(1, 512) + entry(512, 0, 0, MARK, b"\033]0;mine\007\n\xff"))


def make_huge(path):
    n, sectors = 5000, 4200
    with open(path, "wb") as log:
        log.write(superblock(n + 1, 512))
        for i in range(n):
            log.write(entry(512, i * sectors, sectors, FUA if i % 9 else FLUSH))
            log.seek(sectors * 512, os.SEEK_CUR)
        log.write(entry(512, 0, 0, FLUSH))
    assert os.path.getsize(path) > 10 << 30


def make_size(path, size):
    data = random.Random(1).randbytes(1 << 16)
    n = size // (len(data) + 512)
    with open(path, "wb") as log:
        log.write(superblock(n, 512))
        for i in range(n):
            log.write(entry(512, i * 128, 128, 0) + data)


def bounded(limit, entries, command):
    start = time.monotonic()
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    spent = time.monotonic() - start
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    print(f"{entries} entries in {spent:.2f} s, {entries / spent:.0f}/s, peak {peak >> 20} MiB")
    assert json.loads(done.stdout)["entries"] == entries, "entries"
    assert peak <= limit, "memory"


def behind(path, wanted):
    with open(path, "rb") as log:
        ss = struct.unpack("<QQQI", log.read(28))[3]
        log.seek(ss)
        for _ in range(wanted + 1):
            _, n, flags, _ = struct.unpack("<QQQQ", log.read(32))
            log.seek(ss - 32 + (0 if flags & DISCARD else n * ss), os.SEEK_CUR)
        print(log.tell() // ss)


what, rest = sys.argv[1], sys.argv[2:]
if what == "random":
    make_random(rest[0], rest[1], int(rest[2]), int(rest[3]))
elif what == "escape":
    make_escape(rest[0])
elif what == "huge":
    make_huge(rest[0])
elif what == "size":
    make_size(rest[0], int(rest[1]))
elif what == "next":
    behind(rest[0], int(rest[1]))
else:
    bounded(int(rest[0]), int(rest[1]), rest[2:])
