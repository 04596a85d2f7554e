"""`sweep` after kills, full disks, damaged lines and vanished folders: nothing is lost, nothing run twice."""

import pathlib
import shutil
import subprocess
import sys

from cli_test import PROGRAM, TIMEOUT_SECONDS
from small_disk import SmallDisk
from sweep_test import PLAN, SweepTest

KILL_TEST: pathlib.Path = pathlib.Path(__file__).resolve().parents[2] / "scripts" / "sweep_kill_test.py"


class Damage(SweepTest):
    """What a kill, a full disk or a careless hand leaves behind."""

    def setUp(self) -> None:
        super().setUp()
        self.write("plan.toml", PLAN.replace('"paged:store=file", "mpt:store=rocksdb"', '"null"').replace("repetitions = 2", "repetitions = 1"))
        self.assert_ok(self.sweep())
        self.file = self.folder / "out" / "runs.jsonl"
        self.whole = self.file.read_bytes()

    def test_torn_last_line_is_set_aside_and_run_again(self) -> None:
        self.file.write_bytes(self.whole[:-40])
        result = self.sweep()
        self.assertIn("1 of them new", self.assert_ok(result))
        self.assertIn("cut off", result.stderr)
        last = self.whole.rstrip(b"\n").rfind(b"\n") + 1
        self.assertEqual(self.whole[last:-40], (self.folder / "out" / "runs.jsonl.torn-1").read_bytes())
        self.assertTrue(self.file.read_bytes().startswith(self.whole[:last]))
        self.assertEqual(4, len(self.runs(self.lines())))

    def test_damaged_line_is_named_and_set_aside_where_asked_for(self) -> None:
        lines = self.whole.splitlines(keepends=True)
        damaged = lines[0] + lines[1][:50] + b"\xff" + lines[1][51:] + b"".join(lines[2:])
        self.file.write_bytes(damaged)
        self.assert_refused(self.sweep(), "runs.jsonl:2:", "--set-aside-corrupt")
        self.assertEqual(damaged, self.file.read_bytes())
        self.assertIn("1 of them new", self.assert_ok(self.sweep("--set-aside-corrupt")))
        self.assertEqual(4, len(self.runs(self.lines())))
        self.assertEqual(lines[1][:50] + b"\xff" + lines[1][51:], (self.folder / "out" / "runs.jsonl.corrupt-1").read_bytes())

    def test_states_that_vanished_are_made_again(self) -> None:
        self.write("plan.toml", PLAN.replace('"flat:store=memory", ', ""))
        self.assert_ok(self.sweep("--repetitions", "1", out="files"))
        shutil.rmtree(self.folder / "files" / "states")
        self.assert_ok(self.sweep("--repetitions", "2", out="files"))
        self.assertEqual(8, len(self.runs(self.lines("files"))))


class Killed(SweepTest):
    """SIGKILL at random moments: scripts/sweep_kill_test.py, with few kills."""

    def test_sweep_survives(self) -> None:
        done = subprocess.run(
            [sys.executable, "-B", str(KILL_TEST), "--program", PROGRAM, "--kills", "8", "--seed", "1"],
            env=self.environment(), capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False,
        )
        self.assertIn("the same as undisturbed, after 8 kills", self.assert_ok(done))


class FullDisk(SweepTest):
    """A file system of a few megabytes that fills up, and one that goes away."""

    def setUp(self) -> None:
        super().setUp()
        self.disk = SmallDisk(self, megabytes=48)
        self.write("plan.toml", PLAN.replace('"flat:store=memory", "paged:store=file", "mpt:store=rocksdb"', '"flat:store=memory", "mpt:store=lmdb"')
                   .replace("accounts = 300", 'accounts = "3k"'))

    def test_of_the_results_stops_and_goes_on(self) -> None:
        self.assert_ok(self.sweep("--repetitions", "1", "--states", "states", out="disk/out"))
        before = (self.folder / "disk/out/runs.jsonl").read_bytes()
        ballast = self.folder / "disk" / "ballast"
        self.disk.fill(ballast)
        self.assert_message(self.sweep("--states", "states", out="disk/out"), "No space left", "free some space")
        self.assertEqual(before, (self.folder / "disk/out/runs.jsonl").read_bytes(), "nothing lost, nothing half")
        ballast.unlink()
        self.assert_ok(self.sweep("--states", "states", out="disk/out"))
        self.assertTrue((self.folder / "disk/out/runs.jsonl").read_bytes().startswith(before))
        self.assertEqual(8, len(self.runs(self.lines("disk/out"))))

    def test_of_the_states_stops_and_goes_on(self) -> None:
        ballast = self.folder / "disk" / "ballast"
        self.disk.fill(ballast, but_bytes=1 << 20)
        self.assert_message(self.sweep("--states", "disk/states"), "first state", "space", "the same command goes on")
        refused = [line for line in self.lines() if line["sweep"]["status"] == "failed"]
        self.assertEqual(["io"], [line["sweep"]["error"] for line in refused])
        ballast.unlink()
        self.assert_ok(self.sweep("--states", "disk/states"))
        self.assertEqual(8, len(self.runs(self.lines())))

    def test_gone_stops_and_goes_on(self) -> None:
        self.assert_ok(self.sweep("--repetitions", "1", "--states", "disk/states"))
        self.disk.unmount()
        (self.folder / "disk").chmod(0o555)
        self.addCleanup((self.folder / "disk").chmod, 0o755)
        (self.folder / "disk").rmdir()
        self.write("disk", "in the way")
        self.assert_message(self.sweep("--states", "disk/states"), "disk/states", "the same command goes on")
        (self.folder / "disk").unlink()
        self.assert_ok(self.sweep("--states", "disk/states"))
        self.assertEqual(8, len(self.runs(self.lines())))
