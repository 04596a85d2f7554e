"""Plug-ins as a user meets them: by file, by name, with their options, and with mistakes in them."""

import json
import os
import pathlib
import platform
import shutil
import sys
import unittest
from typing import Any

from cli_test import SMALL_WORKLOAD, CliTest, Completed

BUILT: pathlib.Path = pathlib.Path(os.environ["COMMITBENCH_TEST_PLUGINS"])
# The built-in backend behind the interface.
PAGED: str = str(pathlib.Path(os.environ["COMMITBENCH_BUILD"]) / "plugins" / "paged.so")
# Built with the first header, and never again.
FIRST_ABI: str = str(pathlib.Path(__file__).resolve().parents[1] / "plugin" / "abi_1_0" / "every_interface.so")
# The array of the small backend is searched key by key.
FEW_KEYS: str = "transfer:accounts=60,block-size=20"


def plugin(name: str) -> str:
    """Its file."""
    return str(BUILT / f"{name}.so")


class PluginTest(CliTest):
    """Small cells."""

    def run_small(self, *words: str, exit_code: int = 0) -> dict[str, Any]:
        """One small cell; its line."""
        done = self.run_program("run", "--blocks", "4", "--warmup", "1", *words)
        self.assertEqual(exit_code, done.returncode, done.stdout + done.stderr)
        line: dict[str, Any] = json.loads(self.result_lines()[-1])
        return line


class Plugins(PluginTest):
    """In runs."""

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

    def test_nothing_is_called_in_a_fork(self) -> None:
        # Its thread lives in the process that loaded it alone, as those of Go's runtime do.
        line = self.run_small("--workload", plugin("minds_forks"), "--executor", plugin("minds_forks"), "--backend", "mpt")
        self.assertEqual("valid", line["ledger"]["verdict"])
        self.assert_ok(self.run_program("check-plugin", plugin("minds_forks"), "--only", "same-bytes", "--only", "few-conflicts"))

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
        foreign = bytearray(pathlib.Path(plugin("template")).read_bytes())
        foreign[18:20] = (22).to_bytes(2, sys.byteorder)  # e_machine: an S/390
        (self.folder / "foreign.so").write_bytes(foreign)
        for backend, said in ((str(text), "is not a shared library"),
                              (str(self.folder / "foreign.so"), "is made for machine number 22, and this commitbench runs on"),
                              (str(self.folder / "missing.so"), "there is no such file"),
                              (plugin("other_major"), "was built for plug-in ABI 2.1, and this commitbench speaks 1."),
                              (plugin("newer_minor"), "use a newer commitbench, or rebuild the plug-in"),
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

    PLAN: str = """name = "plugins"
description = "good and bad ones"
repetitions = 1
time_limit = {time_limit}
[axes]
executor = "sequential"
backend = [{backends}]
workload = "{workload}"
blocks = 2
warmup = 0
[null]
workload = "{workload}"
"""

    def sweep(self, *names: str, time_limit: int = 300) -> tuple[Completed, dict[str, list[dict[str, Any]]]]:
        """Of these plug-ins as backends; what it wrote of each."""
        backends = ", ".join(f'"{plugin(name)}"' for name in names)
        self.write("plan.toml", self.PLAN.format(backends=backends, time_limit=time_limit, workload=FEW_KEYS))
        done = self.run_program("sweep", "plan.toml", "--out", "out")
        found: dict[str, list[dict[str, Any]]] = {}
        for text in (self.folder / "out" / "runs.jsonl").read_text(encoding="utf-8").splitlines():
            sweep = json.loads(text)["sweep"]
            if sweep["role"] == "cell":
                found.setdefault(pathlib.Path(sweep["axes"]["backend"]).stem, []).append(sweep)
        return done, found

    def test_a_sweep_goes_on(self) -> None:
        done, found = self.sweep("small", "crash_in_open", "wrong_root", "fails_in_stage", "template")
        self.assertEqual(1, done.returncode, done.stdout + done.stderr)
        for name in ("small", "template"):
            self.assertEqual(["ok"], [run["status"] for run in found[name]])
        for name, status, error, reason in (("crash_in_open", "failed", "crash", "ended by signal 6"),
                                            ("fails_in_stage", "failed", "plug_in", "stage: made to fail"),
                                            ("wrong_root", "void", "mismatch", "root")):
            self.assertEqual([(status, error)] * 3, [(run["status"], run["error"]) for run in found[name]], name)
            self.assertIn(reason, found[name][-1]["reason"])
            self.assertRegex(done.stderr, rf"(?m)^[^\n]*{name}[^\n]*: {status} after [^\n]*{reason}")

    def test_a_hang_in_a_sweep(self) -> None:
        done, found = self.sweep("small", "hang_in_merkleize", time_limit=3)
        self.assertEqual(1, done.returncode, done.stdout + done.stderr)
        self.assertEqual("ok", found["small"][-1]["status"])
        hung = found["hang_in_merkleize"]
        self.assertEqual([("failed", "timed_out")] * 3, [(run["status"], run["error"]) for run in hung])
        self.assertIn("timed out after 3 s: raise --time-limit", hung[-1]["reason"])
        self.assertIn("timed out after 3 s", done.stderr)
        self.assertEqual([], list((self.folder / "tmp").iterdir()), "nothing of a run that was killed is left")
        again = self.run_program("sweep", "plan.toml", "--out", "out", "--time-limit", "2")
        self.assertIn("0 of them new", again.stdout)
        self.assertEqual(1, again.returncode, "given up, and not tried for ever")


class Folders(CliTest):
    """A plug-in's files are kept, replaced and restored as a built-in backend's are."""

    CELL: tuple[str, ...] = ("--workload", FEW_KEYS, "--blocks", "3", "--backend", plugin("kept"))

    def test_a_folder_is_kept_and_replaced(self) -> None:
        self.run_cell(*self.CELL, "--dir", "data")
        self.assertRegex((self.folder / "data" / "FORMAT").read_text(), r"^commitbench plug-in \S+ of .+\n$")
        again = self.run_program("run", "--quiet", *self.CELL, "--dir", "data")
        self.assert_refused(again, "holds a state already: --overwrite replaces it")
        self.run_cell(*self.CELL, "--dir", "data", "--overwrite")

    def test_a_folder_of_another_backend_is_refused(self) -> None:
        self.assert_ok(self.run_program("load", "--workload", FEW_KEYS, "--backend", plugin("kept"), "--dir", "state"))
        marker = self.folder / "state" / "files" / "FORMAT"
        marker.write_text(marker.read_text().replace("plug-in ", "plug-in other-"))
        self.assert_refused(self.run_program("run", "--quiet", *self.CELL, "--state", "state"), "plug-in other-", "is wanted")

    def test_a_sweep_loads_once(self) -> None:
        self.write("plan.toml", f"""name = "kept"
repetitions = 2
[axes]
executor = "sequential"
backend = "{plugin("kept")}"
workload = "{FEW_KEYS}"
blocks = 2
warmup = 0
[null]
workload = "{FEW_KEYS}"
""")
        self.assert_ok(self.run_program("sweep", "plan.toml", "--out", "out"))
        lines = [json.loads(text) for text in (self.folder / "out" / "runs.jsonl").read_text(encoding="utf-8").splitlines()]
        kept = [line for line in lines if line["sweep"]["role"] != "null"]
        self.assertEqual(4, len(kept), "two repetitions, and the A/A cell")
        for line in kept:
            self.assertTrue(line["load"]["restored"])
            self.assertEqual("valid", line["ledger"]["verdict"])
        states = list((self.folder / "out" / "states").glob("*/state.json"))
        self.assertEqual(1, len(states))
        self.assertRegex(json.loads(states[0].read_text(encoding="utf-8"))["backend"], r" of \S+ \S+$", "another version makes its own")

    def test_a_saved_state_is_restored(self) -> None:
        self.assert_ok(self.run_program("load", "--workload", FEW_KEYS, "--backend", plugin("kept"), "--dir", "state"))
        loaded = self.run_cell(*self.CELL)
        restored = self.run_cell(*self.CELL, "--state", "state")
        self.assertTrue(restored["load"]["restored"])
        self.assertEqual([block["root"] for block in loaded["blocks"]], [block["root"] for block in restored["blocks"]])
        self.assert_refused(self.run_program("load", "--workload", FEW_KEYS, "--backend", plugin("small"), "--dir", "none"),
                            "keeps its state in memory")


@unittest.skipUnless(platform.machine() == "x86_64", "the kept library is for x86-64")
class FirstAbi(PluginTest):
    """A library that was built before anything was appended to the header."""

    def test_all_three_interfaces_run(self) -> None:
        line = self.run_small("--workload", FIRST_ABI + ":counters=200", "--executor", FIRST_ABI, "--backend", FIRST_ABI, "--workers", "2")
        self.assertEqual("valid", line["ledger"]["verdict"])
        self.assertEqual("kept-workload:counters=200", line["workload"]["spec"])

    def test_they_agree_with_built_in_ones(self) -> None:
        roots = set()
        for executor in (FIRST_ABI, "block-stm"):
            line = self.run_small("--workload", FIRST_ABI, "--executor", executor, "--workers", "2", "--backend", "mpt")
            self.assertEqual("valid", line["ledger"]["verdict"])
            roots.add(line["blocks"][-1]["root"])
        self.assertEqual(1, len(roots))

    def test_it_does_what_the_header_demands(self) -> None:
        done = self.run_program("check-plugin", FIRST_ABI, "--only", "history", "--only", "workers", "--only", "many-conflicts", "--only", "same-bytes")
        self.assertIn("4 passed, 0 failed", self.assert_ok(done))


class BuiltInAsPlugin(PluginTest):
    """`paged` behind the interface is `paged`."""

    def test_equal_roots(self) -> None:
        workload = "kv:items=2000,block-size=300,rmw=2,writes=1,delete-share=0.2,fresh-share=0.2"
        for options in ("store=memory", "store=file,elide=4", "store=lmdb,hash=sha256"):
            for workers in ("1", "2"):
                with self.subTest(options=options, workers=workers):
                    lines = [self.run_small("--workload", workload, "--backend", f"{backend}:{options}", "--executor", "block-stm", "--workers", workers)
                             for backend in ("paged", PAGED)]
                    self.assertEqual([block["root"] for block in lines[0]["blocks"]], [block["root"] for block in lines[1]["blocks"]])
                    self.assertEqual("valid", lines[1]["ledger"]["verdict"])
                    self.assertEqual(lines[0]["backend"]["spec"], lines[1]["backend"]["spec"])
                    self.assertIn("paged.so", lines[1]["backend"]["facts"]["plugin"]["value"])

    def test_it_is_described_alike(self) -> None:
        built_in, plug_in = (self.assert_ok(self.run_program("describe", "backend", backend)) for backend in ("paged", PAGED))
        for line in built_in.splitlines():
            self.assertIn(line.strip(), plug_in)

    def test_refusals_keep_their_words(self) -> None:
        done = self.run_program("run", "--quiet", "--blocks", "2", "--workload", "kv:items=200,block-size=10", "--backend", PAGED + ":store=lmdb,direct=on")
        self.assert_refused(done, "plug-in paged: open: direct=on is for store=rocksdb")
