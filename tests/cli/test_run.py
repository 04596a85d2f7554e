"""`run`: the result line, the ledger, and the same roots whatever the store, the memory and the reopening."""

import json
import os
import re
from typing import Any

from cli_test import SMALL_WORKLOAD, CliTest

SPANS: tuple[str, ...] = ("execute", "stage", "merkleize", "persist")
ALL_BACKENDS: tuple[str, ...] = (
    "null", "flat:store=memory", "flat:store=lmdb", "flat:store=rocksdb",
    "lthash:store=memory", "lthash:store=lmdb", "lthash:store=rocksdb",
    "mpt:store=memory", "mpt:store=lmdb", "mpt:store=rocksdb", "mpt:secure=on",
    "mpt:lanes=on", "mpt:hash=blake3", "mpt:hash=blake3,lanes=on",
)


# 80 MiB: more than the 64 MiB that a store in memory may always take.
LARGE_STATE: str = "transfer:accounts=20k,value-size=4096,block-size=100"


def cell(backend: str, workload: str = SMALL_WORKLOAD, executor: str = "sequential", blocks: int = 6) -> list[str]:
    """The words of a small cell."""
    return ["--workload", workload, "--backend", backend, "--executor", executor, "--blocks", str(blocks), "--warmup", "2"]


class Repeated(CliTest):
    """--execute-times and --commit-times."""

    def test_the_line_says_so_and_the_root_is_the_same(self) -> None:
        once = self.run_cell(*cell("paged:store=file"))
        again = self.run_cell(*cell("paged:store=file"), "--execute-times", "2", "--commit-times", "3")
        self.assertEqual((1, 1), (once["execute_times"], once["commit_times"]))
        self.assertEqual((2, 3), (again["execute_times"], again["commit_times"]))
        self.assertEqual(once["transactions"], again["transactions"])
        self.assertEqual(once["blocks"][-1]["root"], again["blocks"][-1]["root"])
        self.assertIn("--commit-times", again["command"])

    def test_bad_counts_are_refused(self) -> None:
        for flag in ("--execute-times", "--commit-times"):
            for text in ("0", "17", "x", "-1"):
                self.assert_refused(self.run_program("run", *cell("null"), f"{flag}={text}"), flag, "from 1 to 16")


class ResultLine(CliTest):
    """One line of JSON a run."""

    def assert_spans_sum_to_wall(self, spans: dict[str, Any]) -> None:
        """Within 1 %, the rest shown as `other`."""
        total = spans["total_ns"]
        named = sum(spans[f"{span}_ns"] for span in SPANS)
        self.assertEqual(total, named + spans["other_ns"])
        self.assertGreater(total, 0)

    def test_has_every_field(self) -> None:
        result = self.run_cell(*cell("mpt:store=lmdb"), "--seed", "7", "--memory", "32MiB", "--durability", "block")
        self.assertEqual(7, result["seed"])
        self.assertEqual(32 << 20, result["memory_budget_bytes"])
        self.assertEqual("block", result["durability"])
        self.assertEqual("warm", result["cache_state"])
        self.assertEqual((6, 2, 600), (result["measured_blocks"], result["warmup_blocks"], result["transactions"]))
        for part, name in (("executor", "sequential"), ("backend", "mpt"), ("workload", "transfer")):
            self.assertEqual(name, result[part]["name"])
            self.assertTrue(result[part]["spec"].startswith(name))
            self.assertIsInstance(result[part]["options"], dict)
            self.assertIsInstance(result[part]["facts"], dict)
        self.assertEqual("lmdb", result["backend"]["options"]["store"])
        for fact in result["backend"]["facts"].values():
            self.assertTrue(fact["why"], fact)
        counters = result["counters"]
        for name in ("reads", "writes", "nodes_loaded", "nodes_hashed", "nodes_written", "hash_permutations", "logical_bytes",
                     "store_syncs", "user_cpu_ns", "system_cpu_ns", "peak_rss_bytes", "device_write_bytes"):
            self.assertIn(name, counters)
        self.assertGreater(counters["hash_permutations"], 0)
        for part, names in (
            ("machine", ("cpu_model", "logical_cores", "kernel", "memory_bytes")),
            ("build", ("version", "git_revision", "compiler", "flags", "build_type", "libraries")),
            ("storage", ("file_system", "mount_options")),
            ("load", ("keys", "seconds", "keys_per_s", "peak_rss_bytes")),
        ):
            for name in names:
                self.assertIn(name, result[part])
        for library in result["build"]["libraries"]:
            self.assertIn("release", library)
        self.assertTrue(result["limiter"]["sentence"])

    def test_says_where_its_workers_sat(self) -> None:
        usable = len(os.sched_getaffinity(0))
        for workers in (1, 2, usable + 1):
            placement = self.run_cell(*cell("paged"), "--workers", str(workers))["placement"]
            self.assertTrue(placement["pin"])
            self.assertEqual(1 < workers <= usable, placement["pinned"], placement)
            self.assertEqual(workers if placement["pinned"] else 0, len(placement["seats"]))
            self.assertEqual(len(placement["seats"]), len({seat["pu"] for seat in placement["seats"]}))
        placement = self.run_cell(*cell("paged"), "--workers", "2", "--pin", "off")["placement"]
        self.assertEqual((False, False, []), (placement["pin"], placement["pinned"], placement["seats"]))
        self.assertIn("--pin off", placement["text"])
        text = self.assert_ok(self.run_program("run", *cell("paged"), "--workers", str(usable + 1)))
        self.assertIn(f"not pinned: {usable + 1} workers for {usable} processing unit", text)

    def test_every_block_has_its_spans_under_both_names(self) -> None:
        result = self.run_cell(*cell("mpt"))
        self.assertEqual(6, len(result["blocks"]))
        self.assertEqual(list(range(3, 9)), [block["number"] for block in result["blocks"]])
        for block in [*result["blocks"], result["totals"]]:
            self.assert_spans_sum_to_wall(block)
            for ours, theirs in (("execute_ns", "execution_ms"), ("stage_ns", "state_read_ms"),
                                 ("merkleize_ns", "state_hash_ms"), ("persist_ns", "commit_ms"), ("total_ns", "total_ms")):
                self.assertAlmostEqual(block[ours] / 1e6, block[theirs], places=5)

    def test_spans_and_other_are_the_whole_block(self) -> None:
        # How small `other` is depends on who else uses the machine: the table prints it.
        for block in self.run_cell(*cell("mpt", "transfer:accounts=20k,block-size=10k"))["blocks"]:
            self.assertEqual(block["total_ns"], sum(block[f"{span}_ns"] for span in SPANS) + block["other_ns"])

    def test_totals_are_the_sums_of_the_blocks(self) -> None:
        result = self.run_cell(*cell("flat"))
        for name in ("total_ns", "other_ns", *(f"{span}_ns" for span in SPANS)):
            self.assertEqual(result["totals"][name], sum(block[name] for block in result["blocks"]))
        self.assertEqual(result["transactions"], sum(block["transactions"] for block in result["blocks"]))

    def test_command_of_the_line_runs_the_same_cell_again(self) -> None:
        first = self.run_cell(*cell("mpt:store=lmdb"), "--seed", "9")
        self.assertEqual("commitbench", first["command"][0])
        self.assert_ok(self.run_program(*first["command"][1:]))
        again = json.loads(self.result_lines()[-1])
        self.assertEqual(first["command"], again["command"])
        self.assertEqual([block["root"] for block in first["blocks"]], [block["root"] for block in again["blocks"]])

    def test_durability_counts_one_sync_a_block(self) -> None:
        for backend in ("flat:store=lmdb", "flat:store=rocksdb", "mpt:store=lmdb", "mpt:store=rocksdb"):
            with self.subTest(backend):
                self.assertEqual(6, self.run_cell(*cell(backend), "--durability", "block")["counters"]["store_syncs"])
                self.assertEqual(0, self.run_cell(*cell(backend), "--durability", "none")["counters"]["store_syncs"])


class Table(CliTest):
    """What people read."""

    def test_names_spans_limit_and_verdict(self) -> None:
        text = self.assert_ok(self.run_program("run", *cell("mpt")))
        for word in (*SPANS, "other", "total", "throughput", "limited by", "ledger      valid", "roots", "hash floor"):
            self.assertIn(word, text)

    def test_bars_need_no_unicode(self) -> None:
        plain = self.assert_ok(self.run_program("run", *cell("mpt"), LC_ALL="C"))
        self.assertTrue(plain.isascii())
        self.assertIn("###", plain)
        self.assertIn("\u2588", self.assert_ok(self.run_program("run", *cell("mpt"), LC_ALL="C.UTF-8")))

    def test_quiet_prints_nothing(self) -> None:
        result = self.run_program("run", "--quiet", *cell("null"))
        self.assertEqual(("", ""), (self.assert_ok(result), result.stderr))

    def test_progress_goes_to_stderr(self) -> None:
        result = self.run_program("run", *cell("null"))
        self.assertIn("loading: 1,000 keys", result.stderr)
        self.assertNotIn("loading: ", result.stdout)

    def test_several_cells_end_in_one_table(self) -> None:
        words = [word for backend in ALL_BACKENDS[1:] for word in ("--backend", backend)]
        text = self.assert_ok(self.run_program("run", *cell(ALL_BACKENDS[0]), *words, "--quiet"))
        rows = [line.split() for line in text.splitlines() if line.split(" ")[0] in ALL_BACKENDS]
        self.assertEqual(list(ALL_BACKENDS), [row[0] for row in rows])
        for row, line in zip(rows, self.result_lines()):
            result = json.loads(line)
            share = re.findall(r"([0-9.]+) %", " ".join(row))
            self.assertEqual(6, len(share))  # four spans, other, spans/wall
            self.assertAlmostEqual(100, sum(float(value) for value in share[:5]), delta=0.5)
            self.assertEqual(result["ledger"]["roots_checked"], "roots" in row)

    def test_cell_that_fails_has_its_row_and_its_exit_code(self) -> None:
        result = self.run_program("run", "--quiet", *cell("flat:store=lmdb", LARGE_STATE, blocks=1), "--backend",
                                  "flat:store=memory", "--memory", "8MiB")
        self.assertEqual(2, result.returncode, result.stdout + result.stderr)
        self.assertRegex(result.stdout, r"(?m)^flat:store=lmdb +[0-9,]+ ")
        self.assertRegex(result.stdout, r"(?m)^flat:store=memory +no result: exit code 2$")

    def test_no_arguments_shows_a_comparison_and_what_to_try_next(self) -> None:
        text = self.assert_ok(self.run_program())
        for word in ("null", "flat:store=memory", "mpt:store=memory", "spans/wall", "Next:", "commitbench doctor"):
            self.assertIn(word, text)
        self.assertEqual(3, len(self.result_lines()))


class SameState(CliTest):
    """The ledger agrees with every honest run, and roots depend on the state alone."""

    def roots(self, backend: str, *more: str, workload: str = SMALL_WORKLOAD) -> list[str]:
        """The root of every measured block."""
        result = self.run_cell(*cell(backend, workload), *more)
        self.assertEqual("valid", result["ledger"]["verdict"])
        self.assertTrue(result["ledger"]["roots_checked"])
        self.assertEqual(8, result["ledger"]["blocks_checked"])
        return [block["root"] for block in result["blocks"]]

    def test_every_backend_agrees_with_the_ledger(self) -> None:
        for backend in ALL_BACKENDS:
            for executor in ("sequential", "replay"):
                with self.subTest(backend=backend, executor=executor):
                    result = self.run_cell(*cell(backend, executor=executor))
                    self.assertEqual("valid", result["ledger"]["verdict"])
                    self.assertEqual(backend.startswith(("mpt", "lthash")), result["ledger"]["roots_checked"])

    def test_roots_depend_on_neither_store_nor_memory_nor_reopening(self) -> None:
        expected = self.roots("mpt:store=memory")
        self.assertEqual(6, len(set(expected)))
        for store in ("memory", "lmdb", "rocksdb"):
            for more in ([], ["--reopen"], ["--memory", "8MiB"], ["--reopen", "--memory", "8MiB", "--durability", "block"]):
                with self.subTest(store=store, more=more):
                    self.assertEqual(expected, self.roots(f"mpt:store={store}", *more))

    def test_reading_through_the_trie_gives_the_same_roots(self) -> None:
        self.assertEqual(self.roots("mpt:reads=flat"), self.roots("mpt:reads=trie"))

    def test_replay_gives_the_same_roots(self) -> None:
        sequential = self.run_cell(*cell("mpt"))
        replay = self.run_cell(*cell("mpt", executor="replay"))
        self.assertEqual([block["root"] for block in sequential["blocks"]], [block["root"] for block in replay["blocks"]])

    def test_another_seed_is_another_state(self) -> None:
        self.assertNotEqual(self.roots("mpt"), self.roots("mpt", "--seed", "2"))

    def test_made_up_blocks(self) -> None:
        self.assert_ok(self.run_program("trace", "write", "t", "--blocks", "8"))
        workload = f"trace:path={self.folder / 't'}"
        expected = self.roots("mpt:store=memory", workload=workload)
        for store in ("lmdb", "rocksdb"):
            with self.subTest(store):
                self.assertEqual(expected, self.roots(f"mpt:store={store}", "--reopen", workload=workload))

    def test_ledger_that_was_changed_by_hand_voids_the_run(self) -> None:
        self.run_cell(*cell("mpt"))
        ledgers = list((self.folder / "commitbench-results" / "ledgers").iterdir())
        self.assertEqual(1, len(ledgers))
        text = ledgers[0].read_text()
        root = json.loads(self.result_lines()[0])["blocks"][3]["root"]
        self.assertIn(root, text)
        ledgers[0].write_text(text.replace(root, "00" * 32))
        result = self.run_program("run", "--quiet", *cell("mpt"))
        if result.returncode == 2:  # the file is guarded by a digest of its own
            self.assert_refused(result, str(ledgers[0].name))
            return
        self.assert_refused(result, "void", "block 6", code=1)
        self.assertEqual("void", json.loads(self.result_lines()[-1])["ledger"]["verdict"])


class DoesNotFit(CliTest):
    """A state that is larger than the memory budget, where the backend keeps it in memory."""

    def test_memory_store(self) -> None:
        for backend in ("null", "flat:store=memory", "mpt:store=memory"):
            with self.subTest(backend):
                line = self.assert_refused(
                    self.run_program("run", "--quiet", *cell(backend, LARGE_STATE, blocks=1), "--memory", "8MiB"), "--memory"
                )
                self.assertIn("8MiB", line)
                self.assertEqual([], self.result_lines())

    def test_more_blocks_than_there_are(self) -> None:
        self.assert_ok(self.run_program("trace", "write", "t", "--blocks", "3"))
        words = cell("null", f"trace:path={self.folder / 't'}", blocks=9)
        self.assert_refused(self.run_program("run", "--quiet", *words), "3")
