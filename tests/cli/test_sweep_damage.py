"""`sweep` after kills, full disks, damaged lines and vanished folders: nothing is lost, nothing run twice."""

import shutil

from sweep_test import PLAN, SweepTest


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
