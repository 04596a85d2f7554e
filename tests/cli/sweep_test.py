"""What the tests of sweeps stand on."""

import json
import pathlib
from typing import Any

from cli_test import Completed, CliTest

# Small cells on a store in memory, one on files that are restored, and one on files that are linked.
PLAN: str = """
name = "test"
description = "for a test"
repetitions = 2
[axes]
backend = ["flat:store=memory", "paged:store=file", "mpt:store=rocksdb"]
workload = "transfer:accounts={accounts},block-size=50"
accounts = 300
blocks = 2
warmup = 1
memory = "64MiB"
"""
RUNS: int = (3 + 2) * 2


class SweepTest(CliTest):
    """A plan and the folder of its sweep."""

    def setUp(self) -> None:
        super().setUp()
        self.write("plan.toml", PLAN)

    def sweep(self, *words: str, out: str = "out") -> Completed:
        """Runs it; the words come after the plan."""
        return self.run_program("sweep", "plan.toml", "--out", out, *words)

    def lines(self, out: str = "out") -> list[dict[str, Any]]:
        """Of runs.jsonl."""
        file = self.folder / out / "runs.jsonl"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []

    def manifest(self, out: str = "out") -> dict[str, Any]:
        """Of the sweep."""
        manifest: dict[str, Any] = json.loads((self.folder / out / "manifest.json").read_text())
        return manifest

    @staticmethod
    def runs(lines: list[dict[str, Any]]) -> list[tuple[str, int, int]]:
        """Which runs came to a result, with their position, sorted."""
        return sorted((line["sweep"]["cell"], line["sweep"]["repetition"], line["sweep"]["position"])
                      for line in lines if line["sweep"]["status"] == "ok")

    def assert_message(self, result: Completed, *parts: str, code: int = 2) -> None:
        """This exit code, and every part in the last line on stderr, which the program wrote; others may stand before it."""
        context = f"exit code {result.returncode}\nstdout:\n{result.stdout}\nstderr:\n{result.stderr}"
        self.assertEqual(code, result.returncode, context)
        last = result.stderr.splitlines()[-1] if result.stderr else ""
        self.assertTrue(last.startswith("commitbench: "), context)
        for part in parts:
            self.assertIn(part, last, context)

    def roots(self, lines: list[dict[str, Any]]) -> dict[str, list[list[str]]]:
        """By backend: the roots of every run's blocks."""
        found: dict[str, list[list[str]]] = {}
        for line in lines:
            found.setdefault(line["backend"]["name"], []).append([block["root"] for block in line["blocks"]])
        return found

    def write_analysis(self, body: str) -> pathlib.Path:
        """A share folder whose analysis prints what `body` computes as `cells` from `runs`."""
        share = self.folder / "share"
        (share / "plans").mkdir(parents=True)
        (share / "scripts" / "analysis").mkdir(parents=True)
        (share / "scripts" / "analysis" / "__init__.py").write_text("")
        (share / "scripts" / "analysis" / "__main__.py").write_text(
            "import json, pathlib, sys\n"
            "assert sys.argv[1] == 'interval' and sys.argv[3] == '--json', sys.argv\n"
            "runs = [json.loads(x)['sweep'] for x in (pathlib.Path(sys.argv[2]) / 'runs.jsonl').open()]\n"
            + body + "\nprint(json.dumps({'cells': cells}))\n")
        return share
