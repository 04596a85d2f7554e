#!/usr/bin/env python3
"""The backend paged built in against the same one as a plug-in. See scripts/abi_cost.

Every repetition runs three cells in random order, each in a fresh process on blocks of the same seed: the built-in backend, the plug-in, and
the built-in one again. A ratio is of one repetition; its estimate is the median over repetitions.
"""

import argparse
import itertools
import pathlib
import random
import sys
import tempfile

from analysis.statistics import Estimate, ratio_estimate
from fresh_run import Result, fresh_run, median_ns

TARGET: float = 1.02  # of the block's time
# Blocks that write 10,000 different keys of 1,000,000, and read as many others.
WORKLOAD: str = "kv:items=1M,block-size=10k,reads=1,rmw=1"
BLOCKS: int = 30
WARMUP: int = 5
SPANS: tuple[str, ...] = ("execute", "stage", "merkleize", "persist", "total")
SHORTEST_NS: float = 10_000.0  # a shorter span is clocks and calls alone: nothing to have a ratio of


def fresh_cell(build: pathlib.Path, results: pathlib.Path, backend: str, store: str, workers: int, seed: int) -> Result:
    """One cell in a process of its own."""
    return fresh_run(build, results, ["--workload", WORKLOAD, "--executor", "sequential", "--backend", f"{backend}:store={store}", "--workers", str(workers),
                                      "--blocks", str(BLOCKS), "--warmup", str(WARMUP), "--seed", str(seed)])


def text(estimate: Estimate) -> str:
    """"+0.31 % (95 %: -0.12 % to +0.80 %)"."""
    def change(ratio: float) -> str:
        return f"{(ratio - 1) * 100:+.2f} %"
    if estimate.low is None or estimate.high is None:
        return f"{change(estimate.value)} (range {change(estimate.minimum)} to {change(estimate.maximum)})"
    return f"{change(estimate.value)} (95 %: {change(estimate.low)} to {change(estimate.high)})"


def cost(build: pathlib.Path, results: pathlib.Path, store: str, workers: int, repetitions: int) -> bool:
    """Measures one cell and prints a line a span; whether the block's time is above the target for certain."""
    cells = {"built-in": "paged", "plug-in": str((build / "plugins" / "paged.so").resolve()), "again": "paged"}
    order = random.Random(1)
    times: dict[str, dict[str, list[float]]] = {cell: {span: [] for span in SPANS} for cell in cells}
    for repetition in range(1, repetitions + 1):
        roots = set()
        for cell in order.sample(sorted(cells), len(cells)):
            if sys.stderr.isatty():
                print(f"\r\033[Kstore={store}, {workers} workers: repetition {repetition} of {repetitions}", end="", file=sys.stderr, flush=True)
            result = fresh_cell(build, results, cells[cell], store, workers, repetition)
            roots.add(result["blocks"][-1]["root"])
            for span in SPANS:
                times[cell][span].append(median_ns(result, span))
        if len(roots) != 1:
            raise SystemExit(f"abi_cost: with seed {repetition} the plug-in and the built-in backend come to different roots: {', '.join(sorted(roots))}")
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr)
    print(f"store={store}, {workers} worker{'s' if workers > 1 else ''}, {repetitions} repetitions")
    for span in SPANS:
        base = sorted(times["built-in"][span])[repetitions // 2]
        if base < SHORTEST_NS:
            print(f"  {span:<10} {base / 1e3:>9.1f} us   too short for a ratio")
            continue
        plugged, again = (ratio_estimate(times["built-in"][span], times[cell][span], paired=True) for cell in ("plug-in", "again"))
        print(f"  {span:<10} {base / 1e3:>9.1f} us   plug-in {text(plugged):<42} itself {text(again)}", flush=True)
    total = ratio_estimate(times["built-in"]["total"], times["plug-in"]["total"], paired=True)
    return total.low is not None and total.low > TARGET


def main() -> int:
    """All cells."""
    parser = argparse.ArgumentParser(prog="abi_cost", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--repetitions", type=int, default=8, help="six and more give an interval")
    parser.add_argument("--store", action="append", choices=("memory", "file"), help="default: both")
    parser.add_argument("--workers", action="append", type=int, help="default: 1 and 2")
    parser.add_argument("--results", type=pathlib.Path, help="keep the runs here (default: a temporary folder)")
    arguments = parser.parse_args()
    above: list[str] = []
    with tempfile.TemporaryDirectory(prefix="commitbench-abi-") as temporary:
        for store, workers in itertools.product(arguments.store or ("memory", "file"), arguments.workers or (1, 2)):
            if cost(arguments.build, arguments.results or pathlib.Path(temporary), store, workers, arguments.repetitions):
                above.append(f"store={store} with {workers}")
    if above:
        print(f"above {(TARGET - 1) * 100:.0f} % of the block's time: {', '.join(above)}")
    return 1 if above else 0


if __name__ == "__main__":
    sys.exit(main())
