"""`compare`: the subcommand that scripts/analysis carries out. Its statistics are tested in tests/analysis."""

import os
import pathlib
import sys

from cli_test import SMALL_WORKLOAD, CliTest, Completed

SOURCES: pathlib.Path = pathlib.Path(__file__).resolve().parents[2]
RUNS: int = 6  # the fewest with an interval


class Compare(CliTest):
    """Words, exit codes, and what is missing."""

    def share(self) -> str:
        """A folder with the program's scripts and plans."""
        folder = self.folder / "share"
        (folder / "plans").mkdir(parents=True)
        (folder / "scripts").symlink_to(SOURCES / "scripts")
        return str(folder)

    def compare(self, *words: str, **more: str) -> Completed:
        """Runs `commitbench compare` with scripts from the sources."""
        return self.run_program("compare", *words, **{"COMMITBENCH_SHARE": self.share(), **more})

    def measure(self, name: str, work: str, runs: int = RUNS) -> None:
        """A result set of one cell."""
        for _ in range(runs):
            self.assert_ok(self.run_program("run", "--quiet", "--workload", f"{SMALL_WORKLOAD},work={work}", "--backend", "flat", "--blocks", "8", "--results", name))

    def test_two_result_sets_of_one_cell(self) -> None:
        self.measure("a", "200")
        self.measure("b", "200")
        result = self.compare("a", "b", "--json")
        self.assertIn(result.returncode, (0, 1), result.stderr)  # whether they differ is the machine's matter
        self.assertIn('"verdict"', result.stdout)
        self.assertIn(f'"n": {RUNS}', result.stdout)

    def test_cells_that_differ_are_not_compared(self) -> None:
        self.measure("a", "0", runs=1)
        self.measure("b", "1", runs=1)
        self.assert_refused(self.compare("a", "b"), "have no cell in common")

    def test_words_reach_the_analysis(self) -> None:
        text = self.assert_ok(self.compare("--help"))
        self.assertIn("usage: commitbench compare", text)
        self.assertIn("--pool-machines", text)

    def test_missing_results(self) -> None:
        self.assert_refused(self.compare("nowhere", "b"), "nowhere does not exist", "commitbench sweep")

    def test_missing_share_folder(self) -> None:
        self.assert_refused(self.run_program("compare", "a", "b", COMMITBENCH_SHARE="/nowhere"), "COMMITBENCH_SHARE=/nowhere", "plans")

    def test_share_folder_without_analysis(self) -> None:
        (self.folder / "bare" / "plans").mkdir(parents=True)
        self.assert_refused(self.run_program("compare", "a", "b", COMMITBENCH_SHARE=str(self.folder / "bare")), "has no 'analysis'")

    def test_missing_interpreter(self) -> None:
        self.assert_refused(self.compare("a", "b", COMMITBENCH_PYTHON="/nowhere/python3"), "/nowhere/python3: cannot be started", "apt-get install python3")

    def test_interpreter_without_numpy(self) -> None:
        # -S leaves out site-packages, where numpy lies.
        python = self.folder / "bare-python"
        python.write_text(f'#!/bin/sh\nexec {sys.executable} -S "$@"\n')
        os.chmod(python, 0o755)
        self.assert_refused(self.compare("a", "b", COMMITBENCH_PYTHON=str(python)), "has no numpy", "apt-get install python3-numpy python3-scipy")
