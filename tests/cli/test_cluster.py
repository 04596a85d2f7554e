"""scripts/cluster without a Slurm: what is asked of one, and one task of an array. scripts/cluster/test_slurm has the real one."""

import fcntl
import json
import os
import pathlib
import signal
import subprocess
from typing import Any

from cli_test import PROGRAM, TIMEOUT_SECONDS, CliTest, Completed

CLUSTER: pathlib.Path = pathlib.Path(__file__).resolve().parents[2] / "scripts" / "cluster"
PLAN: str = """
name = "cluster-test"
repetitions = 12
[axes]
executor = "sequential"
backend = ["flat", "lthash"]
workload = "transfer:accounts=1000,block-size=100"
blocks = 5
warmup = 1
"""
RUNS: int = 4 * 6  # of shard 1 of 2
# A stand-in for a command of Slurm's: notes its words, a line a call, and answers as sbatch --parsable does.
COMMAND_OF_SLURM: str = """#!/bin/sh
echo "$(basename "$0") $*" >>"$CALLS"
echo 41
"""


class Cluster(CliTest):
    """In a folder with a plan and stand-ins for sbatch and scontrol."""

    calls: pathlib.Path

    def setUp(self) -> None:
        super().setUp()
        self.write("plan.toml", PLAN)
        self.calls = self.folder / "calls"
        (self.folder / "bin").mkdir()
        for name in ("sbatch", "scontrol"):
            command = self.folder / "bin" / name
            command.write_text(COMMAND_OF_SLURM)
            command.chmod(0o755)

    def slurm_environment(self) -> dict[str, str]:
        """That of the first task of array 7."""
        return {**self.environment(), "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}", "CALLS": str(self.calls), "SLURM_JOB_ID": "8",
                "SLURM_ARRAY_JOB_ID": "7", "SLURM_ARRAY_TASK_ID": "1", "SLURMD_NODENAME": "node1"}

    def submit(self, *words: str) -> Completed:
        """Runs scripts/cluster/submit."""
        return subprocess.run([CLUSTER / "submit", *words], cwd=self.folder, env=self.slurm_environment(), capture_output=True, text=True,
                              timeout=TIMEOUT_SECONDS, check=False)

    def start_shard(self) -> "subprocess.Popen[str]":
        """Starts shard 1 of 2 as Slurm does, and does not wait."""
        words: list[str | pathlib.Path] = [CLUSTER / "sweep_shard", PROGRAM, self.folder / "plan.toml", self.folder, "2"]
        process = subprocess.Popen(words, cwd=self.folder, env=self.slurm_environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.addCleanup(self.end, process)
        return process

    def shard_lines(self) -> list[dict[str, Any]]:
        """What shard 1 of 2 has written."""
        file = self.folder / "shard-1-of-2" / "runs.jsonl"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []

    def assert_every_run_once(self) -> None:
        """The odd repetitions of two cells, null and A/A."""
        runs = [(line["sweep"]["cell"], line["sweep"]["repetition"]) for line in self.shard_lines()]
        self.assertEqual(RUNS, len(runs))
        self.assertEqual(RUNS, len(set(runs)))
        self.assertEqual({1, 3, 5, 7, 9, 11}, {repetition for _, repetition in runs})

    def test_submit_refuses(self) -> None:
        for words, part in [
            ([], "needs PLAN and OUT"),
            (["plan.toml"], "needs PLAN and OUT"),
            (["plan.toml", "out"], "--shards ''"),
            (["plan.toml", "out", "--shards"], "--shards needs a value"),
            (["plan.toml", "out", "--shards", "0"], "--shards '0'"),
            (["plan.toml", "out", "--shards", "2", "--at-once", "x"], "--at-once 'x'"),
            (["plan.toml", "out", "--shards", "2", "--cpus", "0"], "--cpus '0'"),
            (["plan.toml", "out", "--shards", "2", "--shard", "2"], "no option is called --shard"),
            (["plan.toml", "out", "--shards", "2", "--program", "nowhere"], "there is no program nowhere"),
        ]:
            with self.subTest(words=words):
                result = self.submit(*words)
                self.assertEqual(2, result.returncode, result.stderr)
                self.assertEqual(1, len(result.stderr.splitlines()), result.stderr)
                self.assertIn(f"submit: {part}", result.stderr)
                self.assertFalse(self.calls.exists())

    def test_submit_refuses_what_the_sweep_would(self) -> None:
        for words, part in [(["plans.toml"], "plans.toml"), (["plan.toml", "--", "--repetitions", "0"], "--repetitions 0")]:
            with self.subTest(words=words):
                self.assert_refused(self.submit(words[0], "out", "--shards", "2", "--program", PROGRAM, *words[1:]), part)
                self.assertFalse(self.calls.exists())

    def test_submit_asks_for_array_and_merge(self) -> None:
        result = self.submit("plan.toml", "out", "--shards", "3", "--at-once", "2", "--partition", "p", "--time", "1:00:00", "--states", "/scratch",
                             "--program", PROGRAM, "--", "--repetitions", "6")
        self.assertIn("sweep 41: 3 shards", self.assert_ok(result))
        array, merge = self.calls.read_text().splitlines()
        for word in ("--array=1-3%2", "--exclusive", "--requeue", "--open-mode=append", "--partition=p", "--time=1:00:00"):
            self.assertIn(f" {word} ", array)
        out = self.folder.resolve() / "out"
        self.assertTrue(array.endswith(f"{CLUSTER}/sweep_shard {pathlib.Path(PROGRAM).resolve()} {self.folder.resolve()}/plan.toml {out} 3 --states /scratch --repetitions 6"), array)
        self.assertIn(" --dependency=afterok:41 ", merge)
        self.assertTrue(merge.endswith(f"{CLUSTER}/merge_shards {pathlib.Path(PROGRAM).resolve()} {out} 3"), merge)

    def test_submit_shares_nodes_when_asked(self) -> None:
        self.assert_ok(self.submit("plan.toml", "out", "--shards", "1", "--cpus", "4", "--program", PROGRAM))
        array, merge = self.calls.read_text().splitlines()
        self.assertIn(" --cpus-per-task=4 ", array)
        self.assertNotIn("--exclusive", array + merge)

    def test_number_of_shards_stays(self) -> None:
        (self.folder / "out" / "shard-2-of-4").mkdir(parents=True)
        result = self.submit("plan.toml", "out", "--shards", "3", "--program", PROGRAM)
        self.assertEqual(2, result.returncode)
        self.assertIn("was begun with --shards 4", result.stderr)
        self.assertFalse(self.calls.exists())

    def test_shard_continues_after_its_time_was_up(self) -> None:
        process = self.start_shard()
        self.wait_for(lambda: self.shard_lines(), "its first run", process)
        process.send_signal(signal.SIGUSR1)
        output, _ = process.communicate(timeout=TIMEOUT_SECONDS)
        self.assertEqual(0, process.returncode, output)
        self.assertIn("time is up: back into the queue", output)
        # The task of the array, not job 8: the job of an array's last task has the number of the array.
        self.assertEqual("scontrol requeue 7_1\n", self.calls.read_text())
        before = self.shard_lines()
        self.assertLess(len(before), RUNS)

        process = self.start_shard()
        output, _ = process.communicate(timeout=TIMEOUT_SECONDS)
        self.assertEqual(0, process.returncode, output)
        self.assertEqual(before, self.shard_lines()[: len(before)])
        self.assert_every_run_once()

    def test_second_task_waits_for_the_first(self) -> None:
        with open(self.folder / "shard-1-of-2.lock", "w", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            process = self.start_shard()
            assert process.stdout is not None
            self.assertIn("0 lines are there", process.stdout.readline())
            self.assertIn("another task is still at work on this shard", process.stdout.readline())
            self.assertIsNone(process.poll())
            self.assertEqual([], self.shard_lines())
        output, _ = process.communicate(timeout=TIMEOUT_SECONDS)
        self.assertEqual(0, process.returncode, output)
        self.assert_every_run_once()
