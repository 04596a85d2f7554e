"""cosmos-sdk's Block-STM against `sequential`: every root and receipt, what it counts, and what it refuses."""

import pathlib
import shutil
import subprocess
from typing import Any

from cli_test import REAL_BLOCKS
from peer_test import PeerTest

WORKERS: tuple[int, ...] = (1, 2, 7)
BLOCKS: int = 8
ROOT: pathlib.Path = pathlib.Path(__file__).resolve().parents[2]

WORKLOADS: tuple[str, ...] = (
    *(f"transfer:accounts={accounts},block-size=500" for accounts in ("2", "10", "100", "10k")),
    # Every transaction writes one key.
    "transfer:accounts=1000,block-size=200,fee=write",
    "mint:minters=20,block-size=100,counter=delta,fee=delta",
    "kv:items=2000,block-size=200",
    "kv:items=60,block-size=200,writes=2,delete-share=0.4,fresh-share=0.3,value-size=8,value-size-max=200",
)


class CosmosTest(PeerTest):
    """What all of these share."""

    peer = "cosmos"

    def assert_as_sequential(self, workload: str, *words: str) -> None:
        """Every root, with every number of workers; the ledger holds receipts and values against `sequential` too."""
        cell = ("--workload", workload, "--blocks", str(BLOCKS), *words)
        expected = self.roots_of_blocks("paged", *cell)
        for workers in WORKERS:
            with self.subTest(workload=workload, workers=workers):
                found = self.roots_of_blocks("paged", *cell, "--executor", self.spec(), "--workers", str(workers))
                self.assertEqual(expected, found)

    def counters(self, options: str, workers: int, workload: str) -> dict[str, Any]:
        """Of one cell."""
        words = ("--warmup", "0", "--blocks", str(BLOCKS), "--workload", workload, "--backend", "null", "--workers", str(workers))
        line = self.run_cell(*words, "--executor", self.spec(options) if options != "sequential" else options)
        counters: dict[str, Any] = line["counters"]
        return counters


class Results(CosmosTest):
    """Of whole runs."""

    def test_workloads(self) -> None:
        for workload in WORKLOADS:
            self.assert_as_sequential(workload)

    def test_real_blocks(self) -> None:
        if not REAL_BLOCKS.exists():
            self.skipTest(f"{REAL_BLOCKS} is missing")
        self.assert_as_sequential(f"trace:path={REAL_BLOCKS}")

    def test_what_built_in_workloads_leave_out(self) -> None:
        compiler = shutil.which("cc")
        if compiler is None:
            self.skipTest("there is no C compiler for the workload")
        library = self.folder / "awkward.so"
        source = pathlib.Path(__file__).with_name("awkward_workload.c")
        subprocess.run(
            [compiler, "-std=c11", "-Wall", "-Wextra", "-Werror", "-O1", "-shared", "-fPIC", f"-I{ROOT / 'include'}", source, "-o", library], check=True
        )
        self.assert_as_sequential(str(library))

    def test_reopening_drops_the_readers(self) -> None:
        self.assert_as_sequential(WORKLOADS[2], "--reopen")

    def test_the_conformance_kit(self) -> None:
        self.assert_ok(self.run_program("check-plugin", self.spec()))


class Numbers(CosmosTest):
    """What it says of its work."""

    def test_accesses_are_counted_as_sequential_counts_them(self) -> None:
        for workload in WORKLOADS:
            with self.subTest(workload):
                expected, found = self.counters("sequential", 1, workload), self.counters("", 1, workload)
                for name in ("reads", "state_reads", "writes", "executions", "aborts"):
                    self.assertEqual(expected[name], found[name], name)

    def test_conflicts_are_counted(self) -> None:
        found = self.counters("executors=3,metrics=on", 2, "transfer:accounts=2,block-size=1000,work=20")
        self.assertGreater(found["aborts"], 0)
        self.assertEqual(1000 * BLOCKS, found["executions"] - found["aborts"])
        self.assertGreaterEqual(found["validations"], 1000 * BLOCKS)

    def test_facts(self) -> None:
        line = self.run_cell("--backend", "null", "--executor", self.spec("gc-percent=300"), "--workers", "2", "--blocks", "2", "--workload", WORKLOADS[1])
        facts = line["executor"]["facts"]
        linked = facts["cosmos_version"]["value"].split()[1].rstrip(",")
        self.assertIn(linked, facts["plugin"]["value"], "the version in the table is the one that is linked in")
        self.assertEqual("2 executors, GOMAXPROCS 2", facts["threads"]["value"])
        self.assertEqual("300", facts["gc_percent"]["value"])


class Refusals(CosmosTest):
    """One line each."""

    def test_options(self) -> None:
        for options, said in (("executors=0", "executors"), ("gc-percent=off", "gc-percent"), ("estimates=on", "has no option")):
            with self.subTest(options):
                done = self.run_program("run", "--quiet", "--blocks", "1", "--workload", WORKLOADS[1], "--backend", "null", "--executor", self.spec(options))
                self.assert_refused(done, said)
