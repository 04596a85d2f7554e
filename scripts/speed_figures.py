#!/usr/bin/env python3
"""Measures the speed and memory figures that the project promises, and prints each beside its target.

usage: scripts/speed_figures.py BUILD_FOLDER     as in: scripts/speed_figures.py build/release

Every figure is the median of RUNS fresh processes, with the range of all of them.
"""

import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
from typing import Callable

from fresh_run import Result, fresh_run, median_ns

RUNS: int = 3


class Program:
    """The programs of one build folder; results go into a temporary folder."""

    def __init__(self, build: pathlib.Path, results: pathlib.Path) -> None:
        self.build = build
        self.results = results

    def cell(self, words: list[str]) -> Result:
        """The result line of one quiet run."""
        return fresh_run(self.build, self.results, words)

    def micro(self, name: str) -> Result:
        """The figures of one microbenchmark."""
        done = subprocess.run(
            [self.build / "tests/micro/commitbench_micro", f"--benchmark_filter=^{name}(/|$)", "--benchmark_format=json"],
            check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )
        result: Result = json.loads(done.stdout)["benchmarks"][0]
        return result


def number(value: float) -> str:
    """Three digits that mean something."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def show(title: str, values: list[float], unit: str, target: str, command: str) -> None:
    """One figure."""
    middle = number(statistics.median(values))
    spread = f"{number(min(values))} to {number(max(values))}"
    print(f"{title}\n    {middle} {unit} (of {len(values)} runs: {spread}); target: {target}\n    {command}", flush=True)


def repeat(measure: Callable[[], Result]) -> list[Result]:
    """The same measurement in RUNS fresh processes."""
    return [measure() for _ in range(RUNS)]


def harness_overhead(program: Program) -> None:
    """replay x null: what is left is the harness."""
    words = ["--workload", "transfer:accounts=100k,block-size=10k", "--executor", "replay", "--backend", "null", "--blocks", "50"]
    results = repeat(lambda: program.cell(words))
    values = [result["totals"]["total_ns"] / result["transactions"] for result in results]
    show("replay x null, 10,000 transactions a block", values, "ns of harness a transaction", "at most 100 ns",
         "commitbench run " + " ".join(words))


def fresh_trie(program: Program) -> None:
    """Hashing against permutations x the library's own cost of one."""
    values = [result["over_floor"] for result in repeat(lambda: program.micro("fresh_trie"))]
    show("fresh trie of 10,000 accounts", values, "x the hash floor", "at most 1.5 x",
         "commitbench_micro --benchmark_filter=fresh_trie")


def bulk_load(program: Program, store: str, memory: str, target: int) -> None:
    """1,000,000 accounts into an empty backend, and the memory that this took."""
    words = ["--workload", "transfer:accounts=1M", "--backend", f"mpt:store={store}", "--memory", memory, "--blocks", "1",
             "--warmup", "0"]
    results = repeat(lambda: program.cell(words))
    command = "commitbench run " + " ".join(words)
    show(f"bulk load of 1,000,000 accounts, {store}", [result["load"]["keys_per_s"] for result in results], "keys/s",
         f"at least {target:,} keys/s", command)
    peak = [result["load"]["peak_rss_bytes"] / result["memory_budget_bytes"] for result in results]
    show(f"  its peak resident memory, against the budget of {memory}", peak, "x the budget", "at most 1.15 x", command)
    mapped = [result["load"]["rss_file_bytes"] / result["memory_budget_bytes"] for result in results]
    show("  of that, mapped files (the kernel takes them back when it needs the memory)", mapped, "x the budget", "none", command)


def commit_of_a_block(program: Program) -> None:
    """stage + merkleize + persist against the hash floor. 5,000 transfers touch nearly 10,000 accounts."""
    words = ["--workload", "transfer:accounts=1M,block-size=5k", "--executor", "replay", "--backend", "mpt:store=memory",
             "--memory", "4GiB", "--blocks", "20"]
    results = repeat(lambda: program.cell(words))
    changes = statistics.mean(block["changes"] for block in results[0]["blocks"])
    floor = statistics.mean(result["hashing"]["hash_floor_ns"] for result in results) / 20 / 1e6
    show(f"commit of a {changes:,.0f}-key block on 1,000,000 keys, memory store (floor {floor:.1f} ms a block)",
         [result["hashing"]["commit_over_floor"] for result in results], "x the hash floor", "at most 2 x",
         "commitbench run " + " ".join(words))
    values = [result["over_floor"] for result in repeat(lambda: program.micro("commit_block"))]
    show("  the same as a microbenchmark", values, "x the hash floor", "at most 2 x",
         "commitbench_micro --benchmark_filter=commit_block")


def paged_in_memory(program: Program) -> None:
    """A block of 10,000 keys on 1,000,000 with `paged` and with `mpt`, and `paged` on two workers: all taken in turn."""
    words = ["--workload", "transfer:accounts=1M,block-size=5k", "--executor", "replay", "--memory", "4GiB", "--blocks", "15"]
    cells = [["--backend", "mpt"], ["--backend", "mpt:hash=blake3,lanes=on"], ["--backend", "paged"],
             ["--backend", "paged", "--workers", "2"]]
    rows = [[program.cell([*words, *cell]) for cell in cells] for _ in range(max(RUNS, 5))]
    command = "commitbench run " + " ".join(words)
    times = [[median_ns(result, "total") for result in row] for row in rows]
    floors = [row[2]["hashing"]["hash_floor_ns"] / len(row[2]["blocks"]) for row in rows]
    work = [statistics.median(block["stage_ns"] + block["merkleize_ns"] for block in row[2]["blocks"]) for row in rows]
    show(f"paged, 1,000,000 keys, blocks of 10,000: stage + merkleize (floor {statistics.median(floors) / 1e6:.2f} ms a block)",
         [a / b for a, b in zip(work, floors)], "x the hash floor", "at most 6 x", command + " --backend paged")
    show("  the whole block against mpt", [row[0] / row[2] for row in times], "x faster", "at least 5 x", command + " --backend mpt")
    show("  against mpt:hash=blake3,lanes=on", [row[1] / row[2] for row in times], "x faster", "at least 2 x",
         command + " --backend mpt:hash=blake3,lanes=on")
    show("  two workers against one", [row[2] / row[3] for row in times], "x faster", "at least 1.7 x",
         command + " --backend paged --workers 2")


def main() -> None:
    """All of them, in the order of the issue."""
    if len(sys.argv) != 2:
        sys.exit("usage: scripts/speed_figures.py BUILD_FOLDER")
    with tempfile.TemporaryDirectory(prefix="commitbench-figures-") as results:
        program = Program(pathlib.Path(sys.argv[1]), pathlib.Path(results))
        harness_overhead(program)
        fresh_trie(program)
        bulk_load(program, "memory", "1GiB", 150_000)
        bulk_load(program, "lmdb", "256MiB", 60_000)
        bulk_load(program, "rocksdb", "256MiB", 60_000)
        commit_of_a_block(program)
        paged_in_memory(program)


if __name__ == "__main__":
    main()
