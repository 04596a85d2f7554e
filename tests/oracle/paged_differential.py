#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Random histories through `commitbench root --backend paged` against an independent oracle, root by root.

usage: paged_differential.py COMMITBENCH SHARED_DIR [--operations N] [--seed N]

The oracle is SHARED_DIR/reference/oracle/nomt_ref.py (plain Python, its own BLAKE3): it recomputes the root of the whole key
set after every batch. One history for every combination of the axes, each with its own keys, batches and hash function; two in
five reopen the database after every batch. A failure prints the command that replays it. A store that the backend does not
have is left out, and said so. Exit 77 (skipped) where the oracle is missing.
"""
from __future__ import annotations

import itertools
import random
import sys
from typing import Callable, NamedTuple

from histories import Op, State, announce, first_difference, parse_arguments, sum_up
from paged_options import available

STORES = ("memory", "lmdb", "rocksdb", "file")
ELIDE = (0, 1, 4, 20, 64)
WORKERS = (1, 2, 7)
CACHES = (0, 4)  # what the budget leaves; less than one history takes
BATCH_SIZES = (1, 2, 7, 40, 150, 500)
VALUE_SIZES = (0, 1, 8, 31, 32, 33, 64, 65, 100, 1100)
# BLAKE3 and Keccak of the oracle take 0.1 and 0.3 ms a node, SHA-256 (the standard library's) a microsecond: so the others
# get every ninth history and an eighth of the keys.
FUNCTIONS = ("sha256",) * 4 + ("blake3",) + ("sha256",) * 3 + ("keccak256",)
SLOW_DIVISOR = 8

Hash = Callable[[bytes], bytes]


def with_prefix(key: bytes, prefix: bytes, bits: int) -> bytes:
    """`key` with its first `bits` bits replaced by those of `prefix`."""
    low = (1 << (256 - bits)) - 1
    return (int.from_bytes(prefix, "big") & ~low | int.from_bytes(key, "big") & low).to_bytes(32, "big")


def flipped(key: bytes, bit: int) -> bytes:
    return (int.from_bytes(key, "big") ^ 1 << (255 - bit)).to_bytes(32, "big")


def uniform(rng: random.Random, count: int) -> list[bytes]:
    return [rng.randbytes(32) for _ in range(count)]


def clusters(rng: random.Random, count: int) -> list[bytes]:
    """Sub-trees around the sizes at which pages are elided, below prefixes of 12, 13 and 18 bits."""
    keys = uniform(rng, count // 10)
    while len(keys) < count:
        prefix, bits = rng.randbytes(32), rng.choice((12, 13, 18))
        keys += [with_prefix(rng.randbytes(32), prefix, bits) for _ in range(rng.choice((2, 19, 20, 21, 64, 70)))]
    return keys


def ladders(rng: random.Random, count: int) -> list[bytes]:
    """Chains with an empty side: keys that differ in one bit, and runs of numbers."""
    keys: list[bytes] = []
    while len(keys) < count:
        base = rng.randbytes(32)
        bits = rng.sample(range(256), min(count // 4, 40)) + [254, 255]
        keys += [base] + [flipped(base, bit) for bit in bits] + [number.to_bytes(32, "big") for number in range(count // 8)]
    return keys


def mixed(rng: random.Random, count: int) -> list[bytes]:
    keys = uniform(rng, count // 3)
    while len(keys) < count:
        near, bits = rng.choice(keys), rng.randrange(256)
        keys.append(flipped(with_prefix(rng.randbytes(32), near, bits + 1), bits))
    return keys


SHAPES = (uniform, clusters, ladders, mixed)


class History(NamedTuple):
    function: str
    batches: list[list[Op]]


def history(rng: random.Random, number: int, operations: int) -> History:
    """Batches that grow, churn and shrink the key set in turn, small and large."""
    function = FUNCTIONS[number % len(FUNCTIONS)]
    pool = SHAPES[number % len(SHAPES)](rng, 400 if function == "sha256" else 400 // SLOW_DIVISOR)
    batches: list[list[Op]] = []
    done = 0
    while done < operations:
        size = min(rng.choice(BATCH_SIZES), operations - done)
        deletions = (0.1, 0.5, 0.9)[len(batches) // 3 % 3]
        batch: list[Op] = []
        for _ in range(size):
            value = None if rng.random() < deletions else rng.randbytes(rng.choice(VALUE_SIZES))
            batch.append((rng.choice(pool), value))
        batches.append(batch)
        done += size
    return History(function, batches)


class Setting(NamedTuple):
    spec: str  # without hash=
    workers: int


def settings(program: str) -> list[Setting]:
    return [Setting(f"paged:store={store},elide={elide},cache-pages={cache}", workers)
            for store, elide, cache, workers in itertools.product(available(program, "store", STORES), ELIDE, CACHES, WORKERS)]


def main() -> int:
    arguments = parse_arguments(__doc__.splitlines()[0], 30_000)
    import mpt_ref  # noqa: PLC0415
    import nomt_ref  # noqa: PLC0415

    functions: dict[str, Hash] = {"sha256": nomt_ref.sha256, "blake3": nomt_ref.blake3, "keccak256": mpt_ref.keccak256}
    given = settings(arguments.commitbench)
    each = max(50, arguments.operations // len(given))
    announce(arguments.seed, each, len(given))
    failed = 0
    for number, setting in enumerate(given):
        made = history(random.Random(f"{arguments.seed}/{number}"), number, each)
        known: dict[bytes, bytes] = {}  # hashes of values: most are asked for again after every batch

        def value_hash(value: bytes, known: dict[bytes, bytes] = known, hash_of: Hash = functions[made.function]) -> bytes:
            if value not in known:
                known[value] = hash_of(value)
            return known[value]

        def root_of(state: State, function: str = made.function) -> str:
            hashed = sorted((key, value_hash(value)) for key, value in state.items())
            return nomt_ref.root_of_hashed(hashed, functions[function]).hex()

        reopen = number % 5 < 2
        options = ["--backend", f"{setting.spec},hash={made.function}", "--workers", str(setting.workers),
                   *(["--reopen"] if reopen else [])]
        wrong = first_difference(arguments.commitbench, options, made.batches, root_of)
        if wrong:
            failed += 1
            print(f"FAILED history {number}, {setting.spec},hash={made.function}, {setting.workers} workers"
                  f"{', reopened' if reopen else ''}: {wrong}")
    return sum_up(arguments, len(given), failed)


if __name__ == "__main__":
    sys.exit(main())
