#!/usr/bin/env python3
"""The parallel executors against sequential. See scripts/executor_figures."""

import argparse
import pathlib
import statistics
import tempfile

from fresh_run import Result, fresh_run, median_ns

BACKEND: list[str] = ["--backend", "flat:store=memory"]
ACCOUNTS: str = "transfer:accounts=10k,block-size=10k"
SERIAL: str = "transfer:accounts=2,block-size=10k"
# (microseconds a transaction, workload, executor, workers, target of time / sequential's time)
RATIOS: list[tuple[int, str, str, int, float]] = [
    (100, ACCOUNTS, "block-stm", 1, 1.03),
    (10, ACCOUNTS, "block-stm", 1, 1.15),
    (1, ACCOUNTS, "block-stm", 1, 2.0),
    (10, ACCOUNTS, "block-stm", 2, 1 / 1.85),
    (3, ACCOUNTS, "block-stm", 2, 1 / 1.4),
    (10, ACCOUNTS, "lock-schedule", 2, 1 / 1.9),
    (3, ACCOUNTS, "lock-schedule", 2, 1 / 1.6),
    (10, SERIAL, "block-stm", 2, 1.05),
    (10, SERIAL, "lock-schedule", 2, 1.05),
]
WORKLOADS: list[str] = [
    "transfer:accounts=10k", "transfer:accounts=100", "transfer:accounts=10k,keys=zipf,theta=1.1", "transfer:accounts=10k,fee=write",
    "transfer:accounts=10k,fee=delta", "p2p:shape=diem,accounts=1k", "p2p:shape=aptos,accounts=1k", "kv:mix=a", "kv:mix=f",
    "token", "swap", "orderbook", "mint:counter=read", "mint:counter=delta",
]
TABLE: list[tuple[str, int]] = [("block-stm", 1), ("block-stm", 2), ("lock-schedule", 1), ("lock-schedule", 2)]


class Bench:
    """Cells on one build, results in one folder."""

    def __init__(self, build: pathlib.Path, results: pathlib.Path) -> None:
        self.build = build
        self.results = results

    def run(self, workload: str, executor: str, workers: int, blocks: int) -> Result:
        """One fresh process."""
        words = ["--workload", workload, *BACKEND, "--executor", executor, "--workers", str(workers), "--blocks", str(blocks),
                 "--warmup", "2"]
        return fresh_run(self.build, self.results, words)

    def unit_ns(self) -> float:
        """What a unit of work=N costs here: it is an amount, and the targets are times."""
        facts = self.run("transfer:accounts=100,block-size=100,work=1", "sequential", 1, 1)["workload"]["facts"]
        return float(facts["work_unit_ns"]["value"].split()[0])


def cpu_over_wall(result: Result) -> float:
    """Of execute, all threads together."""
    return sum(block["execute_cpu_ns"] for block in result["blocks"]) / sum(block["execute_ns"] for block in result["blocks"])


def ratios(bench: Bench, runs: int) -> None:
    """Each ratio with its target and command."""
    unit = bench.unit_ns()
    for micros, accounts, executor, workers, target in RATIOS:
        workload = f"{accounts},work={round(micros * 1000 / unit)}"
        blocks = 2 if micros == 100 else 6
        pairs = [(bench.run(workload, "sequential", 1, blocks), bench.run(workload, executor, workers, blocks)) for _ in range(runs)]
        values = [median_ns(b, "execute") / median_ns(a, "execute") for a, b in pairs]
        middle = statistics.median(values)
        cpu = statistics.median(cpu_over_wall(b) for _, b in pairs)
        print(f"{executor}, {workers} workers, {micros} us a transaction: {middle:.3f} x sequential's time ({min(values):.3f} to "
              f"{max(values):.3f}), {1 / middle:.2f} x its speed; target: at most {target:.3f} x; CPU / wall {cpu:.2f}\n"
              f"    commitbench run --workload {workload} {' '.join(BACKEND)} --executor {executor} --workers {workers}", flush=True)


def table(bench: Bench, runs: int) -> None:
    """Speed against sequential: workload x executor x workers, 3 us of work a transaction."""
    work = round(3000 / bench.unit_ns())
    print(f"{'x the speed of sequential, work=' + str(work) + ', 5,000 transactions a block':56}"
          + "".join(f"{name + ' @' + str(workers):>18}" for name, workers in TABLE) + f"{'parallelism':>13}")
    for name in WORKLOADS:
        workload = f"{name}{',' if ':' in name else ':'}block-size=5k,work={work}"
        rows = [[bench.run(workload, "sequential", 1, 6)] + [bench.run(workload, executor, workers, 6) for executor, workers in TABLE]
                for _ in range(runs)]
        cells = [statistics.median(median_ns(row[0], "execute") / median_ns(row[i + 1], "execute") for row in rows)
                 for i in range(len(TABLE))]
        available = rows[0][-1]["parallelism"]["available"]
        print(f"{workload:56}" + "".join(f"{cell:18.2f}" for cell in cells) + f"{available:13.1f}", flush=True)


def main() -> None:
    """Both parts, or one."""
    parser = argparse.ArgumentParser(usage="scripts/executor_figures [--runs N] [ratios|table]")
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("part", nargs="?", choices=["ratios", "table"])
    parser.add_argument("--runs", type=int, help="of each cell (default: 10 for the ratios, 3 for the table)")
    arguments = parser.parse_intermixed_args()
    with tempfile.TemporaryDirectory(prefix="commitbench-figures-") as results:
        bench = Bench(arguments.build, pathlib.Path(results))
        if arguments.part != "table":
            ratios(bench, arguments.runs or 10)
        if arguments.part != "ratios":
            table(bench, arguments.runs or 3)


if __name__ == "__main__":
    main()
