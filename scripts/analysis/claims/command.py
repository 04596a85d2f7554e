"""`commitbench claim`: measures what the claims need in one sweep, judges them, draws the figures and writes the report."""

import dataclasses
import json
import os
import pathlib
import shutil
import subprocess
from collections.abc import Sequence
from typing import Any

from .. import records
from ..arguments import Parser
from ..errors import EXIT_SAME, AnalysisError
from ..plots.setting import settings_of
from ..records import SweepData
from ..report import VERDICTS_FILE, draw_all, write_report
from .claim_file import Claim, core_counts, names, plan_text, read_claim, read_knobs, usable_cores
from .regimes import REGIMES, TABLES
from .verdict import by_regime, conclude, judge

PLAN_FILE: str = "plan.toml"
ALL: str = "all"


def run_sweep(plan: pathlib.Path, out: pathlib.Path, words: Sequence[str] = ()) -> int:
    """`commitbench sweep`; its exit code. It goes on where it ended."""
    program = os.environ.get("COMMITBENCH_PROGRAM") or shutil.which("commitbench")
    if not program:
        raise AnalysisError("claim: commitbench is not found: call it as 'commitbench claim', or name the program in COMMITBENCH_PROGRAM")
    return subprocess.run([program, "sweep", str(plan), "--out", str(out), *words], check=False).returncode


def write_plan(text: str, file: pathlib.Path) -> None:
    """Keeps what is there: a folder belongs to one plan."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        if file.exists() and file.read_text(encoding="utf-8") != text:
            raise AnalysisError(f"{file}: another plan was measured in this folder: name another one with --out")
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise AnalysisError(f"{file}: cannot be written: {error.strerror}") from error


def evaluate(data: SweepData, claims: Sequence[Claim], cores: int, *, quick: bool) -> dict[str, Any]:
    """What the report and the terminal show, as JSON."""
    settings = settings_of(data)
    parts = judge(data, settings, claims, cores, quick=quick)
    return {"schema_version": 1, "quick": quick, "claims": [{
        "id": claim.identifier, "hypothesis": claim.hypothesis, "rule": claim.rule, "refuted_by": claim.refuted_by,
        "verdict": conclude(parts[claim.identifier], quick=quick), "by_regime": by_regime(parts[claim.identifier]), "parts": [dataclasses.asdict(part) for part in parts[claim.identifier]],
        "regime": [sentence for name in claim.regimes for sentence in REGIMES[name](data, settings)],
        "tables": [dataclasses.asdict(table) for name in claim.regimes if name in TABLES for table in TABLES[name](data, settings)], "not_built": list(claim.not_built),
        "figures": list(claim.figures)} for claim in claims]}


def cores_of(data: SweepData) -> int:
    """Usable on the machine that measured; the least of several."""
    return min(int(machine.facts.get("usable_cores") or 1) for machine in data.machines.values())


def where_of(part: dict[str, Any]) -> str:
    """The regime, before the statement; nothing where it is asked everywhere."""
    return f"{part['regime']}: " if part["regime"] else ""


def text_of(found: dict[str, Any]) -> str:
    """For the terminal."""
    lines = ["A quick look: too few runs for a verdict; ranges only."] if found["quick"] else []
    for claim in found["claims"]:
        lines += ["", f"{claim['id']}  {claim['verdict'].upper()}  {claim['hypothesis']}"]
        for part in claim["parts"]:
            lines += [f"    {where_of(part)}{part['statement']}", f"        {part['estimate']}; holds where {part['rule']}: {part['verdict']} ({part['reason']})"]
        lines += [f"    {sentence}" for sentence in claim["regime"]]
        for table in claim["tables"]:
            lines += [f"    {table['title']}", *(f"        {phase} {cost} ({how}): {value}" for phase, cost, how, value in table["rows"])]
        lines += [f"    not built: {text}" for text in claim["not_built"]]
    return "\n".join(lines)


def main(arguments: Sequence[str]) -> int:
    """`commitbench claim [K1..K6|all] [--quick] --out DIR`."""
    parser = Parser("claim", "Measures the claims (claims/*.toml) in one sweep and says, with intervals, whether each holds on this machine and where it "
                             "stops holding. A folder that holds a part of the runs is gone on with.", "claims: " + ", ".join(names()))
    parser.add_argument("claims", nargs="*", default=[ALL], metavar="CLAIM", help="K1 to K6, or all (the default)")
    parser.add_argument("--quick", action="store_true", help="about 3 minutes on 2 cores: 3 runs a cell of small states; ranges, no verdicts")
    parser.add_argument("--out", type=pathlib.Path, required=True, metavar="DIR", help="gets plan, runs, claims.json, figures and report.html")
    parser.add_argument("--repetitions", type=int, metavar="N", help="runs of each cell (default: the claims')")
    parser.add_argument("--dry-run", action="store_true", help="print cells, order, time and disk of the sweep, and run nothing")
    parser.add_argument("--evaluate-only", action="store_true", help="judge the runs that --out holds; measure nothing")
    given = parser.parse_args(arguments)
    variant = "quick" if given.quick else "full"
    held = records.read(given.out) if given.evaluate_only else None
    cores = core_counts(usable_cores() if held is None else cores_of(held))
    knobs = read_knobs(variant, cores)
    claims = [read_claim(name, variant, knobs) for name in (names() if ALL in given.claims else given.claims)]
    words = [] if given.repetitions is None else ["--repetitions", str(given.repetitions)]
    plan = given.out / PLAN_FILE
    if held is None:
        write_plan(plan_text(claims, variant, knobs, cores), plan)
        code = run_sweep(plan, given.out, [*words, *(["--dry-run"] if given.dry_run else [])])
        if given.dry_run or code not in (0, 1):  # 1: some runs are void or failed; they are counted in the report
            return code
    data = held or records.read(given.out)
    found = evaluate(data, claims, cores[-1], quick=given.quick)
    (given.out / VERDICTS_FILE).write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(text_of(found))
    figures = draw_all(data)
    report = given.out / "report.html"
    write_report(data, figures, report, "commitbench: claims" + (", a quick look" if given.quick else ""), found)
    for figure in figures:
        figure.save(given.out / "figures")
        figure.close()
    print(f"\nfigures: {(given.out / 'figures').resolve()}\nreport: {report.resolve()}")
    return EXIT_SAME
