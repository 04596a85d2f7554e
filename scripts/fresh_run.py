"""One cell in a fresh process of its own: what all scripts that measure are made of."""

import json
import pathlib
import statistics
import subprocess
from typing import Any

Result = dict[str, Any]


def fresh_run(build: pathlib.Path, results: pathlib.Path, words: list[str]) -> Result:
    """The result line of `commitbench run` with these words; runs.jsonl in `results` keeps it. Raises CalledProcessError where the run is void or refused."""
    subprocess.run([build / "commitbench", "run", "--quiet", *words, "--results", results], check=True, stdout=subprocess.DEVNULL)
    with open(results / "runs.jsonl", encoding="utf-8") as lines:
        result: Result = json.loads(lines.readlines()[-1])
    return result


def median_ns(result: Result, span: str) -> float:
    """Of the measured blocks, ns; `span` as in the result: "execute", "stage", "total", ..."""
    return statistics.median(block[span + "_ns"] for block in result["blocks"])
