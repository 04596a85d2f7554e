#!/usr/bin/env python3
"""Measures paged:store=file against its targets, and its reads against what fio gets from the same disk at the same depth.

usage: scripts/file_figures.py BUILD_FOLDER [--accounts N] [--memory SIZE] [--against SPEC]...
as in: scripts/file_figures.py build/release --accounts 16M --memory 416MiB --against paged:store=rocksdb,elide=16

The state lies in the temporary folder (TMPDIR), and so does fio's file; fio runs right after the cell. The first run of a
workload makes its ledger, which takes a minute and 330 bytes of memory an account with 16,000,000 accounts.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import tempfile

from fresh_run import Result, fresh_run

DEPTH: int = 64  # of both
SECTOR: int = 512


def cell(build: pathlib.Path, results: pathlib.Path, backend: str, arguments: argparse.Namespace) -> tuple[Result, str]:
    """The result line of one run, and its command."""
    words = ["--workload", f"transfer:accounts={arguments.accounts},block-size=5k", "--executor", "replay", "--backend", backend,
             "--durability", "block", "--memory", arguments.memory, "--blocks", str(arguments.blocks)]
    return fresh_run(build, results, words), "commitbench run " + " ".join(words)


def fio_reads_per_second(bytes_a_read: int) -> float:
    """Random reads of this size at any sector of a file, past the page cache."""
    with tempfile.TemporaryDirectory(prefix="commitbench-fio-") as folder:
        same = ["fio", "--name=x", f"--filename={folder}/data", "--size=2G", "--direct=1", "--ioengine=io_uring", f"--iodepth={DEPTH}",
                "--output-format=json"]
        subprocess.run([*same, "--rw=write", "--bs=1M"], check=True, stdout=subprocess.DEVNULL)
        done = subprocess.run(
            [*same, "--rw=randread", f"--bs={bytes_a_read}", f"--blockalign={SECTOR}", "--norandommap", "--runtime=3", "--time_based"],
            check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )
    rate: float = json.loads(done.stdout)["jobs"][0]["read"]["iops"]
    return rate


def mean_ms(result: Result) -> float:
    """Of the measured blocks, checkpoints included."""
    return statistics.mean(block["total_ns"] for block in result["blocks"]) / 1e6


def main() -> None:
    """The cell, fio, then what it is compared with."""
    parser = argparse.ArgumentParser(prog="file_figures", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--accounts", default="16M")
    parser.add_argument("--memory", default="416MiB", help="the cell's budget: a quarter of the data")
    parser.add_argument("--blocks", type=int, default=12)
    parser.add_argument("--backend", default=f"paged:store=file,elide=16,queue-depth={DEPTH}")
    parser.add_argument("--against", action="append", default=[], metavar="SPEC", help="another backend; may be repeated")
    parser.add_argument("--results", type=pathlib.Path, help="folder for results and ledgers (default: a temporary one)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="commitbench-figures-") as temporary:
        results: pathlib.Path = arguments.results or pathlib.Path(temporary)
        result, command = cell(arguments.build, results, arguments.backend, arguments)
        counters = result["counters"]
        keys = sum(block["changes"] for block in result["blocks"])
        reads = counters["file_reads"]
        seconds = sum(block["stage_ns"] for block in result["blocks"]) / 1e9
        size = max(1, round(counters["file_read_bytes"] / max(reads, 1) / SECTOR)) * SECTOR
        fio = fio_reads_per_second(size)
        written = counters["file_write_bytes"] + counters["file_log_bytes"]
        budget = result["memory_budget_bytes"]
        peak = max(result["load"]["peak_rss_bytes"], counters["peak_rss_bytes"])
        print(command)
        print(f"block               {mean_ms(result):.0f} ms mean, {counters['file_checkpoints']} checkpoints in {arguments.blocks} blocks")
        print(f"load                {result['load']['keys_per_s']:,.0f} keys/s (target: 250,000)")
        print(f"reads a key         {reads / keys:.2f} (target: 1)")
        print(f"reads while staging {reads / seconds:,.0f} /s of {size} bytes; fio at depth {DEPTH}: {fio:,.0f} /s; "
              f"ratio {reads / seconds / fio:.2f} (target: 0.60)")
        print(f"write amplification {written / counters['logical_bytes']:.1f} ({written / arguments.blocks / 1e6:.1f} MB a block)")
        print(f"peak memory         {peak / budget:.2f} x the budget (target: 1.15)")
        for backend in arguments.against:
            other, command = cell(arguments.build, results, backend, arguments)
            print(f"{command}\n    {mean_ms(other):.0f} ms mean: {mean_ms(other) / mean_ms(result):.1f} x", flush=True)


if __name__ == "__main__":
    main()
