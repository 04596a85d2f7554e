#!/usr/bin/env python3
"""The ladder of block-stm: what each rung is worth. See scripts/ladder."""

import argparse
import pathlib
import statistics
import tempfile

from fresh_run import fresh_run, median_ns

RUNGS: list[str] = [
    "variant=paper", "memory=arena", "status=word", "first-wave=on", "commit=rolling", "validation=value", "announce=on",
    "deltas=on", "hand-off=on", "adaptive=on", "hints=exact",
]
WORKLOADS: list[str] = [
    "transfer:accounts=10k,block-size=10k,work=10",
    "transfer:accounts=100,block-size=10k,work=10,fee=delta",
    "transfer:accounts=2,block-size=10k,work=10",
]


def ladder() -> list[tuple[str, str]]:
    """(what the row is called, the executor's spec)."""
    rows = [("sequential", "sequential")]
    for count in range(1, len(RUNGS) + 1):
        name = RUNGS[0] if count == 1 else "+ " + RUNGS[count - 1]
        rows.append((name, "block-stm:" + ",".join(RUNGS[:count])))
    return rows


def execute_ns(build: pathlib.Path, results: str, workload: str, executor: str, workers: int, blocks: int) -> float:
    """Median time of `execute` over the measured blocks of one fresh process."""
    words = ["--workload", workload, "--backend", "flat:store=memory", "--executor", executor, "--workers", str(workers),
             "--blocks", str(blocks), "--warmup", "2"]
    return median_ns(fresh_run(build, pathlib.Path(results), words), "execute")


def show(build: pathlib.Path, workload: str, runs: int, workers: int, blocks: int) -> None:
    """One table."""
    rows = ladder()
    times: dict[str, list[float]] = {name: [] for name, _ in rows}
    with tempfile.TemporaryDirectory(prefix="commitbench-ladder-") as results:
        for _ in range(runs):
            for name, spec in rows:
                times[name].append(execute_ns(build, results, workload, spec, workers, blocks))
    print(f"{workload}, {workers} workers, {runs} runs of {blocks} blocks")
    print(f"  {'rung':18} {'execute':>10} {'range':>21} {'x sequential':>13} {'this rung':>10}")
    before = None
    for name, _ in rows:
        median = statistics.median(times[name])
        speed = statistics.median(a / b for a, b in zip(times["sequential"], times[name]))
        spread = f"{min(times[name]) / 1e6:.2f} to {max(times[name]) / 1e6:.2f}"
        gain = "" if before is None else f"{statistics.median(a / b for a, b in zip(before, times[name])):.2f} x"
        print(f"  {name:18} {median / 1e6:7.2f} ms {spread:>18} ms {speed:11.2f} x {gain:>10}", flush=True)
        before = times[name] if name != "sequential" else None
    print()


def main() -> None:
    """A table a workload."""
    parser = argparse.ArgumentParser(usage="scripts/ladder [--runs N] [--workers N] [--blocks N] [WORKLOAD...]")
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("workloads", nargs="*", default=WORKLOADS)
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--blocks", type=int, default=4)
    arguments = parser.parse_intermixed_args()
    for workload in arguments.workloads:
        show(arguments.build, workload, arguments.runs, arguments.workers, arguments.blocks)


if __name__ == "__main__":
    main()
