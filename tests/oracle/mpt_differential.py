#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Random histories through `commitbench root` against an independent oracle, root by root.

usage: mpt_differential.py COMMITBENCH SHARED_DIR [--operations N] [--seed N]

The oracle is SHARED_DIR/reference/oracle/mpt_ref.py (plain Python, its own Keccak): it recomputes the root of the whole key
set after every batch. A failure prints the seed that replays it. Exit 77 (skipped) where the oracle is missing.
"""
from __future__ import annotations

import random
import sys
from typing import Callable

from histories import Op, State, announce, first_difference, parse_arguments, sum_up

BATCH = 1000  # operations before a root is compared: the oracle needs about 0.5 ms a live key for each
SPECS = ("mpt:store=memory", "mpt:store=lmdb", "mpt:store=rocksdb", "mpt:store=memory,secure=on")
SHAPES = {  # name: (shortest key, longest key, byte values, distinct keys)
    "words with deep prefixes": (1, 5, (0x00, 0x01, 0x10, 0x11), 150),
    "32 bytes with long shared paths": (32, 32, (0x00, 0x11), 120),
    "32 bytes, uniform": (32, 32, tuple(range(256)), 150),
}


def history(rng: random.Random, shape: str, operations: int) -> list[list[Op]]:
    """Batches alternate between growing and shrinking."""
    shortest, longest, alphabet, distinct = SHAPES[shape]
    pool = [bytes(rng.choice(alphabet) for _ in range(rng.randint(shortest, longest))) for _ in range(distinct)]
    batches: list[list[Op]] = []
    for number in range(operations // BATCH):
        deletions = (0.2, 0.5, 0.9)[number % 3]
        batch: list[Op] = []
        for _ in range(BATCH):
            key = rng.choice(pool)
            length = rng.choice((1, 5, 28, 31, 32, 33, 70))
            batch.append((key, None if rng.random() < deletions else rng.randbytes(length)))
        batches.append(batch)
    return batches


def main() -> int:
    arguments = parse_arguments(__doc__.splitlines()[0], 120_000)
    import mpt_ref  # noqa: PLC0415

    combinations = [(spec, shape) for spec in SPECS for shape in SHAPES]
    each = max(BATCH, arguments.operations // len(combinations))
    announce(arguments.seed, each, len(combinations))
    failed = 0
    for spec, shape in combinations:
        batches = history(random.Random(f"{arguments.seed}/{spec}/{shape}"), shape, each)
        compute = mpt_ref.secure_root if "secure=on" in spec else mpt_ref.mpt_root

        def root_of(state: State, compute: Callable[[State], bytes] = compute) -> str:
            return compute(state).hex()

        wrong = first_difference(arguments.commitbench, ["--backend", spec], batches, root_of)
        if wrong:
            failed += 1
            print(f"FAILED {spec}, {shape}: {wrong}")
    return sum_up(arguments, len(combinations), failed)


if __name__ == "__main__":
    sys.exit(main())
