#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Random histories through `commitbench root` against an independent oracle, root by root.

usage: mpt_differential.py COMMITBENCH SHARED_DIR [--operations N] [--seed N]

The oracle is SHARED_DIR/reference/oracle/mpt_ref.py (plain Python, its own Keccak): it recomputes the root of the whole key
set after every batch. A failure prints the seed that replays it. Exit 77 (skipped) where the oracle is missing.
"""
from __future__ import annotations

import argparse
import random
import subprocess
import sys
from pathlib import Path

BATCH = 1000  # operations before a root is compared: the oracle needs about 0.5 ms a live key for each
SPECS = ("mpt:store=memory", "mpt:store=lmdb", "mpt:store=rocksdb", "mpt:store=memory,secure=on")
SHAPES = {  # name: (shortest key, longest key, byte values, distinct keys)
    "words with deep prefixes": (1, 5, (0x00, 0x01, 0x10, 0x11), 150),
    "32 bytes with long shared paths": (32, 32, (0x00, 0x11), 120),
    "32 bytes, uniform": (32, 32, tuple(range(256)), 150),
}


def history(rng: random.Random, shape: str, operations: int) -> list[list[tuple[bytes, bytes]]]:
    """Batches of (key, value); an empty value deletes. Batches alternate between growing and shrinking."""
    shortest, longest, alphabet, distinct = SHAPES[shape]
    pool = [bytes(rng.choice(alphabet) for _ in range(rng.randint(shortest, longest))) for _ in range(distinct)]
    batches = []
    for number in range(operations // BATCH):
        deletions = (0.2, 0.5, 0.9)[number % 3]
        batch = []
        for _ in range(BATCH):
            key = rng.choice(pool)
            length = rng.choice((1, 5, 28, 31, 32, 33, 70))
            batch.append((key, b"" if rng.random() < deletions else rng.randbytes(length)))
        batches.append(batch)
    return batches


def check(program: str, oracle, spec: str, shape: str, seed: int, operations: int) -> bool:
    batches = history(random.Random(f"{seed}/{spec}/{shape}"), shape, operations)
    lines = []
    for batch in batches:
        lines += [f"put {key.hex()} {value.hex()}" if value else f"delete {key.hex()}" for key, value in batch]
        lines.append("commit")
    done = subprocess.run([program, "root", "--backend", spec, "-"], input="\n".join(lines) + "\n",
                          capture_output=True, text=True, check=False)
    roots = [line.removeprefix("0x") for line in done.stdout.split()]
    if done.returncode != 0 or len(roots) != len(batches):
        print(f"FAILED {spec}, {shape}, seed {seed}: exit {done.returncode}, {len(roots)} roots: {done.stderr.strip()}")
        return False
    state: dict[bytes, bytes] = {}
    compute = oracle.secure_root if "secure=on" in spec else oracle.mpt_root
    for number, (batch, root) in enumerate(zip(batches, roots)):
        for key, value in batch:
            state[key] = value
            if not value:
                del state[key]
        if compute(state).hex() != root:
            print(f"FAILED {spec}, {shape}, seed {seed}: batch {number}: got {root}, expected {compute(state).hex()}")
            return False
    return True


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("commitbench")
    parser.add_argument("shared_dir")
    parser.add_argument("--operations", type=int, default=120_000, help="in all")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    folder = Path(arguments.shared_dir) / "reference" / "oracle"
    if not folder.is_dir():
        print(f"skipped: {folder} is not here")
        return 77
    sys.path.insert(0, str(folder))
    import mpt_ref  # noqa: PLC0415

    combinations = [(spec, shape) for spec in SPECS for shape in SHAPES]
    each = max(BATCH, arguments.operations // len(combinations))
    print(f"seed {arguments.seed}: {each * len(combinations)} operations over {len(combinations)} histories")
    results = [check(arguments.commitbench, mpt_ref, spec, shape, arguments.seed, each) for spec, shape in combinations]
    print(f"{sum(results)} passed, {len(results) - sum(results)} failed")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
