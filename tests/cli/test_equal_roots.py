"""scripts/equal_roots.py between backends that are built in; tests/peers has the real implementations."""

import pathlib
import subprocess
import sys

from cli_test import PROGRAM, TIMEOUT_SECONDS, CliTest, Completed

SCRIPT: pathlib.Path = pathlib.Path(__file__).resolve().parents[2] / "scripts" / "equal_roots.py"


class EqualRoots(CliTest):
    """Small sizes."""

    def compare(self, *words: str) -> Completed:
        """Of two workloads."""
        return subprocess.run(
            [sys.executable, "-B", str(SCRIPT), "--program", PROGRAM, "--quick", "--workload", "transfer", "--workload", "script", *words],
            env=self.environment(), capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False,
        )

    def test_equal(self) -> None:
        out = self.assert_ok(self.compare("--pair", "paged", "paged:store=file"))
        self.assertIn("2 of 2 pairs have one root after every block, 0 have not", out)
        self.assertEqual(2, out.count("2,000 keys"), out)

    def test_different(self) -> None:
        done = self.compare("--pair", "paged", "paged:hash=sha256", "--pair", "mpt", "mpt:nonsense=3")
        self.assertEqual(1, done.returncode, done.stderr)
        self.assertEqual(2, done.stdout.count("DIFFERENT: 1 worker, block 1: "), done.stdout)
        self.assertEqual(2, done.stdout.count("theirs is not finished (exit code 2"), done.stdout)
        self.assertIn("0 of 4 pairs", done.stdout)

    def test_no_peers(self) -> None:
        done = self.compare("--peers", str(self.folder))
        self.assertEqual(2, done.returncode, done.stdout)
        self.assertIn("SKIPPED nomt", done.stdout)
        self.assertIn("nothing to compare", done.stderr)
