#!/usr/bin/env python3
"""Whether our trees and the real ones have one root after every block. See scripts/equal_roots."""

import argparse
import dataclasses
import hashlib
import json
import pathlib
import random
import subprocess
import sys
import tempfile
import time
from typing import Iterator, Optional

ROOT: pathlib.Path = pathlib.Path(__file__).resolve().parent.parent
SEED: int = 20261127
WORKERS: tuple[int, ...] = (1, 2)

# As scripts/peers names them: what of ours has their roots, and the options that they are tried with.
OURS: dict[str, tuple[str, ...]] = {"nomt": ("paged", "paged:store=file"), "geth": ("mpt", "mpt:store=rocksdb")}
THEIRS: dict[str, tuple[str, ...]] = {
    # The second has next to no caches, so that pages are read again and again, and as many threads as the cell has workers.
    "nomt": ("", "page-cache=1,leaf-cache=1,page-cache-upper-levels=0,warm-up=writes,commit-concurrency=auto,io-workers=auto"),
    "geth": ("scheme=hash", "scheme=path"),
}


@dataclasses.dataclass(frozen=True)
class Size:
    """Of the made-up workloads; the real blocks are what they are."""

    keys: int
    blocks: int
    transactions: int  # of a block


FULL: Size = Size(keys=600_000, blocks=200, transactions=500)
QUICK: Size = Size(keys=2000, blocks=8, transactions=100)
WORKLOADS: tuple[str, ...] = ("transfer", "kv", "script", "real")


@dataclasses.dataclass(frozen=True)
class Roots:
    """What one backend made of one workload."""

    roots: tuple[str, ...]
    keys: int
    trouble: str = ""  # why there are no roots to compare


class Failed(Exception):
    """The program did not come to the end."""


class Task:
    """A workload: any backend makes roots of it, one a block."""

    name: str

    def roots(self, program: pathlib.Path, backend: str, workers: int) -> Roots:
        """In a fresh process. Raises Failed."""
        raise NotImplementedError


def output_of(command: list[str]) -> str:
    """Raises Failed with what the program said."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        raise Failed(f"exit code {done.returncode}: {' '.join(done.stderr.splitlines()[-1:])}")
    return done.stdout


class Cell(Task):
    """`commitbench run`, which also holds every root against the ledger's own plain tree, and every value against its model."""

    def __init__(self, name: str, workload: str, blocks: Optional[int], results: pathlib.Path) -> None:
        self.name = name
        self.results = results  # one for all, so that a workload's ledger is made once
        self.words = ["--workload", workload, "--warmup", "0"] + ([] if blocks is None else ["--blocks", str(blocks)])

    def lines(self) -> list[str]:
        """Of the runs so far."""
        file = self.results / "runs.jsonl"
        return file.read_text(encoding="utf-8").splitlines() if file.exists() else []

    def roots(self, program: pathlib.Path, backend: str, workers: int) -> Roots:
        before = len(self.lines())
        output_of([str(program), "run", *self.words, "--backend", backend, "--workers", str(workers), "--results", str(self.results), "--quiet"])
        after = self.lines()
        if len(after) == before:
            raise Failed("it left no result line")
        line = json.loads(after[-1])
        ledger = line.get("ledger") or {}
        trouble = "" if ledger.get("verdict") == "valid" else f"void: {ledger.get('reason') or line.get('error')}"
        return Roots(tuple(block["root"] for block in line.get("blocks", [])), (line.get("load") or {}).get("keys", 0), trouble)


class Script(Task):
    """`commitbench root`: batches with values of every length from none on, deletions (of keys that are there, were, and never were), and keys
    deleted in one batch and put again in another. For the Merkle Patricia Trie an empty value is a deletion; for NOMT it is present."""

    LONGEST = 1500  # NOMT keeps up to 1332 bytes in a leaf of its B-tree, and longer values elsewhere
    SHORT = 40

    def __init__(self, name: str, size: Size, folder: pathlib.Path) -> None:
        self.name = name
        self.keys = size.keys
        self.file = folder / "script.txt"
        with open(self.file, "w", encoding="ascii") as script:
            script.writelines(self.lines(size))

    def lines(self, size: Size) -> Iterator[str]:
        """The first batch puts all keys; each of the others touches some of them and as many fresh ones as it deletes."""
        chance = random.Random(SEED)
        for number in range(size.keys):
            yield self.put(chance, number)
        yield "commit\n"
        fresh = size.keys
        for _ in range(size.blocks - 1):
            for number in chance.sample(range(size.keys), size.transactions):
                yield self.put(chance, number) if chance.random() < 0.6 else f"delete {self.key(number)}\n"
            for _ in range(size.transactions // 3):
                yield self.put(chance, fresh)
                fresh += 1
            yield f"delete {self.key(fresh + size.keys)}\n"
            yield "commit\n"

    def put(self, chance: random.Random, number: int) -> str:
        """One in ten values is empty, one in a thousand long."""
        kind = chance.random()
        length = 0 if kind < 0.1 else chance.randrange(self.LONGEST) if kind > 0.999 else chance.randrange(1, self.SHORT)
        return f"put {self.key(number)} 0x{chance.randbytes(length).hex()}\n"

    @staticmethod
    def key(number: int) -> str:
        """Uniform, as the workloads' keys are."""
        return hashlib.sha256(number.to_bytes(8, "big")).hexdigest()

    def roots(self, program: pathlib.Path, backend: str, workers: int) -> Roots:
        out = output_of([str(program), "root", "--backend", backend, "--workers", str(workers), str(self.file)])
        return Roots(tuple(out.split()), self.keys)


def difference(ours: Roots, theirs: Roots) -> str:
    """What is wrong, or "" where nothing is."""
    for whose, side in (("ours", ours), ("theirs", theirs)):
        if side.trouble:
            return f"{whose} is {side.trouble}"
        if not side.roots:
            return f"{whose} has no roots"
    for number, (one, other) in enumerate(zip(ours.roots, theirs.roots), start=1):
        if one != other:
            return f"block {number}: {one} and {other}"
    if len(ours.roots) != len(theirs.roots):
        return f"{len(ours.roots)} blocks and {len(theirs.roots)}"
    return ""


class Comparison:
    """Makes every backend's roots of a task once, and counts what came of the pairs."""

    def __init__(self, program: pathlib.Path, cells: int, pairs: list[tuple[str, str, str]]) -> None:
        self.program = program
        self.cells = cells
        self.widths = (max(len(ours) for ours, _, _ in pairs), max(len(label) for _, _, label in pairs))
        self.made: dict[tuple[str, str, int], Roots] = {}
        self.equal = 0
        self.different = 0
        self.start = time.monotonic()

    def roots(self, task: Task, backend: str, workers: int) -> Roots:
        """A failure is a reason why there are none."""
        key = (task.name, backend, workers)
        if key not in self.made:
            self.show_progress(f"{task.name}, {backend}")
            try:
                self.made[key] = task.roots(self.program, backend, workers)
            except Failed as failure:
                self.made[key] = Roots((), 0, f"not finished ({failure})")
        return self.made[key]

    def show_progress(self, what: str) -> None:
        """On a terminal, over itself."""
        if not sys.stderr.isatty():
            return
        done = len(self.made)
        left = f", about {(time.monotonic() - self.start) / done * (self.cells - done):.0f} s left" if done else ""
        print(f"\r\x1b[Krun {done + 1} of {self.cells}{left}: {what}", end="", file=sys.stderr, flush=True)

    def compare(self, task: Task, ours: str, theirs: str, label: str) -> None:
        """One line for the pair on all numbers of workers."""
        wrong = ""
        for workers in WORKERS:
            one, other = self.roots(task, ours, workers), self.roots(task, theirs, workers)
            found = difference(one, other)
            if found and not wrong:
                wrong = f"{workers} {'worker' if workers == 1 else 'workers'}, {found}"
        if sys.stderr.isatty():
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
        self.equal += not wrong
        self.different += bool(wrong)
        counts = f"{len(other.roots):>4} blocks  {other.keys:>9,} keys  {' and '.join(map(str, WORKERS))} workers"
        print(f"{task.name:<8}  {ours:<{self.widths[0]}}  {label:<{self.widths[1]}}  {counts}  {'DIFFERENT: ' + wrong if wrong else 'equal'}", flush=True)


def tasks_of(size: Size, real_blocks: pathlib.Path, folder: pathlib.Path, wanted: list[str]) -> list[Task]:
    """The workloads that are wanted; the real blocks where they are."""
    both = f"block-size={size.transactions}"
    mixed = "reads=1,rmw=2,writes=1,fresh-share=0.3,delete-share=0.3,value-size=8,value-size-max=200"
    tasks: list[Task] = [
        Cell("transfer", f"transfer:accounts={size.keys},{both}", size.blocks, folder),
        Cell("kv", f"kv:items={size.keys},{both},{mixed}", size.blocks, folder),
        Script("script", size, folder),
    ]
    tasks = [task for task in tasks if task.name in wanted]
    if "real" not in wanted:
        return tasks
    if any(real_blocks.glob("*.rlp")):
        tasks.append(Cell("real", f"trace:path={real_blocks}", None, folder))
    else:
        print(f"SKIPPED real blocks: there are none in {real_blocks}")
    return tasks


def pairs_of(arguments: argparse.Namespace) -> list[tuple[str, str, str]]:
    """(ours, theirs, their name in the output)."""
    pairs = [(ours, theirs, theirs) for ours, theirs in arguments.pair]
    if pairs and not arguments.peer:
        return pairs
    for peer in arguments.peer or OURS:
        library = arguments.peers / f"libcommitbench_{peer}.so"
        if not library.is_file():
            print(f"SKIPPED {peer}: {library} is not there; scripts/peers {peer} builds it")
            continue
        for number, options in enumerate(THEIRS[peer]):
            label = options if peer == "geth" else "small caches" if number else "defaults"
            pairs += [(ours, f"{library}:{options}" if options else str(library), f"{peer} {label}") for ours in OURS[peer]]
    return pairs


def parse() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="equal_roots", description=__doc__)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK.blocks} blocks and {QUICK.keys:,} keys instead of {FULL.blocks} and {FULL.keys:,}")
    parser.add_argument("--peer", action="append", choices=list(OURS), default=[], help="this one alone; may be repeated (all)")
    parser.add_argument("--pair", action="append", nargs=2, default=[], metavar=("OURS", "OTHER"), help="two backends, in place of the peers; may be repeated")
    parser.add_argument("--workload", action="append", choices=WORKLOADS, default=[], help="this one alone; may be repeated (all)")
    parser.add_argument("--blocks", type=pathlib.Path, default=ROOT.parent / "shared" / "data" / "bal", metavar="FOLDER", help="real blocks")
    parser.add_argument("--program", type=pathlib.Path, default=ROOT / "build" / "release" / "commitbench", help="that of the release build")
    parser.add_argument("--peers", type=pathlib.Path, default=ROOT / "build" / "peers", metavar="FOLDER", help="what scripts/peers built")
    arguments = parser.parse_args()
    if not arguments.program.is_file():
        parser.error(f"--program {arguments.program}: is not there; scripts/build release makes it")
    return arguments


def main() -> int:
    """Every pair on every workload."""
    arguments = parse()
    pairs = pairs_of(arguments)
    if not pairs:
        print("equal_roots: nothing to compare: scripts/peers builds the real implementations", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="commitbench-roots-") as folder:
        tasks = tasks_of(QUICK if arguments.quick else FULL, arguments.blocks, pathlib.Path(folder), arguments.workload or list(WORKLOADS))
        backends = {backend for pair in pairs for backend in pair[:2]}
        comparison = Comparison(arguments.program, len(tasks) * len(backends) * len(WORKERS), pairs)
        for task in tasks:
            for ours, theirs, label in pairs:
                comparison.compare(task, ours, theirs, label)
    print(f"{comparison.equal} of {comparison.equal + comparison.different} pairs have one root after every block, "
          f"{comparison.different} {'has' if comparison.different == 1 else 'have'} not ({time.monotonic() - comparison.start:.0f} s)")
    return 1 if comparison.different else 0


if __name__ == "__main__":
    sys.exit(main())
