#!/usr/bin/env python3
"""The parallel executors against sequential. See scripts/executor_figures."""

import argparse
import itertools
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
# One key that every transaction reads and writes, 1 us each: what speculation costs where it cannot pay.
HOT_KEYS: list[str] = ["transfer:accounts=2", "mint:counter=read", "transfer:accounts=10k,fee=write"]
HOT_EXECUTORS: list[str] = [
    "block-stm", "block-stm:adaptive=off", "block-stm:hints=exact", "block-stm:adaptive=off,hints=exact", "lock-schedule",
]
# (what, workload, an executor with its clocks off, and with them on)
PRICES: list[tuple[str, str, str, str]] = [
    ("times of block-stm", "transfer", "block-stm", "block-stm:counters=times"),
    ("times of lock-schedule", "transfer", "lock-schedule", "lock-schedule:times=on"),
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


def middle(bench: Bench, one: tuple[str, str, int], other: tuple[str, str, int], runs: int) -> tuple[float, float, float]:
    """The other's time over the one's, run in turns: median, least, most."""
    pairs = [(bench.run(*one, 6), bench.run(*other, 6)) for _ in range(runs)]
    values = [median_ns(b, "execute") / median_ns(a, "execute") for a, b in pairs]
    return statistics.median(values), min(values), max(values)


def hot(bench: Bench, runs: int) -> None:
    """Two workers on hot keys, against sequential."""
    work = round(1000 / bench.unit_ns())
    for name, executor in itertools.product(HOT_KEYS, HOT_EXECUTORS):
        workload = f"{name},block-size=5k,work={work}"
        value, least, most = middle(bench, (workload, "sequential", 1), (workload, executor, 2), runs)
        print(f"{workload}, {executor}, 2 workers: {value:.2f} x sequential's time ({least:.2f} to {most:.2f})", flush=True)


def prices(bench: Bench, runs: int) -> None:
    """What counting costs: clocks, and a limit of work. Where they are off there is nothing but a branch."""
    for what, workload, off, on in PRICES:
        value, least, most = middle(bench, (workload, off, 2), (workload, on, 2), runs)
        print(f"{what}: {value:.3f} x the time without ({least:.3f} to {most:.3f})", flush=True)
    value, least, most = middle(bench, ("kv", "sequential", 1), ("kv:work-limit=1M", "sequential", 1), runs)
    print(f"work-limit=1M of kv under sequential: {value:.3f} x the time without ({least:.3f} to {most:.3f})", flush=True)


def ratios(bench: Bench, runs: int, only: str) -> None:
    """Each ratio with its target and command; `only` those whose name has it."""
    unit = bench.unit_ns()
    for micros, accounts, executor, workers, target in RATIOS:
        if only not in f"{executor}, {workers} workers, {micros} us, {accounts}":
            continue
        workload = f"{accounts},work={round(micros * 1000 / unit)}"
        blocks = 2 if micros == 100 else 6
        pairs = [(bench.run(workload, "sequential", 1, blocks), bench.run(workload, executor, workers, blocks)) for _ in range(runs)]
        values = [median_ns(b, "execute") / median_ns(a, "execute") for a, b in pairs]
        center = statistics.median(values)
        cpu = statistics.median(cpu_over_wall(b) for _, b in pairs)
        print(f"{executor}, {workers} workers, {micros} us a transaction: {center:.3f} x sequential's time ({min(values):.3f} to "
              f"{max(values):.3f}), {1 / center:.2f} x its speed; target: at most {target:.3f} x; CPU / wall {cpu:.2f}\n"
              f"    commitbench run --workload {workload} {' '.join(BACKEND)} --executor {executor} --workers {workers}", flush=True)


def table(bench: Bench, runs: int, only: str) -> None:
    """Speed against sequential: workload x executor x workers, 3 us of work a transaction; `only` workloads that have it."""
    work = round(3000 / bench.unit_ns())
    print(f"{'x the speed of sequential, work=' + str(work) + ', 5,000 transactions a block':56}"
          + "".join(f"{name + ' @' + str(workers):>18}" for name, workers in TABLE) + f"{'parallelism':>13}")
    for name in (name for name in WORKLOADS if only in name):
        workload = f"{name}{',' if ':' in name else ':'}block-size=5k,work={work}"
        rows = [[bench.run(workload, "sequential", 1, 6)] + [bench.run(workload, executor, workers, 6) for executor, workers in TABLE]
                for _ in range(runs)]
        cells = [statistics.median(median_ns(row[0], "execute") / median_ns(row[i + 1], "execute") for row in rows)
                 for i in range(len(TABLE))]
        available = rows[0][-1]["parallelism"]["available"]
        print(f"{workload:56}" + "".join(f"{cell:18.2f}" for cell in cells) + f"{available:13.1f}", flush=True)


def main() -> None:
    """Both parts, or one."""
    parser = argparse.ArgumentParser(usage="scripts/executor_figures [--runs N] [--only TEXT] [ratios|table|hot|prices]")
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("part", nargs="?", choices=["ratios", "table", "hot", "prices"])
    parser.add_argument("--runs", type=int, help="of each cell (default: 10 for the ratios, 3 for the table)")
    parser.add_argument("--only", default="", metavar="TEXT",
                        help="ratios whose 'executor, N workers, N us, workload' has it, or workloads of the table")
    arguments = parser.parse_intermixed_args()
    with tempfile.TemporaryDirectory(prefix="commitbench-figures-") as results:
        bench = Bench(arguments.build, pathlib.Path(results))
        if arguments.part in (None, "ratios"):
            ratios(bench, arguments.runs or 10, arguments.only)
        if arguments.part in (None, "table"):
            table(bench, arguments.runs or 3, arguments.only)
        if arguments.part in (None, "hot"):
            hot(bench, arguments.runs or 5)
        if arguments.part in (None, "prices"):
            prices(bench, arguments.runs or 5)


if __name__ == "__main__":
    main()
