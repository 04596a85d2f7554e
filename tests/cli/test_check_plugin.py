"""`check-plugin`: good plug-ins pass, and each bad one is caught and named for what is wrong with it."""

import json
from typing import Any

from cli_test import CliTest, Completed
from test_plugins import PAGED, plugin


class CheckPlugin(CliTest):
    """Each test of the kit runs in a process of its own, so that a few go a long way."""

    def check(self, name: str, *words: str, exit_code: int) -> dict[str, Any]:
        """The kit's JSON for a built plug-in of the tests, or for one by its path."""
        done = self.run_program("check-plugin", name if name.startswith("/") else plugin(name), "--json", *words)
        self.assertEqual(exit_code, done.returncode, done.stdout + done.stderr)
        report: dict[str, Any] = json.loads(done.stdout)
        return report

    def assert_caught(self, name: str, failing: dict[str, str], passing: tuple[str, ...] = (), *words: str) -> None:
        """Of the tests named, exactly those in `failing` fail, each with these words in its reason."""
        only = [word for test in (*failing, *passing) for word in ("--only", test)]
        report = self.check(name, *only, *words, exit_code=1)
        found = {test["test"]: test for test in report["tests"]}
        self.assertEqual({*failing, *passing}, set(found))
        for test, reason in failing.items():
            self.assertEqual("failed", found[test]["result"], found[test])
            self.assertIn(reason, found[test]["why"])
            self.assertTrue(found[test]["demand"].endswith("."))
        for test in passing:
            self.assertEqual("ok", found[test]["result"], found[test])


class GoodOnes(CheckPlugin):
    """Nothing fails."""

    def test_template(self) -> None:
        report = self.check("template", exit_code=0)
        skipped = {test["test"] for test in report["tests"] if test["result"] == "skipped"}
        self.assertEqual({"proofs", "staged-is-not-kept", "second-process", "killed-in-persist", "unwritable-folder"}, skipped)
        self.assertEqual((0, len(report["tests"])), (report["failed"], report["passed"] + report["skipped"]))
        self.assertEqual([{"kind": "backend", "name": "my-backend", "spec": "my-backend:most-keys=100000000"}], report["components"])

    def test_backend_in_c(self) -> None:
        self.check("small", exit_code=0)

    def test_backend_with_files(self) -> None:
        report = self.check("kept", exit_code=0)
        found = {test["test"]: test for test in report["tests"]}
        for test in ("staged-is-not-kept", "second-process", "killed-in-persist"):
            self.assertEqual("ok", found[test]["result"], found[test])
        self.assertRegex(found["killed-in-persist"]["why"], r"^\d+ kills, \d+ of them within persist$")

    def test_built_in_backend_as_plugin(self) -> None:
        report = self.check(f"{PAGED}:store=file", "--only", "script-keys", "--only", "proofs", "--only", "workers", "--only", "history", "--only",
                            "second-process", "--only", "killed-in-persist", exit_code=0)
        self.assertEqual((6, 0), (report["passed"], report["skipped"]))
        in_memory = self.check(PAGED, "--only", "second-process", exit_code=0)
        self.assertEqual(1, in_memory["skipped"])

    def test_executor_and_workload(self) -> None:
        report = self.check("in_order", exit_code=0)
        self.assertEqual({"executor", "workload"}, {test["kind"] for test in report["tests"]})

    def test_built_in_ones(self) -> None:
        for name in ("mpt:store=lmdb", "paged", "lthash", "block-stm", "kv:items=500,block-size=50"):
            with self.subTest(name):
                done = self.run_program("check-plugin", name)
                self.assertEqual(0, done.returncode, done.stdout + done.stderr)

    def test_sizes_that_fall_are_no_counters(self) -> None:
        for name in ("paged:store=file", "lthash:store=lmdb", "flat:store=rocksdb"):
            with self.subTest(name):
                self.assert_ok(self.run_program("check-plugin", name, "--only", "counters-and-facts"))

    def test_options_are_those_of_the_user(self) -> None:
        done = self.run_program("check-plugin", plugin("template") + ":most-keys=7k", "--only", "load", "--seed", "5")
        text = self.assert_ok(done)
        self.assertIn("my-backend:most-keys=7000", text)
        self.assertIn("seed 5", text)
        few = self.run_program("check-plugin", plugin("template") + ":most-keys=70", "--only", "load")
        self.assertEqual(1, few.returncode)
        self.assertIn("more than 70 keys", few.stdout)


class BadOnes(CheckPlugin):
    """One mistake each."""

    def test_root_that_depends_on_order(self) -> None:
        self.assert_caught("order_dependent", {"order": "in one order and"}, ("load", "no-changes"))

    def test_root_that_depends_on_batches(self) -> None:
        self.assert_caught("batch_dependent", {"partition": "the others come in", "no-changes": "has no changes"}, ("order", "load"))

    def test_deletion_that_leaves_a_trace(self) -> None:
        self.assert_caught("delete_leaves_a_trace", {"deleted-is-never-inserted": "after they are deleted again"}, ("order", "partition"))

    def test_reopen_that_loses_a_block(self) -> None:
        self.assert_caught("reopen_loses_a_block", {"reopen": "it must be block 1", "second-process": "persisted block 3, and block 2 is there"},
                           ("history", "load"))

    def test_torn_persist(self) -> None:
        self.assert_caught("torn_persist", {"killed-in-persist": "us into persist of block"}, ("second-process", "reopen"))

    def test_staged_data_that_is_kept(self) -> None:
        self.assert_caught("keeps_staged", {"staged-is-not-kept": "closed between merkleize and persist"}, ("reopen", "second-process"))

    def test_wrong_root_of_a_known_scheme(self) -> None:
        self.assert_caught("wrong_root", {"load": "under mpt-keccak256 this state has", "history": "under mpt-keccak256"}, ("descriptor",))

    def test_lost_key(self) -> None:
        self.assert_caught("loses_a_key", {"load": "reads as absent, and it must be 0x"}, ("descriptor",))

    def test_options_that_are_counted_wrongly(self) -> None:
        report = self.check("counts_its_options_wrongly", exit_code=1)
        self.assertEqual(["descriptor"], [test["test"] for test in report["tests"]])
        self.assertIn("an option of its commitbench.backend/1 has no key", report["tests"][0]["why"])

    def test_hang(self) -> None:
        self.assert_caught("hang_in_merkleize", {"no-changes": "in load of 300 keys: no end within 2 s"}, (),
                           "--time-limit", "2")

    def test_crash(self) -> None:
        self.assert_caught("crash_in_open", {"load": "in open: the process was ended by signal 6", "options": "in open with its defaults"}, ("descriptor",))

    def test_error_in_stage(self) -> None:
        self.assert_caught("fails_in_stage", {"history": "made to fail?in two lines (with the code 77"}, ("load",))

    def test_load_that_ends_early(self) -> None:
        self.assert_caught("load_ends_early", {"load": "says that it is done after"}, ("descriptor",))

    def test_executor_that_runs_backwards(self) -> None:
        self.assert_caught("runs_backwards", {"many-conflicts": "block 1 (200 transactions) of transfer"}, ("failing-state",))

    def test_workload_that_counts_calls(self) -> None:
        self.assert_caught("counts_calls", {"same-bytes": "is another one when asked for again"}, ("unique-keys", "values"))


class Words(CheckPlugin):
    """The command line."""

    def run_words(self, *words: str) -> Completed:
        """`check-plugin` with these."""
        return self.run_program("check-plugin", *words)

    def test_text_has_a_line_a_test_and_a_summary(self) -> None:
        done = self.run_words(plugin("batch_dependent"), "--only", "partition", "--only", "order", "--seed", "9")
        self.assertEqual(1, done.returncode)
        self.assertRegex(done.stdout, r"(?m)^  ok +order$")
        self.assertRegex(done.stdout, r"(?m)^  FAILED +partition +500 keys have the root")
        self.assertIn("1 passed, 1 failed, 0 skipped", done.stdout)
        self.assertRegex(done.stdout, r"(?m)^again: commitbench check-plugin \S+batch_dependent.so --seed 9 --time-limit 60 --only small-c/partition$")

    def test_failed_ones_again(self) -> None:
        first = self.run_words(plugin("batch_dependent"), "--json", "--only", "partition", "--only", "order", "--seed", "9")
        (self.folder / "report.json").write_text(first.stdout, encoding="utf-8")
        again = json.loads(self.run_words(plugin("batch_dependent"), "--json", "--failed-of", "report.json").stdout)
        self.assertEqual(["partition"], [test["test"] for test in again["tests"]])
        self.assertEqual(9, again["seed"])
        fixed = self.run_words(plugin("small"), "--failed-of", "report.json")
        self.assertIn("1 passed, 0 failed", self.assert_ok(fixed))

    def test_bad_input(self) -> None:
        self.write("text.so", "no library")
        self.write("report.json", "{}")
        good = plugin("template")
        for words, said in ((["./text.so"], "is not a shared library"),
                            (["./missing.so"], "there is no such file"),
                            (["no-such-component"], "no component is called 'no-such-component'"),
                            ([good + ":most-key=5"], "did you mean 'most-keys'"),
                            ([good + ":most-keys=0"], "most-keys=0 is not good"),
                            ([good, "--only", "reopne"], "did you mean 'reopen'?"),
                            ([good, "--seed", "x"], "--seed x"),
                            ([good, "--time-limit", "0"], "--time-limit 0"),
                            ([good, "--failed-of", "report.json"], "is no output of check-plugin --json"),
                            ([good, "--failed-of", "missing.json"], "cannot be read"),
                            ([], "PLUGIN is required")):
            with self.subTest(words):
                self.assert_refused(self.run_words(*words), said)

    def test_what_is_no_plugin_fails_the_first_test(self) -> None:
        for name, said in (("no_symbol", "has no symbol commitbench_plugin"), ("other_major", "was built for plug-in ABI 2.1"),
                           ("no_persist", "has no function persist"), ("bad_default", "does not agree with itself")):
            with self.subTest(name):
                done = self.run_words(plugin(name))
                self.assertEqual(1, done.returncode)
                self.assertIn(said, done.stdout)

    def test_nothing_is_left_behind(self) -> None:
        self.run_words(plugin("torn_persist"), "--only", "killed-in-persist", "--only", "unwritable-folder")
        self.assertEqual([], list((self.folder / "tmp").iterdir()))
