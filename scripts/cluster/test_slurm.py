#!/usr/bin/env python3
"""A sweep on a Slurm whose nodes fail: nothing lost, nothing run twice. See scripts/cluster/test_slurm."""

import argparse
import collections
import datetime
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any

from one_node_slurm import OneNodeSlurm, SlurmError, descendants, exit_on_signals

HERE: pathlib.Path = pathlib.Path(__file__).resolve().parent
PLAN: pathlib.Path = HERE / "test_plan.toml"
WAIT_SECONDS: float = 600
UNENDED: set[str] = {"PENDING", "CONFIGURING", "RUNNING", "COMPLETING"}
CLOCK_SECONDS: float = 1  # started_utc has no fractions

Run = tuple[str, int]  # cell and repetition
Line = dict[str, Any]


def read_lines(folder: pathlib.Path) -> list[Line]:
    """The complete lines of a sweep's runs.jsonl, none where there is no file yet."""
    try:
        text = (folder / "runs.jsonl").read_text(encoding="utf-8")
    except FileNotFoundError:
        return []
    return [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]


def succeeded(lines: list[Line]) -> collections.Counter[Run]:
    """How often each run is there with the status "ok"."""
    return collections.Counter((line["sweep"]["cell"], line["sweep"]["repetition"]) for line in lines if line["sweep"]["status"] == "ok")


class DisturbedSweep:
    """The job array, and what is done to it. Every method returns when Slurm shows the effect; SlurmError where it does not."""

    def __init__(self, slurm: OneNodeSlurm, program: pathlib.Path, out: pathlib.Path, shards: int, expected: set[Run]) -> None:
        self.slurm = slurm
        self.out = out
        self.shards = shards
        self.expected = expected
        self.runs_per_shard = len(expected) // shards
        self.begin = time.monotonic()
        self.kept: dict[int, list[Line]] = {}  # shard -> the lines that it had when it was last disturbed
        repetitions = max(repetition for _, repetition in expected)
        words: list[str | pathlib.Path] = [HERE / "submit", PLAN, out, "--shards", str(shards), "--program", program, "--", "--repetitions", str(repetitions)]
        done = subprocess.run(words, env=slurm.environment(), capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise SlurmError(f"submit: {done.stderr.strip()}")
        print(done.stdout.rstrip())
        numbers = re.findall(r"^(?:sweep|merge) (\d+):", done.stdout, re.MULTILINE)
        self.array, self.merge = int(numbers[0]), int(numbers[1])
        self.say(f"submitted: {shards} shards of {self.runs_per_shard} runs for {len(slurm.nodes)} nodes")

    def say(self, what: str) -> None:
        """One line of the story, with the seconds since it began."""
        print(f"{time.monotonic() - self.begin:7.1f} s  {what}", flush=True)

    def folder(self, shard: int) -> pathlib.Path:
        """Where a shard's results are."""
        return self.out / f"shard-{shard}-of-{self.shards}"

    def log(self, shard: int) -> str:
        """What all tasks of a shard have printed."""
        return (self.out / "logs" / f"shard-{shard}.log").read_text(encoding="utf-8")

    def jobs(self) -> dict[str, dict[str, str]]:
        """The fields of every job, by "1" .. "n" for the shards and "merge"."""
        found: dict[str, dict[str, str]] = {}
        for line in self.slurm.command("scontrol", "--oneliner", "show", "job").splitlines():
            fields = dict(word.split("=", 1) for word in line.split() if "=" in word)
            if fields["JobId"] == str(self.merge):
                found["merge"] = fields
            elif fields.get("ArrayJobId") == str(self.array):
                # Tasks that have not started yet are one job with a list of their numbers, as in 2,4-5%2.
                for part in fields["ArrayTaskId"].split("%")[0].split(","):
                    first, _, last = part.partition("-")
                    found |= {str(shard): fields for shard in range(int(first), int(last or first) + 1)}
        return found

    def wait(self, what: str, ready: Callable[[], bool]) -> None:
        """Until `ready`."""
        deadline = time.monotonic() + WAIT_SECONDS
        while not ready():
            if time.monotonic() > deadline:
                raise SlurmError(f"after {WAIT_SECONDS:.0f} s still not: {what}\n{self.slurm.command('squeue')}{self.slurm.command('sinfo', '-N')}")
            time.sleep(0.2)

    def amid_shard(self, only: int | None = None) -> tuple[int, str]:
        """Waits for a task, that of shard `only` if given, that is in the midst of its shard: some runs done, some to do. Returns the shard
        and its node."""
        found: list[tuple[int, str]] = []

        def ready() -> bool:
            shards = {int(shard): job for shard, job in self.jobs().items() if shard != "merge"}
            if all(job["JobState"] == "COMPLETED" for shard, job in shards.items() if only in (None, shard)):
                raise SlurmError(f"the sweep ended before all of its disturbances; give {PLAN.name} more runs")
            found[:] = [(shard, job["NodeList"]) for shard, job in shards.items() if job["JobState"] == "RUNNING" and shard not in self.kept
                        and only in (None, shard) and 1 <= len(read_lines(self.folder(shard))) < self.runs_per_shard - 2]
            return bool(found)

        self.wait("a task in the midst of its shard", ready)
        return found[0]

    def requeued(self, shard: int) -> None:
        """Waits until Slurm has put the shard back into its queue, or has started it again. No shard is disturbed twice."""
        self.wait(f"shard {shard} back in the queue", lambda: int(self.jobs()[str(shard)]["Restarts"]) > 0)

    def disturbed(self, shard: int, node: str, what: str) -> None:
        """Notes what the shard has, and says what has happened to it."""
        self.kept[shard] = read_lines(self.folder(shard))
        self.say(f"{what}: shard {shard} on {node}, {len(self.kept[shard])} of {self.runs_per_shard} runs done")

    def run_out_of_time(self) -> None:
        """What Slurm does two minutes before a task's time limit, to the last task: its job id is that of the whole array."""
        shard, node = self.amid_shard(only=self.shards)
        self.slurm.command("scancel", "--batch", "--signal=USR1", f"{self.array}_{shard}")
        self.disturbed(shard, node, "TIME UP (USR1)")
        self.requeued(shard)
        self.say(f"  shard {shard} is back in the queue")

    def lose_contact(self) -> None:
        """The node is lost to Slurm, which starts its task elsewhere, but its processes live on: slowly, until the other task is there too."""
        shard, node = self.amid_shard()
        orphans = descendants(self.slurm.steps(node))
        for process in orphans:
            os.kill(process, signal.SIGSTOP)
        self.slurm.kill_node(node, jobs=False)
        self.disturbed(shard, node, "CONTACT LOST (kill -9 slurmd; its task lives on)")
        self.slurm.command("scontrol", "update", f"NodeName={node}", "State=DOWN", "Reason=lost")
        self.requeued(shard)
        self.say(f"  {node} is {self.slurm.node_state(node)}, shard {shard} is back in the queue")
        self.wait(f"a second task at shard {shard}", lambda: "another task is still at work" in self.log(shard))
        other = self.jobs()[str(shard)]["NodeList"]
        self.say(f"  shard {shard} has a second task on {other}, which waits for the first")
        for process in orphans:
            os.kill(process, signal.SIGCONT)
        self.wait(f"the end of shard {shard}", lambda: self.jobs()[str(shard)]["JobState"] not in UNENDED)
        self.slurm.start_node(node)
        self.say(f"  both tasks have ended; {node} is started again")

    def fail_node(self) -> None:
        """Everything on the node dies at once, and Slurm has to find out."""
        shard, node = self.amid_shard()
        killed = self.slurm.kill_node(node)
        self.disturbed(shard, node, f"NODE FAILED (kill -9 slurmd, slurmstepd and the task: {killed} processes)")
        self.requeued(shard)
        self.say(f"  Slurm says {node} is {self.slurm.node_state(node)}; shard {shard} is back in the queue")
        self.slurm.start_node(node)
        self.say(f"  {node} is started again")

    def finish(self) -> None:
        """Waits for the end of the sweep and of its merge."""
        self.wait("the end of all jobs", lambda: all(job["JobState"] not in UNENDED for job in self.jobs().values()))
        self.say("all jobs have ended")


Disturbance = Callable[[DisturbedSweep], None]


def overlap_seconds(lines: list[Line]) -> float:
    """For how long, at most, runs of one shard must have gone on at the same time; below CLOCK_SECONDS where none need have."""
    latest, worst = 0.0, 0.0  # when the runs so far would have ended, one after the other
    for line in lines:
        started = datetime.datetime.fromisoformat(line["sweep"]["started_utc"]).timestamp()
        worst = max(worst, latest - started)
        latest = max(latest, started) + float(line["sweep"]["seconds"])
    return worst


def verdicts(sweep: DisturbedSweep) -> list[tuple[str, bool]]:
    """What is demanded of a sweep that has ended, with its figures, and whether it holds."""
    jobs = sweep.jobs()
    merged = read_lines(sweep.out / "merged")
    shards = {shard: read_lines(sweep.folder(shard)) for shard in range(1, sweep.shards + 1)}
    found = succeeded(merged)
    twice = [run for run, times in found.items() if times > 1]
    ended_badly = [name for name, job in jobs.items() if job["JobState"] != "COMPLETED"]
    restarted = {int(name) for name, job in jobs.items() if int(job["Restarts"]) > 0}
    changed = [shard for shard, lines in sweep.kept.items() if shards[shard][: len(lines)] != lines]
    together = [shard for shard, lines in shards.items() if overlap_seconds(lines) >= CLOCK_SECONDS]

    def in_order(lines: list[Line]) -> list[str]:
        return sorted(json.dumps(line, sort_keys=True) for line in lines)

    return [
        (f"{len(jobs)} jobs completed, the merge included; {len(ended_badly)} ended otherwise", not ended_badly and "merge" in jobs),
        (f"the disturbed shards {sorted(sweep.kept)} were started again, and no others", restarted == set(sweep.kept)),
        (f"nothing lost: of {len(sweep.expected)} runs {len(sweep.expected - set(found))} are missing, {len(set(found) - sweep.expected)} are others",
         set(found) == sweep.expected),
        (f"nothing run twice: {len(twice)} runs have more than one ok line", not twice),
        (f"one task at a time: {len(together)} shards have runs that went on at the same time", not together),
        (f"what was there before is there still, in its place: {len(changed)} shards differ", not changed),
        ("merged has the lines of the shards, and no others", in_order(merged) == in_order([line for lines in shards.values() for line in lines])),
    ]


def show_shards(sweep: DisturbedSweep) -> None:
    """A line a shard: how often it was started, and where."""
    print(f"{'shard':7}{'starts':>7}{'ok':>5}{'other':>7}  nodes")
    for shard in range(1, sweep.shards + 1):
        nodes = re.findall(r" on (\S+): task ", sweep.log(shard))
        lines = read_lines(sweep.folder(shard))
        ok = succeeded(lines).total()
        print(f"{shard}/{sweep.shards:<5}{len(nodes):>7}{ok:>5}{len(lines) - ok:>7}  {', '.join(nodes)}")


def undisturbed_runs(program: pathlib.Path, out: pathlib.Path) -> set[Run]:
    """The runs of the plan, on this machine alone. SlurmError where they are not those that the sweep's manifest plans, once each."""
    print(f"== undisturbed: {program} sweep {PLAN}", flush=True)
    begin = time.monotonic()
    done = subprocess.run([program, "sweep", PLAN, "--out", out], stdout=subprocess.DEVNULL, check=False)
    if done.returncode != 0:
        raise SlurmError(f"the undisturbed sweep ended with {done.returncode}")
    found = succeeded(read_lines(out))
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    planned = [(cell["cell"], repetition) for cell in manifest["cells"] for repetition in range(1, manifest["repetitions"] + 1)]
    if found != collections.Counter(planned):
        raise SlurmError(f"the undisturbed sweep has {found.total()} ok lines, its manifest plans {len(planned)}")
    print(f"{len(planned)} runs ({len(manifest['cells'])} cells, {manifest['repetitions']} repetitions) in {time.monotonic() - begin:.0f} s")
    return set(found)


def disturb(slurm: OneNodeSlurm, program: pathlib.Path, out: pathlib.Path, shards: int, expected: set[Run], how: list[Disturbance]) -> bool:
    """A sweep from its submission to the verdicts; whether all hold."""
    print(f"\n== on Slurm: {', then '.join(one.__name__.replace('_', ' ') for one in how)}", flush=True)
    try:
        sweep = DisturbedSweep(slurm, program, out, shards, expected)
        for one in how:
            one(sweep)
        sweep.finish()
    except SlurmError as error:
        print(f"FAILED  {error}", flush=True)
        return False
    show_shards(sweep)
    outcome = verdicts(sweep)
    for what, holds in outcome:
        print(f"{'ok' if holds else 'FAILED':8}{what}", flush=True)
    return all(holds for _, holds in outcome)


def test(program: pathlib.Path, results: pathlib.Path, keep: bool) -> bool:
    """Both disturbed sweeps; whether all that is demanded holds."""
    every_run = undisturbed_runs(program, results / "undisturbed")
    first_half = {run for run in every_run if run[1] <= 4}
    with OneNodeSlurm(nodes=2, keep=keep) as slurm:
        if keep:
            print(f"kept: {results} and {slurm.folder}")
        in_time = disturb(slurm, program, results / "out_of_time", 2, first_half, [DisturbedSweep.run_out_of_time])
        failed = disturb(slurm, program, results / "failed", 4, every_run, [DisturbedSweep.lose_contact, DisturbedSweep.fail_node])
    return in_time and failed


def main() -> int:
    """0 where all demands are met, 1 where one is not, 2 where the test could not be made."""
    parser = argparse.ArgumentParser(prog="test_slurm")
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("--keep", action="store_true", help="keep the results and Slurm's folder")
    options = parser.parse_args()
    exit_on_signals()
    results = pathlib.Path(tempfile.mkdtemp(prefix="commitbench-test-slurm-"))
    try:
        holds = test(options.program.resolve(), results, options.keep)
    except SlurmError as error:
        print(f"test_slurm: {error}", file=sys.stderr)
        return 2
    finally:
        if not options.keep:
            shutil.rmtree(results)
    print(f"\n{'nothing lost, nothing run twice' if holds else 'FAILED: see above'}")
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
