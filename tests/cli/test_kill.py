"""SIGKILL: scripts/kill_test.py, with few kills."""

import pathlib
import subprocess
import sys

from cli_test import PROGRAM, TIMEOUT_SECONDS, CliTest

SCRIPT: pathlib.Path = pathlib.Path(__file__).resolve().parents[2] / "scripts" / "kill_test.py"


class Kill(CliTest):
    """The seed fixes the batches; where in a batch the kill falls is left to the clock."""

    def test_folder_survives(self) -> None:
        done = subprocess.run(
            [sys.executable, "-B", str(SCRIPT), "--program", PROGRAM, "--kills", "20", "--seed", "1"],
            env=self.environment(), capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False,
        )
        self.assertIn("intact after 20 kills", self.assert_ok(done))
