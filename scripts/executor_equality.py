#!/usr/bin/env python3
"""Whether the parallel executors come to the ledger of sequential. See scripts/executor_equality."""

import argparse
import itertools
import pathlib
import subprocess
import sys
import tempfile
from typing import Iterator

from fresh_run import fresh_run

WORKERS: list[int] = [1, 2, 3, 8, 16]
SIZE: str = "block-size=2k"
WORKLOADS: list[str] = [
    f"transfer:accounts=10k,{SIZE}", f"transfer:accounts=50,{SIZE},balance=500", f"transfer:accounts=2,{SIZE}",
    f"transfer:accounts=1k,{SIZE},fee=write", f"transfer:accounts=1k,{SIZE},fee=delta", f"p2p:shape=diem,accounts=100,{SIZE}",
    f"p2p:shape=aptos,accounts=1k,{SIZE},fee=deferred", f"kv:mix=a,{SIZE}", f"kv:mix=d,{SIZE}",
    f"kv:{SIZE},delete-share=0.1,fresh-share=0.1,fail-share=0.1", f"token:{SIZE}", f"swap:{SIZE}", f"orderbook:{SIZE}",
    f"mint:counter=read,{SIZE}", f"mint:counter=delta,{SIZE}",
]
# Every value of every option but the defaults, which all workloads run with.
OPTIONS: dict[str, list[str]] = {
    "block-stm": [
        "variant=paper", "memory=heap", "memory=arena", "status=locked,commit=end", "status=word,commit=end", "first-wave=off,commit=end",
        "first-wave=on,commit=end", "commit=end", "commit=rolling", "validation=version", "validation=value", "announce=off",
        "announce=on", "deltas=off", "deltas=on", "hand-off=off", "hand-off=on", "adaptive=off", "adaptive=on", "hints=none",
        "hints=exact", "check=full", "variant=paper,check=full", "counters=times",
    ],
    "lock-schedule": [
        "declared=over,factor=3", "declared=promote,share=1", "declared=stale", "granularity=account",
        "granularity=stripes,stripes=64", "resolve=ids", "algorithm=queues", "scheduler=dedicated", "order=critical-path",
        "order=contention", "batch=64", "prefetch=declared", "times=on",
    ],
}


def cells(folders: list[str]) -> Iterator[tuple[str, str, int, str]]:
    """(executor, workload, workers, backend)."""
    for executor, workload, workers in itertools.product(OPTIONS, WORKLOADS, WORKERS):
        yield executor, workload, workers, "paged" if workers == 2 else "flat:store=memory"
    for executor, options in OPTIONS.items():
        for at, option in enumerate(options):
            for turn in range(4):
                yield (f"{executor}:{option}", WORKLOADS[(at * 4 + turn) % len(WORKLOADS)], WORKERS[(at + turn) % len(WORKERS)],
                       "flat:store=memory")
    for folder, executor, fee in itertools.product(folders, OPTIONS, ["write", "deferred", "none"]):
        for workers in WORKERS:
            yield executor, f"trace:path={folder},fee-recipient={fee}", workers, "mpt"


def main() -> None:
    """All cells; the first that is void or fails is named, and the rest still run."""
    parser = argparse.ArgumentParser(usage="scripts/executor_equality [--blocks FOLDER]...")
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--blocks", action="append", default=[], metavar="FOLDER", help="real blocks")
    arguments = parser.parse_args()
    every = list(cells(arguments.blocks))
    transactions = 0
    wrong: list[str] = []
    with tempfile.TemporaryDirectory(prefix="commitbench-equality-") as results:
        for done, (executor, workload, workers, backend) in enumerate(every, start=1):
            words = ["--workload", workload, "--backend", backend, "--executor", executor, "--workers", str(workers)]
            if not workload.startswith("trace"):
                words += ["--blocks", "4", "--warmup", "0"]
            try:
                result = fresh_run(arguments.build, pathlib.Path(results), words)
                transactions += sum(block["transactions"] for block in result["blocks"])
            except subprocess.CalledProcessError:
                wrong.append("commitbench run " + " ".join(words))
                print(f"NOT EQUAL: {wrong[-1]}", file=sys.stderr, flush=True)
            if sys.stderr.isatty():
                print(f"\r{done} of {len(every)} cells", end="", file=sys.stderr, flush=True)
    print(f"{len(every)} cells, {transactions:,} transactions, {len(every) - len(wrong)} cells equal to sequential's ledger, {len(wrong)} not")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
