"""Real mainnet blocks, where the folder with them stands beside the project; skipped where it does not."""

import csv
import io
import shutil
import unittest

from cli_test import REAL_BLOCKS, CliTest

# A few consecutive blocks of each of the two forms: all of them take a minute under a sanitizer. All sixty together are run by
# scripts/quickstart.
FEW: tuple[str, ...] = ("2061553[2-6]_with_reads.rlp", "2288689[4-8]_without_reads.rlp")


@unittest.skipUnless(REAL_BLOCKS.is_dir(), "the folder of real blocks is not here")
class RealBlocks(CliTest):
    """60 block access lists."""

    def few(self, pattern: str) -> str:
        """A folder with those blocks alone; its spec."""
        folder = self.folder / "few"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for file in REAL_BLOCKS.glob(pattern):
            shutil.copy(file, folder)
        self.assertEqual(5, len(list(folder.iterdir())))
        return f"trace:path={folder}"

    def test_statistics_of_all_blocks_are_those_of_the_reference(self) -> None:
        """stats.csv was made by another program (its origin: the README beside it)."""
        text = self.assert_ok(self.run_program("trace", "info", "--csv", str(REAL_BLOCKS)))
        with open(REAL_BLOCKS / "stats.csv", newline="", encoding="utf-8") as file:
            expected = list(csv.DictReader(file))
        self.assertEqual(60, len(expected))
        self.assertEqual(expected, list(csv.DictReader(io.StringIO(text))))

    def test_same_roots_on_every_store_with_little_memory_and_reopened(self) -> None:
        for pattern in FEW:
            roots: set[tuple[str, ...]] = set()
            workload = self.few(pattern)
            for store in ("memory", "lmdb", "rocksdb"):
                for more in ([], ["--memory", "8MiB", "--reopen"]):
                    with self.subTest(pattern=pattern, store=store, more=more):
                        result = self.run_cell("--workload", workload, "--backend", f"mpt:store={store}", "--warmup", "0", *more)
                        self.assertEqual(("valid", True, 5), tuple(result["ledger"][name] for name in
                                                                  ("verdict", "roots_checked", "blocks_checked")))
                        roots.add(tuple(block["root"] for block in result["blocks"]))
            self.assertEqual(1, len(roots))

    def test_replay_of_real_blocks(self) -> None:
        workload = self.few(FEW[0])
        results = [self.run_cell("--workload", workload, "--backend", "mpt", "--executor", executor, "--warmup", "0")
                   for executor in ("sequential", "replay")]
        self.assertEqual(*[[block["root"] for block in result["blocks"]] for result in results])
        self.assertEqual(results[0]["transactions"], results[1]["transactions"])
        self.assertGreater(results[0]["transactions"], 5 * 40)
