"""`sweep`: what it runs, what it writes, what it refuses."""

import json
import signal
from collections import Counter
from typing import Any

from cli_test import Completed
from sweep_test import PLAN, RUNS, SweepTest

try:
    import jsonschema
except ImportError:  # Debian's python3-jsonschema, in the group `test`
    jsonschema = None

import pathlib
import unittest

SCHEMAS: pathlib.Path = pathlib.Path(__file__).resolve().parents[2] / "harness" / "sweep" / "schema"


class Sweep(SweepTest):
    """One plan."""

    def test_runs_every_cell_of_every_repetition_once(self) -> None:
        plain = self.sweep()
        self.assert_ok(plain)
        lines = self.lines()
        self.assertEqual(RUNS, len(lines))
        self.assertIn(f"run 1 of {RUNS} (0 %)", plain.stderr)
        self.assertEqual({"ok"}, {line["sweep"]["status"] for line in lines})
        self.assertEqual({2}, set(Counter(line["sweep"]["cell"] for line in lines).values()))
        self.assertEqual({"cell": 6, "null": 2, "aa": 2}, dict(Counter(line["sweep"]["role"] for line in lines)))
        for repetition in (1, 2):
            ran = [line["sweep"]["position"] for line in lines if line["sweep"]["repetition"] == repetition]
            self.assertEqual([1, 2, 3, 4, 5], ran, "in the order of the file")
        for line in lines:
            self.assertEqual(line["sweep"]["axes"]["backend"].split(":")[0], line["backend"]["name"])
            self.assertEqual("300", line["sweep"]["axes"].get("accounts"))
            self.assertEqual("valid", line["ledger"]["verdict"])
        null = next(line for line in lines if line["sweep"]["role"] == "null")
        self.assertEqual(("replay", "null"), (null["executor"]["name"], null["backend"]["name"]))
        # Nothing is done twice, nothing written over.
        before = (self.folder / "out" / "runs.jsonl").read_bytes()
        self.assertIn("0 of them new", self.assert_ok(self.sweep()))
        self.assertEqual(before, (self.folder / "out" / "runs.jsonl").read_bytes())
        self.assertEqual(2, len(self.manifest()["sessions"]))
        self.check_restored(lines)
        self.check_schemas(lines)

    def check_restored(self, lines: list[dict[str, Any]]) -> None:
        """Restored states have the roots that loaded ones have, and lie there once."""
        for line in lines:
            restored = line["load"]["restored"]
            self.assertEqual("store=memory" in line["backend"]["spec"] or line["backend"]["name"] == "null", restored is None, restored)
            if restored is not None:
                self.assertIn(restored, ("reflink", "copy", "hard links and copies"))
        for name, runs in self.roots(lines).items():
            if name in ("mpt", "paged"):
                spec = next(line["backend"]["spec"] for line in lines if line["backend"]["name"] == name)
                loaded = self.run_cell("--workload", "transfer:accounts=300,block-size=50", "--backend", spec, "--blocks", "2",
                                       "--warmup", "1", "--memory", "64MiB")
                self.assertIsNone(loaded["load"]["restored"])
                for roots in runs:
                    self.assertEqual([block["root"] for block in loaded["blocks"]], roots)
        states = [path for path in (self.folder / "out" / "states").iterdir() if path.is_dir()]
        self.assertEqual(2, len(states), states)
        self.assertEqual([], [path for path in (self.folder / "tmp").iterdir()])

    def check_schemas(self, lines: list[dict[str, Any]]) -> None:
        """What is written is what the schemas say, a failed run's line too."""
        if jsonschema is None:
            self.skipTest("python3-jsonschema is not installed")
        run = json.loads((SCHEMAS / "run.schema.json").read_text())
        manifest = json.loads((SCHEMAS / "manifest.schema.json").read_text())
        failed = {"schema_version": 1, "command": ["commitbench"],
                  "sweep": {**lines[0]["sweep"], "status": "failed", "exit_code": 2, "error": "io", "reason": "the disk is full"}}
        for schema in (run, manifest):
            jsonschema.Draft202012Validator.check_schema(schema)
        for line in [*lines, failed]:
            jsonschema.validate(line, run)
        jsonschema.validate(self.manifest(), manifest)
        for broken in ({**lines[0], "sweep": {}}, {**failed, "blocks": []}, {key: lines[0][key] for key in lines[0] if key != "totals"}):
            with self.assertRaises(jsonschema.ValidationError):
                jsonschema.validate(broken, run)

    def test_says_what_it_would_do(self) -> None:
        text = self.assert_ok(self.run_program("sweep", "plan.toml", "--dry-run", "--repetitions", "3"))
        for part in ("15 of 5 cells x 3 repetitions; 0 are done", "by rule:", "2 first states", "[A/A]", "[null x null]", "repetition   3:"):
            self.assertIn(part, text)
        self.assertEqual({"plan.toml", "tmp"}, {path.name for path in self.folder.iterdir()})

    def test_lists_shipped_plans_and_their_specs_are_good(self) -> None:
        text = self.assert_ok(self.run_program("sweep", "--list"))
        for name in ("smoke", "executors", "backends", "cores"):
            self.assertIn(name, text)
        self.assert_refused(self.run_program("sweep", "smok", "--out", "out"), "did you mean 'smoke'?")

    def test_typos_are_named_before_anything_runs(self) -> None:
        for wrong, right, line, remedy in (
            ("backend = [", "bakend = [", 6, "did you mean 'backend'?"),
            ("paged:store=file", "paged:stor=file", 6, "did you mean 'store'?"),
            ("{accounts}", "{acounts}", 7, "did you mean 'accounts'?"),
            ("repetitions", "repititions", 4, "did you mean 'repetitions'?"),
            ('"64MiB"', '"64 megs"', 11, "no size"),
            ("blocks = 2", "blocks = 0", 9, "at least 1"),
        ):
            with self.subTest(right):
                self.write("plan.toml", PLAN.replace(wrong, right, 1))
                self.assert_refused(self.sweep(), f"plan.toml:{line}:", remedy)
                self.assertFalse((self.folder / "out").exists())
        self.write("plan.toml", PLAN + "=")
        self.assert_refused(self.sweep(), "plan.toml:12:")
        self.assert_refused(self.run_program("sweep", "other.toml", "--out", "out"), "no such plan")

    def test_flags_are_checked(self) -> None:
        for words, part in (
            (["--shard", "3/2"], "--shard"), (["--until-ci", "x"], "--until-ci"), (["--max-repetitions", "3"], "--until-ci"),
            (["--until-ci", "2%", "--max-repetitions", "1"], "--max-repetitions"), (["--until-ci", "2%", "--shard", "1/2"], "--until-ci"),
            (["--repetitions", "0"], "--repetitions"), (["--order", "block"], "did you mean 'blocks'?"), (["--states-size", "x"], "--states-size"),
        ):
            self.assert_refused(self.sweep(*words), part)
        self.assert_refused(self.run_program("sweep", "plan.toml"), "--out")
        self.assert_refused(self.run_program("sweep", "--out", "out"), "no plan")

    def test_another_plan_in_the_folder_is_refused(self) -> None:
        self.write("plan.toml", PLAN.replace('"paged:store=file", "mpt:store=rocksdb"', '"null"'))
        self.assert_ok(self.sweep("--repetitions", "1"))
        before = (self.folder / "out" / "runs.jsonl").read_bytes()
        self.assertIn("4 of them new", self.assert_ok(self.sweep("--repetitions", "2")))
        self.write("plan.toml", PLAN)
        self.assert_refused(self.sweep(), "another version of the plan 'test'")
        self.assertTrue((self.folder / "out" / "runs.jsonl").read_bytes().startswith(before))

    def test_failing_cells_are_kept_tried_again_and_given_up(self) -> None:
        # 80 MiB of values are more than a budget of 1 MiB allows a store in memory.
        self.write("plan.toml", PLAN.replace('"paged:store=file", "mpt:store=rocksdb"', '"flat:store=lmdb"') + """
[[include]]
backend = "flat:store=memory"
set = { memory = "1MiB", workload = "transfer:accounts=20k,value-size=4096,block-size=50" }
[null]
workload = "transfer:accounts=300,block-size=50"
[aa]
backend = "flat:store=lmdb"
""")
        self.assert_message(self.sweep(), "given up after 3 attempts", "--retry-failed", code=1)
        lines = self.lines()
        failed = [line for line in lines if line["sweep"]["status"] == "failed"]
        self.assertEqual([1, 2, 3], [line["sweep"]["attempt"] for line in failed])
        for line in failed:
            self.assertEqual({"schema_version", "command", "sweep"}, set(line))
            self.assertEqual("does_not_fit", line["sweep"]["error"])
            self.assertTrue(line["sweep"]["reason"])
        self.assertEqual(6, len(lines) - len(failed), "the others all ran")
        self.assert_message(self.sweep(), "given up", code=1)
        self.assertEqual(len(lines), len(self.lines()), "and is not tried for ever")

    def test_until_the_intervals_are_narrow(self) -> None:
        self.write("plan.toml", PLAN.replace('"paged:store=file", "mpt:store=rocksdb"', '"null"'))
        share = self.write_analysis(
            "count = {}\n"
            "for run in runs: count[run['cell']] = count.get(run['cell'], 0) + 1\n"
            "null = {run['cell'] for run in runs if run['role'] == 'null'}\n"
            "cells = {c: {'half_width_percent': None if c in null else 3.0 - n / 2} for c, n in count.items()}")
        words = ("sweep", "plan.toml", "--out", "out", "--until-ci", "1.5%", "--max-repetitions", "4")
        self.assert_ok(self.run_program(*words, COMMITBENCH_SHARE=str(share)))
        times = Counter(line["sweep"]["role"] for line in self.lines())
        self.assertEqual({"cell": 6, "aa": 3, "null": 4}, dict(times), "three times each; the null cell never narrow, up to the cap")
        self.assertEqual((1.5, 4), (self.manifest()["until_ci_percent"], self.manifest()["max_repetitions"]))
        (share / "scripts" / "analysis" / "__main__.py").write_text("raise SystemExit('no scipy here')")
        self.assert_message(self.run_program(*words[:-1], "5", COMMITBENCH_SHARE=str(share)), "no scipy here")


class Interrupted(SweepTest):
    """Ctrl-C, and a second sweep meanwhile."""

    def test_goes_on_after_an_interrupt(self) -> None:
        self.write("plan.toml", PLAN.replace("blocks = 2", "blocks = 400"))
        process = self.start_program("sweep", "plan.toml", "--out", "out")
        self.wait_for(lambda: len(self.lines()) >= 1, "the first line", process)
        self.assert_refused(self.sweep(), "in use by another sweep")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=120)
        self.assertEqual(130, process.returncode, f"{out}\n{err}")
        self.assertIn("the same command goes on", err.splitlines()[-1])
        self.assertEqual([], list((self.folder / "out" / "states").glob(".restored*")))
        done = len(self.lines())
        self.assertLess(done, RUNS)
        resumed: Completed = self.sweep()
        self.assertIn(f"{RUNS - done} of them new", self.assert_ok(resumed))
        self.assertEqual(RUNS, len(self.runs(self.lines())))


class Shards(SweepTest):
    """Parts of a sweep, joined."""

    def setUp(self) -> None:
        super().setUp()
        self.write("plan.toml", PLAN.replace('"paged:store=file", "mpt:store=rocksdb"', '"null"'))

    def test_make_the_whole(self) -> None:
        for shard in (1, 2):
            self.assert_ok(self.sweep("--shard", f"{shard}/2", out=f"part-{shard}"))
            self.assertEqual({shard}, {line["sweep"]["repetition"] for line in self.lines(f"part-{shard}")})
        self.assert_ok(self.sweep(out="whole"))
        self.assert_ok(self.run_program("merge", "joined", "part-1", "part-2"))
        self.assertEqual(self.runs(self.lines("whole")), self.runs(self.lines("joined")))
        text = b"".join((self.folder / f"part-{shard}" / "runs.jsonl").read_bytes() for shard in (1, 2))
        self.assertEqual(text, (self.folder / "joined" / "runs.jsonl").read_bytes())
        self.assertEqual(["1/2", "2/2"], [session["shard"] for session in self.manifest("joined")["sessions"]])
        self.assertEqual(["part-1", "part-2"], self.manifest("joined")["merged_from"])
        self.assertIn("0 of them new", self.assert_ok(self.sweep(out="joined")))

        self.assert_refused(self.run_program("merge", "joined", "part-1", "part-2"), "is there already")
        self.assert_refused(self.run_program("merge", "again", "part-1", "whole"), "was run both in", "--keep-first")
        self.assertFalse((self.folder / "again").exists())
        self.assertIn("kept once", self.assert_ok(self.run_program("merge", "again", "part-1", "whole", "--keep-first")))
        self.assertEqual(self.runs(self.lines("whole")), self.runs(self.lines("again")))
        self.assertIn("kept once", self.assert_ok(self.run_program("merge", "same", "part-1", "part-1")))
        self.assert_refused(self.run_program("merge", "none", "part-1", "tmp"), "holds no sweep")
        self.write("plan.toml", PLAN)
        self.assert_ok(self.sweep("--repetitions", "1", out="other"))
        self.assert_refused(self.run_program("merge", "mixed", "part-1", "other"), "another plan")
