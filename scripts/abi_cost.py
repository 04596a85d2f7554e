#!/usr/bin/env python3
"""The backend paged built in against the same one as a plug-in. See scripts/abi_cost.

Every repetition is a process (tests/micro/abi_cost.cpp) in which three instances commit the same blocks in turn: the built-in one, the plug-in, and
the built-in one again. A repetition's ratio is the median over its blocks; the estimate is the median over repetitions.
"""

import argparse
import itertools
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile

from analysis.statistics import Estimate, median_estimate

TARGET: float = 1.02  # of the block's time
SPANS: tuple[str, ...] = ("execute", "stage", "merkleize", "persist")
SHORTEST_NS: float = 20_000.0  # a shorter span is clocks and calls alone: nothing to have a ratio of

# Instance -> span -> ns of every block; "total" is the sum of a block's spans.
Times = dict[str, dict[str, list[float]]]


def measure(build: pathlib.Path, store: str, workers: int, seed: int) -> Times:
    """One process. Raises SystemExit where it fails: it has said why."""
    with tempfile.TemporaryDirectory(prefix="commitbench-abi-") as folder:
        done = subprocess.run([build / "tests" / "micro" / "commitbench_abi_cost", build / "plugins" / "paged.so", store, str(workers), str(seed), folder],
                              stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(done.returncode)
    times: Times = json.loads(done.stdout)
    for spans in times.values():
        spans["total"] = [sum(block) for block in zip(*(spans[span] for span in SPANS), strict=True)]
    return times


def ratio(times: Times, instance: str, span: str) -> float:
    """Of an instance against the built-in one, block by block."""
    return statistics.median(other / base for base, other in zip(times["built-in"][span], times[instance][span], strict=True))


def text(estimate: Estimate) -> str:
    """"+0.31 % (95 %: -0.12 % to +0.80 %)"."""
    def change(value: float) -> str:
        return f"{(value - 1) * 100:+.2f} %"
    if estimate.low is None or estimate.high is None:
        return f"{change(estimate.value)} (range {change(estimate.minimum)} to {change(estimate.maximum)})"
    return f"{change(estimate.value)} (95 %: {change(estimate.low)} to {change(estimate.high)})"


def cost(build: pathlib.Path, store: str, workers: int, repetitions: int) -> bool:
    """Measures one cell and prints a line a span; whether the block's time is above the target for certain."""
    runs: list[Times] = []
    for repetition in range(1, repetitions + 1):
        if sys.stderr.isatty():
            print(f"\r\033[Kstore={store}, {workers} workers: repetition {repetition} of {repetitions}", end="", file=sys.stderr, flush=True)
        runs.append(measure(build, store, workers, repetition))
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr)
    print(f"store={store}, {workers} worker{'s' if workers > 1 else ''}, {repetitions} repetitions of {len(runs[0]['built-in']['total'])} blocks")
    for span in (*SPANS, "total"):
        base = statistics.median(statistics.median(times["built-in"][span]) for times in runs)
        if base < SHORTEST_NS:
            print(f"  {span:<10} {base / 1e3:>9.1f} us   too short for a ratio")
            continue
        plugged, again = (median_estimate([ratio(times, instance, span) for times in runs]) for instance in ("plug-in", "again"))
        print(f"  {span:<10} {base / 1e3:>9.1f} us   plug-in {text(plugged):<42} itself {text(again)}", flush=True)
    total = median_estimate([ratio(times, "plug-in", "total") for times in runs])
    return total.low is not None and total.low > TARGET


def main() -> int:
    """All cells."""
    parser = argparse.ArgumentParser(prog="abi_cost", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--repetitions", type=int, default=12, help="six and more give an interval")
    parser.add_argument("--store", action="append", choices=("memory", "file"), help="default: both")
    parser.add_argument("--workers", action="append", type=int, help="default: 1 and 2")
    arguments = parser.parse_args()
    above: list[str] = []
    for store, workers in itertools.product(arguments.store or ("memory", "file"), arguments.workers or (1, 2)):
        if cost(arguments.build, store, workers, arguments.repetitions):
            above.append(f"store={store} with {workers}")
    if above:
        print(f"above {(TARGET - 1) * 100:.0f} % of the block's time: {', '.join(above)}")
    return 1 if above else 0


if __name__ == "__main__":
    sys.exit(main())
