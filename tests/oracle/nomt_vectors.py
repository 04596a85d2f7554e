#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs every case of the binary trie's root vectors through `commitbench root --backend paged`.

usage: nomt_vectors.py COMMITBENCH SHARED_DIR [--all] [--backend SPEC]...

Origin of the vectors: SHARED_DIR/vectors/nomt/README.md (group `published` restates the tests of NOMT 1.0.4). Both hashes;
without --backend on every store without elided pages, and with them with each batch split and reopened. Opening a store on
disk a thousand times takes a minute or two, so that each of them gets one case in ten there, unless --all asks for every
one. Cases run one after another in one database: each ends with the deletion of all its keys, after which the root must be
zero. Exit 77 (skipped) where SHARED_DIR has no vectors.
"""
from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple, Optional

from paged_options import available

STORES = ("memory", "lmdb", "rocksdb", "file")
EMPTY_ROOT = "00" * 32
SHARE = 10  # one case in so many is reopened on disk

Op = tuple[bytes, Optional[bytes]]  # key, value or None for a deletion


class Case(NamedTuple):
    name: str
    batches: list[list[Op]]
    roots: list[str]


def lines_of(ops: list[Op]) -> list[str]:
    return [f"delete {key.hex()}" if value is None else f"put {key.hex()} 0x{value.hex()}" for key, value in ops]


def script_of(cases: list[Case], split: bool) -> tuple[str, list[tuple[str, Optional[str]]]]:
    """The script, and for each of its commits what it is and the root that it must give (None: any)."""
    lines: list[str] = []
    expected: list[tuple[str, Optional[str]]] = []

    def commit(ops: list[Op], what: str, root: Optional[str]) -> None:
        lines.extend(lines_of(ops))
        lines.append("commit")
        expected.append((what, root))

    for case in cases:
        live: set[bytes] = set()
        for number, (ops, root) in enumerate(zip(case.batches, case.roots)):
            what = f"{case.name}, batch {number}"
            cut = len(ops) // 3 if split else 0
            if cut:
                commit(ops[:cut], what + ", first third", None)
            commit(ops[cut:], what, root)
            for key, value in ops:
                live.add(key)
                if value is None:
                    live.discard(key)
        commit([(key, None) for key in sorted(live)], f"{case.name}, all deleted", EMPTY_ROOT)
    return "\n".join(lines) + "\n", expected


def run(program: str, spec: str, cases: list[Case], *, split: bool) -> tuple[int, int]:
    """(roots that agree, roots that do not)"""
    script, expected = script_of(cases, split)
    command = [program, "root", "--backend", spec, *(["--reopen"] if split else []), "-"]
    done = subprocess.run(command, input=script, capture_output=True, text=True, check=False)
    roots = done.stdout.split()
    if done.returncode != 0 or len(roots) != len(expected):
        where = expected[len(roots)][0] if len(roots) < len(expected) else "the end"
        print(f"FAILED {' '.join(command)}: exit {done.returncode} at {where}: {done.stderr.strip()}")
    passed = failed = 0
    for (what, root), got in zip(expected, roots):
        if root is None:
            continue
        if got.removeprefix("0x") == root:
            passed += 1
            continue
        failed += 1
        if failed <= 5:
            print(f"FAILED {spec}{', split and reopened' if split else ''}: {what}: got {got}, expected {root}")
    return passed, failed + sum(root is not None for _, root in expected[len(roots):])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("commitbench")
    parser.add_argument("shared_dir")
    parser.add_argument("--backend", action="append", help="a spec without hash=; instead of all stores")
    parser.add_argument("--all", action="store_true", help="every case also where it is split and reopened on disk")
    arguments = parser.parse_args()
    shared = Path(arguments.shared_dir)
    vectors = shared / "vectors" / "nomt" / "roots.json"
    if not vectors.is_file():
        print(f"skipped: {vectors} is not here")
        return 77
    sys.path.insert(0, str(shared / "reference" / "oracle"))
    import check_vectors  # evaluates the input grammar  # noqa: PLC0415

    cases: dict[str, list[Case]] = {"blake3": [], "sha256": []}
    for name, function, batches, roots in check_vectors.nomt_scripts(str(vectors)):
        cases[function].append(Case(name, batches, roots))
    runs = [(spec, split, slice(None)) for spec in arguments.backend or () for split in (False, True)]
    if not runs:
        for number, store in enumerate(available(arguments.commitbench, "store", STORES)):
            in_memory = store == "memory"
            some = slice(None) if in_memory or arguments.all else slice(number, None, SHARE)  # others on every store
            runs += [(f"paged:store={store},elide=0", False, slice(None)), (f"paged:store={store},elide=20", True, some)]
            runs += [(f"paged:store={store},elide=20", False, slice(None))] if in_memory else []
    passed = failed = 0
    for spec, split, some in runs:
        for function, of_function in cases.items():
            good, bad = run(arguments.commitbench, f"{spec},hash={function}", of_function[some], split=split)
            passed += good
            failed += bad
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
