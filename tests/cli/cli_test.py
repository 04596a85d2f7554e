"""What every end-to-end test of the built program stands on."""

import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import time
import unittest
from typing import Any, Optional

PROGRAM: str = os.environ["COMMITBENCH_PROGRAM"]
SHARED: pathlib.Path = pathlib.Path(os.environ["COMMITBENCH_SHARED_DIR"])
REAL_BLOCKS: pathlib.Path = SHARED / "data" / "bal"
TIMEOUT_SECONDS: int = 300

Completed = subprocess.CompletedProcess[str]

# Small cells, so that a test takes well under a second even under a sanitizer.
SMALL_WORKLOAD: str = "transfer:accounts=1000,block-size=100"


class CliTest(unittest.TestCase):
    """A fresh folder a test, in which the program runs."""

    folder: pathlib.Path
    user: Optional[int] = None  # who runs the program; None is us

    def setUp(self) -> None:
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="commitbench-test-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def environment(self) -> dict[str, str]:
        """Ours, with the temporary folder inside the test's own, so that what is left behind is seen."""
        scratch = self.folder / "tmp"
        scratch.mkdir(exist_ok=True)
        return {**os.environ, "TMPDIR": str(scratch)}

    def run_program(self, *words: str, stdin: str = "", **more: str) -> Completed:
        """Runs `commitbench WORDS...`; `more` goes into the environment."""
        return subprocess.run(
            [PROGRAM, *words],
            input=stdin,
            cwd=self.folder,
            env={**self.environment(), **more},
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
            user=self.user,
        )

    def start_program(self, *words: str) -> "subprocess.Popen[str]":
        """Starts it and does not wait."""
        process = subprocess.Popen(
            [PROGRAM, *words],
            cwd=self.folder,
            env=self.environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.addCleanup(self.end, process)
        return process

    @staticmethod
    def end(process: "subprocess.Popen[str]") -> None:
        """Ends a process that a test left running, and closes its pipes."""
        if process.poll() is None:
            process.kill()
        process.communicate()

    def assert_ok(self, result: Completed) -> str:
        """Exit code 0; the output."""
        self.assertEqual(0, result.returncode, f"stdout:\n{result.stdout}\nstderr:\n{result.stderr}")
        return result.stdout

    def assert_refused(self, result: Completed, *parts: str, code: int = 2) -> str:
        """This exit code, and exactly one line from the program on stderr that holds every part."""
        context = f"exit code {result.returncode}\nstdout:\n{result.stdout}\nstderr:\n{result.stderr}"
        self.assertEqual(code, result.returncode, context)
        lines = result.stderr.splitlines()
        self.assertEqual(1, len(lines), context)
        self.assertTrue(lines[0].startswith("commitbench: "), context)
        for part in parts:
            self.assertIn(part, lines[0])
        return lines[0]

    def run_cell(self, *words: str) -> dict[str, Any]:
        """Runs one quiet cell and gives its result line."""
        before = self.result_lines()
        self.assert_ok(self.run_program("run", "--quiet", *words))
        lines = self.result_lines()
        self.assertEqual(len(before) + 1, len(lines))
        result: dict[str, Any] = json.loads(lines[-1])
        return result

    def result_lines(self) -> list[str]:
        """The lines of runs.jsonl so far."""
        file = self.folder / "commitbench-results" / "runs.jsonl"
        return file.read_text().splitlines() if file.exists() else []

    def write(self, name: str, text: str) -> str:
        """A text file in the test's folder; its name."""
        (self.folder / name).write_text(text)
        return name

    def wait_for(self, condition: Any, what: str, process: Optional["subprocess.Popen[str]"] = None) -> None:
        """Until condition() holds; fails where that takes too long or the process has ended before."""
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while not condition():
            if process is not None and process.poll() is not None:
                out, err = process.communicate()
                self.fail(f"the program ended before {what}:\n{out}\n{err}")
            self.assertLess(time.monotonic(), deadline, f"waited too long for {what}")
            time.sleep(0.005)
