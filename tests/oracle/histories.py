# SPDX-License-Identifier: Apache-2.0
"""What the differential oracles share: their command line, and how a history is played through `commitbench root`."""
from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path
from typing import Callable, Optional

Op = tuple[bytes, Optional[bytes]]  # key, value or None for a deletion
State = dict[bytes, bytes]


def parse_arguments(title: str, operations: int) -> argparse.Namespace:
    """COMMITBENCH SHARED_DIR [--operations N] [--seed N]. Makes the oracles' modules importable; exit 77 where they are missing."""
    parser = argparse.ArgumentParser(description=title)
    parser.add_argument("commitbench")
    parser.add_argument("shared_dir")
    parser.add_argument("--operations", type=int, default=operations, help="in all")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    folder = Path(arguments.shared_dir) / "reference" / "oracle"
    if not folder.is_dir():
        print(f"skipped: {folder} is not here")
        raise SystemExit(77)
    sys.path.insert(0, str(folder))
    return arguments


def announce(seed: int, each: int, histories: int) -> None:
    print(f"seed {seed}: {each * histories} operations over {histories} histories")


def sum_up(arguments: argparse.Namespace, histories: int, failed: int) -> int:
    """The last lines; the exit code."""
    print(f"{histories - failed} passed, {failed} failed")
    if failed:
        print(f"replay: {' '.join(sys.argv[:3])} --operations {arguments.operations} --seed {arguments.seed}")
    return 1 if failed else 0


def first_difference(program: str, options: list[str], batches: list[list[Op]],
                     root_of: Callable[[State], str]) -> Optional[str]:
    """What is wrong with the roots that `commitbench root OPTIONS` prints after each batch, or None. `root_of` is asked for hex."""
    lines = []
    for batch in batches:
        lines += [f"delete {key.hex()}" if value is None else f"put {key.hex()} 0x{value.hex()}" for key, value in batch]
        lines.append("commit")
    done = subprocess.run([program, "root", *options, "-"], input="\n".join(lines) + "\n", capture_output=True, text=True,
                          check=False)
    roots = [line.removeprefix("0x") for line in done.stdout.split()]
    state: State = {}
    for number, (batch, root) in enumerate(zip(batches, roots)):
        for key, value in batch:
            state.pop(key, None)
            if value is not None:
                state[key] = value
        expected = root_of(state)
        if root != expected:
            return f"batch {number} ({len(batch)} operations, then {len(state)} keys): got {root}, expected {expected}"
    if done.returncode != 0 or len(roots) != len(batches):
        return f"exit {done.returncode} after {len(roots)} of {len(batches)} batches: {done.stderr.strip()}"
    return None
