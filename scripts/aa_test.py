#!/usr/bin/env python3
"""Compares a cell with itself and with one that does 5 % more work, over and over, and prints how many comparisons gave a verdict.

usage: scripts/aa_test.py BUILD_FOLDER [--trials N] [--repetitions N] [--seed S] [--results FOLDER]

A trial is a sweep in small: every repetition runs four cells in random order, each in a fresh process. `base`, `twin` and `again` are the same
cell, `slow` has more work in every transaction. The noise floor comes from twin against base; then again and slow are judged
against base as cells of a sweep are: paired by repetition, 95 % interval of the ratio, floor. Every trial has blocks of its own seed.
"""

import argparse
import dataclasses
import pathlib
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence

from analysis.number_text import change, number, percent
from analysis.statistics import Comparison, NoiseFloor, Pair, Verdict, compare_many, harness_overhead, median_estimate, noise_floor
from fresh_run import Result, fresh_run

SLOWDOWN: float = 0.05  # of throughput
WORK: int = 200  # units a transaction, about 16 us: 5 % more are whole units, and the harness is less than 5 % of the cell
CALIBRATION_RUNS: int = 5
MOST_FALSE: float = 0.05
LEAST_FOUND: float = 0.90
CELLS: tuple[str, ...] = ("base", "twin", "again", "slow")


@dataclasses.dataclass
class Bench:
    """The program, where its results go, and how far the whole has come."""

    build: pathlib.Path
    results: pathlib.Path
    total: int
    done: int = 0
    started: float = dataclasses.field(default_factory=time.monotonic)

    def run(self, work: int, seed: int, words: Sequence[str] = ("--executor", "sequential", "--backend", "flat")) -> Result:
        """One run in a fresh process."""
        result = fresh_run(self.build, self.results, ["--workload", f"transfer:accounts=10k,block-size=500,work={work}", "--blocks", "40", "--warmup", "5",
                                                      "--seed", str(seed), *words])
        self.done += 1
        if sys.stderr.isatty():
            left = (time.monotonic() - self.started) / self.done * (self.total - self.done)
            print(f"\r\033[K{self.done} of {self.total} runs, {left / 60:.1f} min left", end="", file=sys.stderr, flush=True)
        return result


def ns_per_tx(result: Result) -> float:
    """Wall time of the blocks over their transactions."""
    return float(result["totals"]["total_ns"]) / float(result["transactions"])


def slower_work(bench: Bench, seed: int) -> int:
    """The units of work a transaction at which throughput is 5 % lower, from what a unit costs inside this very cell."""
    now = [ns_per_tx(bench.run(WORK, seed)) for _ in range(CALIBRATION_RUNS)]
    double = [ns_per_tx(bench.run(2 * WORK, seed)) for _ in range(CALIBRATION_RUNS)]
    unit = (statistics.median(double) - statistics.median(now)) / WORK
    more = max(1, round(statistics.median(now) * (1 / (1 - SLOWDOWN) - 1) / unit))
    expected = 1 / (1 + more * unit / statistics.median(now))
    print(f"{WORK} units of work: {number(statistics.median(now))} ns a transaction; one more costs {number(unit)} ns; {WORK + more} units should be {change(expected)}")
    return WORK + more


def trial(bench: Bench, slow: int, repetitions: int, seed: int) -> tuple[Comparison, Comparison, NoiseFloor]:
    """again and slow against base."""
    order = random.Random(seed)
    rates: Mapping[str, list[float]] = {cell: [] for cell in CELLS}
    times: list[float] = []
    for _ in range(repetitions):
        for cell in order.sample(CELLS, len(CELLS)):
            result = bench.run(slow if cell == "slow" else WORK, seed)
            rates[cell].append(1e9 / ns_per_tx(result))
            times.append(ns_per_tx(result))
    null = ns_per_tx(bench.run(WORK, seed, ("--executor", "replay", "--backend", "null")))
    overhead = harness_overhead(null, min(times))
    floor = noise_floor([(rates["base"], rates["twin"])])
    again, slower = (compare_many([Pair(rates["base"], rates[cell], True, overhead)], floor.floor)[0] for cell in ("again", "slow"))
    return again, slower, floor


def main() -> int:
    """The trials, a line each, and the counts."""
    parser = argparse.ArgumentParser(prog="aa_test", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--trials", type=int, default=20)
    parser.add_argument("--repetitions", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1, help="of the first trial; the others follow")
    parser.add_argument("--results", type=pathlib.Path, help="keep the runs here (default: a temporary folder)")
    arguments = parser.parse_args()
    found: list[tuple[Comparison, Comparison, NoiseFloor]] = []
    with tempfile.TemporaryDirectory(prefix="commitbench-aa-") as temporary:
        runs = 2 * CALIBRATION_RUNS + arguments.trials * (arguments.repetitions * len(CELLS) + 1)
        bench = Bench(arguments.build, arguments.results or pathlib.Path(temporary), runs)
        slow = slower_work(bench, arguments.seed)
        for seed in range(arguments.seed, arguments.seed + arguments.trials):
            found.append(trial(bench, slow, arguments.repetitions, seed))
            again, slower, floor = found[-1]
            print(f"{chr(13) if sys.stderr.isatty() else ''}seed {seed:>3}  floor {percent(floor.floor)}   A/A {again.text()}: {again.verdict.value}   "
                  f"slow {slower.text()}: {slower.verdict.value}", flush=True)
    unusable = [comparison.reason for pair in found for comparison in pair[:2] if comparison.verdict is Verdict.NO_VERDICT]
    if unusable:
        print(f"no verdict in {len(unusable)} comparisons: {unusable[0]}", file=sys.stderr)
        return 2
    false = sum(again.different for again, _, _ in found)
    seen = sum(slower.verdict is Verdict.SLOWER for _, slower, _ in found)
    print(f"A/A: {false} of {len(found)} gave a verdict (at most {percent(MOST_FALSE, 0)})")
    print(f"slowed by {change(median_estimate([slower.ratio.value for _, slower, _ in found]).value)}: {seen} of {len(found)} found "
          f"(at least {percent(LEAST_FOUND, 0)})")
    return 0 if false <= MOST_FALSE * len(found) and seen >= LEAST_FOUND * len(found) else 1


if __name__ == "__main__":
    sys.exit(main())
