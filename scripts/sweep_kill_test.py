#!/usr/bin/env python3
"""Kills `commitbench sweep` with SIGKILL at random moments, again and again, and demands that nothing is lost or run twice.

Each time the same command is given again. In the end the runs must be those of a sweep that nobody disturbed: the same
cells, repetitions and positions, each with one good line, and no line may have gone that was there before a kill. Kills
fall anywhere: while a first state is loaded or restored, while a run is measured, while its line is written.
"""

import argparse
import json
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time
from typing import Any

DEFAULT_PROGRAM: pathlib.Path = pathlib.Path(__file__).resolve().parents[1] / "build/release/commitbench"

PLAN: str = """
name = "killed"
repetitions = {repetitions}
[axes]
backend = ["flat:store=memory", "mpt:store=lmdb", "flat:store=rocksdb", "paged:store=file"]
workload = "transfer:accounts=500,block-size=50"
blocks = 2
warmup = 1
memory = "64MiB"
"""
CELLS: int = 6  # two controls among them
TIMEOUT_SECONDS: float = 600.0

Run = tuple[str, int, int]  # cell, repetition, position


class Violation(Exception):
    """Something was lost, run twice or refused."""


class Sweep:
    """One folder, and the command that fills it."""

    def __init__(self, program: pathlib.Path, plan: pathlib.Path, out: pathlib.Path) -> None:
        self.command = [str(program), "sweep", str(plan), "--out", str(out)]
        self.out = out

    def start(self) -> "subprocess.Popen[str]":
        """And does not wait."""
        return subprocess.Popen(self.command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def whole_lines(self) -> list[str]:
        """The lines of runs.jsonl that have their newline."""
        file = self.out / "runs.jsonl"
        return file.read_text(errors="replace").split("\n")[:-1] if file.exists() else []

    def finish(self) -> None:
        """Runs it to its end."""
        process = self.start()
        text, _ = process.communicate(timeout=TIMEOUT_SECONDS)
        if process.returncode != 0:
            raise Violation(f"{' '.join(self.command)}: exit code {process.returncode}\n{text}")

    def good_runs(self) -> list[Run]:
        """Sorted."""
        entries: list[dict[str, Any]] = [json.loads(line)["sweep"] for line in self.whole_lines()]
        for entry in entries:
            if entry["status"] != "ok":
                raise Violation(f"a run came to no good: {entry}")
        return sorted((entry["cell"], entry["repetition"], entry["position"]) for entry in entries)


def kill_once(sweep: Sweep, delay: float) -> bool:
    """Starts the sweep and kills it after `delay` seconds; False where it had ended before."""
    before = sweep.whole_lines()
    process = sweep.start()
    try:
        text, _ = process.communicate(timeout=delay)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
    else:
        if process.returncode != 0:
            raise Violation(f"exit code {process.returncode}\n{text}")
        return False
    after = sweep.whole_lines()
    if after[: len(before)] != before:
        raise Violation(f"lines that were there before are not there after a kill: {sweep.out}")
    return True


def test(program: pathlib.Path, folder: pathlib.Path, kills: int, seed: int) -> str:
    """What was found, in words."""
    rng = random.Random(seed)
    plan = folder / "plan.toml"
    # Some two seconds between kills; a sweep that ended early is followed by one with more repetitions.
    repetitions = 2
    plan.write_text(PLAN.format(repetitions=repetitions))
    killed = Sweep(program, plan, folder / "killed")
    done = 0
    while done < kills:
        if kill_once(killed, rng.uniform(0.02, 1.2)):
            done += 1
        else:
            repetitions += 1
            plan.write_text(PLAN.format(repetitions=repetitions))
    started = time.monotonic()
    killed.finish()
    undisturbed = Sweep(program, plan, folder / "undisturbed")
    undisturbed.finish()
    expected = undisturbed.good_runs()
    found = killed.good_runs()
    if found != expected or len(set(found)) != CELLS * repetitions:
        raise Violation(f"runs differ: {len(found)} after the kills, {len(expected)} undisturbed; {set(found) ^ set(expected)}")
    leftovers = [path.name for path in (killed.out / "states").glob(".restored-*")]
    if leftovers:
        raise Violation(f"copies of states were left behind: {leftovers}")
    torn = len(list(killed.out.glob("runs.jsonl.torn-*")))
    sessions = len(json.loads((killed.out / "manifest.json").read_text())["sessions"])
    return (f"{len(found)} runs, the same as undisturbed, after {done} kills in {sessions} sessions; "
            f"{torn} lines were torn and run again; {time.monotonic() - started:.0f} s for the ends of both")


def main() -> int:
    """Exit code 1, and the folder is kept, where something was lost."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--program", type=pathlib.Path, default=DEFAULT_PROGRAM)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    arguments = parser.parse_args()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="commitbench-sweep-kill-"))
    print(f"seed {arguments.seed}", flush=True)
    try:
        print(test(arguments.program, folder, arguments.kills, arguments.seed))
    except Violation as violation:
        print(f"{violation}\n{folder} is kept", file=sys.stderr)
        return 1
    shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
