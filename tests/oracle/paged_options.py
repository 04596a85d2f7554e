# SPDX-License-Identifier: Apache-2.0
"""The options of the backend `paged`, as the program itself describes them."""
from __future__ import annotations

import subprocess


def ranges(program: str) -> dict[str, str]:
    """Each option and its range, as "memory|lmdb"."""
    done = subprocess.run([program, "describe", "backend", "paged"], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{program} describe backend paged: exit {done.returncode}: {done.stderr.strip()}")
    rows = [line.split() for line in done.stdout.splitlines() if line.startswith("  ")]
    return {row[0]: row[4] for row in rows if row[0] != "option"}


def available(program: str, option: str, wanted: tuple[str, ...]) -> tuple[str, ...]:
    """What the option offers of `wanted`; says what it leaves out."""
    offered = ranges(program).get(option, "").split("|")
    for value in wanted:
        if value not in offered:
            print(f"left out: paged has no {option}={value}")
    return tuple(value for value in wanted if value in offered)
