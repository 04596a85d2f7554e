"""Plug-ins as a user meets them: by file, by name, with their options, and with mistakes in them."""

import json
import os
import pathlib
import shutil
from typing import Any

from cli_test import SMALL_WORKLOAD, CliTest

BUILT: pathlib.Path = pathlib.Path(os.environ["COMMITBENCH_TEST_PLUGINS"])
# The array of the small backend is searched key by key.
FEW_KEYS: str = "transfer:accounts=60,block-size=20"


def plugin(name: str) -> str:
    """Its file."""
    return str(BUILT / f"{name}.so")


class Plugins(CliTest):
    """In runs."""

    def run_small(self, *words: str, exit_code: int = 0) -> dict[str, Any]:
        """One small cell; its line."""
        done = self.run_program("run", "--blocks", "4", "--warmup", "1", *words)
        self.assertEqual(exit_code, done.returncode, done.stdout + done.stderr)
        line: dict[str, Any] = json.loads(self.result_lines()[-1])
        return line

    def test_backend_by_file(self) -> None:
        line = self.run_small("--workload", SMALL_WORKLOAD, "--backend", plugin("template") + ":most-keys=5k")
        self.assertEqual("valid", line["ledger"]["verdict"])
        self.assertEqual("my-backend:most-keys=5000", line["backend"]["spec"])
        self.assertIn("template.so", line["backend"]["facts"]["plugin"]["value"])

    def test_backend_in_c_with_block_stm(self) -> None:
        line = self.run_small("--workload", FEW_KEYS, "--backend", plugin("small"), "--executor", "block-stm", "--workers", "2")
        self.assertEqual("valid", line["ledger"]["verdict"])
        self.assertEqual("C", line["backend"]["facts"]["language"]["value"])

    def test_executor_gives_what_sequential_gives(self) -> None:
        for workload in (SMALL_WORKLOAD, "kv:items=300,block-size=50", "token", "mint:counter=delta"):
            with self.subTest(workload):
                line = self.run_small("--workload", workload, "--executor", plugin("in_order"), "--backend", "mpt")
                self.assertEqual("valid", line["ledger"]["verdict"])
                self.assertIn("in_order.so", line["executor"]["facts"]["plugin"]["value"])

    def test_workload_under_every_executor(self) -> None:
        roots = set()
        for executor in ("sequential", "block-stm", "lock-schedule", plugin("in_order")):
            line = self.run_small("--workload", plugin("in_order") + ":counters=500", "--executor", executor, "--workers", "2", "--backend", "paged")
            self.assertEqual("valid", line["ledger"]["verdict"])
            roots.add(line["blocks"][-1]["root"])
        self.assertEqual(1, len(roots), "all come to the same state")

    def test_all_three_together(self) -> None:
        line = self.run_small("--workload", plugin("in_order"), "--executor", plugin("in_order"), "--backend", plugin("template"))
        self.assertEqual("valid", line["ledger"]["verdict"])

    def test_by_name_on_the_search_path(self) -> None:
        folder = self.folder / "plugins"
        folder.mkdir()
        shutil.copy(plugin("template"), folder)
        shutil.copy(plugin("in_order"), folder)
        (folder / "wrong.so").write_text("no library", encoding="utf-8")
        path = str(folder)
        done = self.run_program("run", "--blocks", "2", "--workload", "counters:counters=100", "--executor", "in-order", "--backend", "my-backend",
                                COMMITBENCH_PLUGIN_PATH=path)
        self.assertEqual(0, done.returncode, done.stderr)
        listed = self.run_program("list", COMMITBENCH_PLUGIN_PATH=path).stdout
        for name in ("my-backend", "in-order", "counters", "template.so", "passed over: "):
            self.assertIn(name, listed)
        described = self.run_program("describe", "backend", "my-backend", COMMITBENCH_PLUGIN_PATH=path).stdout
        self.assertIn("most-keys", described)
        self.assertIn("100M", described)
        self.assertIn("most-keys", self.run_program("describe", "backend", plugin("template")).stdout)

    def test_one_clear_line(self) -> None:
        text = self.folder / "text.so"
        text.write_text("no library", encoding="utf-8")
        for backend, said in ((str(text), "is not a shared library"),
                              (str(self.folder / "missing.so"), "there is no such file"),
                              (plugin("other_major"), "was built for plug-in ABI 2.0"),
                              (plugin("no_symbol"), "has no symbol commitbench_plugin"),
                              (plugin("in_order"), "offers no backend"),
                              (plugin("template") + ":most-key=5", "did you mean 'most-keys'"),
                              (plugin("template") + ":most-keys=0", "most-keys"),
                              (plugin("template") + ":most-keys=10", "more than 10 keys: raise most-keys"),
                              (plugin("small") + ":refuse=on", "it was asked to refuse"),
                              (plugin("fails_in_stage"), "made to fail?in two lines (with the code 77"),
                              (plugin("load_ends_early"), "says that it is done after"),
                              (plugin("crash_in_open"), "ended by signal 6"),
                              ("no-such-plugin", "no backend is called 'no-such-plugin'")):
            with self.subTest(backend):
                done = self.run_program("run", "--blocks", "2", "--quiet", "--workload", "transfer:accounts=300,block-size=10", "--backend", backend)
                self.assert_refused(done, said)

    def test_script_without_stage_keys(self) -> None:
        # Its stage takes keys in order and once each; a script need not give them so.
        first, second = "11" * 32, "22" * 32
        roots = [self.assert_ok(self.run_program("root", "--backend", plugin("template"), "-", stdin=script)) for script in (
            f"put {first} aa\ncommit\nput {second} bb\nput {first} cc\ndelete {second}\nput {second} dd\ncommit\n",
            f"put {first} aa\ncommit\nput {first} cc\nput {second} dd\ncommit\n",
        )]
        self.assertEqual(roots[0], roots[1])
        self.assertEqual(2, len(set(roots[0].splitlines())), "the batches have roots of their own")
        self.assert_refused(self.run_program("root", "--backend", plugin("template"), "-", stdin="put 1122 aa\ncommit\n"), "32 bytes")

    def test_wrong_results_are_void(self) -> None:
        for name, said in (("wrong_root", "root"), ("loses_a_key", "")):
            with self.subTest(name):
                line = self.run_small("--workload", FEW_KEYS, "--backend", plugin(name), exit_code=1)
                self.assertEqual("void", line["ledger"]["verdict"])
                self.assertIn(said, line["ledger"]["reason"])

    def test_a_sweep_goes_on(self) -> None:
        backends = ", ".join(f'"{plugin(name)}"' for name in ("small", "crash_in_open", "wrong_root", "template"))
        self.write("plan.toml", f"""name = "plugins"
description = "good and bad ones"
repetitions = 1
[axes]
executor = "sequential"
backend = [{backends}]
workload = "{FEW_KEYS}"
blocks = 2
warmup = 0
""")
        done = self.run_program("sweep", "plan.toml", "--out", "out")
        self.assertEqual(1, done.returncode, done.stdout + done.stderr)
        found: dict[str, set[str]] = {}
        for text in (self.folder / "out" / "runs.jsonl").read_text(encoding="utf-8").splitlines():
            line = json.loads(text)
            found.setdefault(pathlib.Path(line["sweep"]["axes"]["backend"]).stem, set()).add(line["sweep"]["status"])
        self.assertEqual({"ok"}, found["small"])
        self.assertEqual({"ok"}, found["template"])
        self.assertEqual({"failed"}, found["crash_in_open"])
        self.assertEqual({"void"}, found["wrong_root"])
