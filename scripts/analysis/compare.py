"""`compare`: one result set against another, cell by cell: two revisions, two machines, two settings of one."""

import dataclasses
import json
import pathlib
from collections.abc import Mapping, Sequence
from typing import Any

from . import records, statistics
from .arguments import Parser
from .errors import EXIT_UNUSABLE, AnalysisError
from .number_text import number, plural
from .records import Cell, SweepData
from .statistics import Comparison, NoiseFloor, Verdict
from .sweep_statistics import cell_throughput, flags, floor_of, larger_overhead, overhead_of, throughput_pair
from .terminal import Tint, columns, tinted

EPILOG: str = """A verdict is given only where the whole 95 % interval of B against A clears the noise floor (the larger of 1 % and what A/A cells of
these results differ by), and stays significant after Holm's correction over all cells. Colour is direction: green faster, red slower.

Exit codes: 0 no difference shown in any cell, 1 some cell is faster or slower, 2 unusable: cells with fewer than 6 runs, no cell in common,
damaged files."""

TINTS: Mapping[Verdict, Tint] = {Verdict.FASTER: "green", Verdict.SLOWER: "red"}

# What may differ between two result sets besides the machine, and explains a difference.
_SURROUNDINGS: tuple[tuple[str, ...], ...] = (("build", "git_revision"), ("build", "git_dirty"), ("build", "compiler"), ("build", "flags"),
                                              ("machine", "kernel"), ("machine", "governor"), ("storage", "file_system"))


@dataclasses.dataclass(frozen=True)
class ResultComparison:
    """Two result sets, cell by cell."""

    a: SweepData
    b: SweepData
    floor: NoiseFloor
    cells: Sequence[tuple[Cell, Cell, Comparison]]
    only_in_a: Sequence[Cell]
    only_in_b: Sequence[Cell]
    differing: Mapping[str, tuple[str, str]]  # surroundings that are not the same: name -> (in A, in B)

    @property
    def exit_code(self) -> int:
        """As statistics.exit_code; 2 as well where a cell is in one set alone and none differs."""
        code = statistics.exit_code([comparison for _, _, comparison in self.cells])
        return EXIT_UNUSABLE if code == 0 and (self.only_in_a or self.only_in_b) else code


def _surroundings(data: SweepData) -> dict[str, str]:
    found = {".".join(path): " and ".join(dict.fromkeys(str(run.value(*path)) for run in data.runs if run.machine)) for path in _SURROUNDINGS}
    return {"machine": " and ".join(machine.text for machine in data.machines.values()), **found}


def compare_results(a: SweepData, b: SweepData, *, paired: bool = False) -> ResultComparison:
    """Every measured cell that both have. `paired`: repetition r of A ran beside repetition r of B. AnalysisError where they have no
    cell in common."""
    first, second = ({cell.cell: cell for cell in data.measured} for data in (a, b))
    names = [name for name in first if name in second]
    if not names:
        raise AnalysisError(f"compare: {a.files[0]} and {b.files[0]} have no cell in common: a cell is one only with the same axes; measure both with "
                            f"the same plan")
    floor = floor_of(a, b)
    pairs = [throughput_pair(first[name], second[name], paired=paired,
                             overhead=larger_overhead(overhead_of(a, first[name]), overhead_of(b, second[name]))) for name in names]
    comparisons = statistics.compare_many(pairs, floor.floor)
    around = _surroundings(a), _surroundings(b)
    return ResultComparison(
        a, b, floor, [(first[name], second[name], comparison) for name, comparison in zip(names, comparisons)],
        [cell for name, cell in first.items() if name not in second], [cell for name, cell in second.items() if name not in first],
        {name: (value, around[1][name]) for name, value in around[0].items() if value != around[1][name]},
    )


def _label(cell: Cell, data: SweepData) -> str:
    return cell.label(data.varying_axes or ["executor", "backend", "workload"])


def _counts(data: SweepData) -> str:
    bad = [plural(count, word) for count, word in ((data.void_total, "void run"), (data.failed_total, "failed run")) if count]
    return ", ".join([plural(data.runs_total, "run"), plural(len(data.measured), "cell"), *bad])


def render(found: ResultComparison) -> str:
    """For people."""
    lines = [f"{name}  {', '.join(str(file) for file in data.files)}: {_counts(data)}" for name, data in (("A", found.a), ("B", found.b))]
    lines += [f"   {note}" for note in (found.a.pooling_note, found.b.pooling_note) if note]
    lines += [f"{name} differs: {in_a or 'unknown'} in A, {in_b or 'unknown'} in B" for name, (in_a, in_b) in found.differing.items()]
    lines += [found.floor.text(), ""]
    rows = [["cell", "A tx/s", "B tx/s", "runs", "B against A", "verdict"]]
    tints: list[Tint | None] = ["bold"]
    for cell_a, cell_b, comparison in found.cells:
        estimates = cell_throughput(cell_a), cell_throughput(cell_b)
        rows.append([_label(cell_a, found.a), *(number(estimate.value, 4) for estimate in estimates), " + ".join(str(estimate.n) for estimate in estimates),
                     comparison.text(), comparison.verdict.value])
        tints.append(TINTS.get(comparison.verdict))
    lines += [columns(rows, right=(1, 2, 3), tints=tints), ""]
    for cell_a, cell_b, comparison in found.cells:
        if comparison.verdict is Verdict.NO_VERDICT:
            lines.append(f"{_label(cell_a, found.a)}: no verdict: {comparison.reason}")
        lines += [f"{_label(cell, found.a)}: {name}: {'; '.join(noted)}" for name, cell in (("A", cell_a), ("B", cell_b)) if (noted := flags(cell))]
    lines += [f"{_label(cell, data)}: only in {name}" for name, data, cells in (("A", found.a, found.only_in_a), ("B", found.b, found.only_in_b))
              for cell in cells]
    if all(overhead_of(data, cell) is None for data, cell in ((found.a, pair[0]) for pair in found.cells)):
        lines.append("no null x null cell: what the harness itself costs in these cells is not known")
    counts = {verdict: sum(comparison.verdict is verdict for _, _, comparison in found.cells) for verdict in Verdict}
    lines.append(", ".join(tinted(f"{count} {verdict.value}", TINTS.get(verdict)) for verdict, count in counts.items() if count))
    return "\n".join(lines)


def _set_json(data: SweepData) -> dict[str, Any]:
    return {"files": [str(file) for file in data.files], "runs": data.runs_total, "void": data.void_total, "failed": data.failed_total,
            "machines": {name: machine.text for name, machine in data.machines.items()}, "pooled": data.pooling_note or None}


def as_json(found: ResultComparison) -> dict[str, Any]:
    """For programs: what render() says, and the figures behind it."""
    return {
        "schema_version": 1,
        "a": _set_json(found.a),
        "b": _set_json(found.b),
        "differing": {name: {"a": in_a, "b": in_b} for name, (in_a, in_b) in found.differing.items()},
        "floor": {"floor": found.floor.floor, "measured": found.floor.measured},
        "cells": [{"cell": cell_a.cell, "axes": dict(cell_a.axes), "a_tx_per_s": cell_throughput(cell_a).as_json(),
                   "b_tx_per_s": cell_throughput(cell_b).as_json(), "ratio": comparison.ratio.as_json(), "p": comparison.p, "p_holm": comparison.p_holm,
                   "verdict": comparison.verdict.value, "reason": comparison.reason, "flags": {"a": flags(cell_a), "b": flags(cell_b)}}
                  for cell_a, cell_b, comparison in found.cells],
        "only_in_a": [cell.cell for cell in found.only_in_a],
        "only_in_b": [cell.cell for cell in found.only_in_b],
        "exit_code": found.exit_code,
    }


def main(arguments: list[str]) -> int:
    """The command."""
    parser = Parser("compare", "Compares result set B with result set A, cell by cell.", EPILOG)
    parser.add_results("a", "what is compared with: a folder of results or its runs.jsonl")
    parser.add_results("b", "what is judged")
    parser.add_argument("--paired", action="store_true", help="repetition r of B ran right beside repetition r of A: compare within repetitions")
    parser.add_pool_machines()
    parser.add_json()
    given = parser.parse_args(arguments)
    if records.result_file(given.a).samefile(records.result_file(pathlib.Path(given.b))):
        raise AnalysisError(f"compare: A and B are the same file, {given.a}: name two result sets; `commitbench sweep` measures noise by its A/A cell")
    a, b = (records.read(path, pool_machines=given.pool_machines) for path in (given.a, given.b))
    found = compare_results(a, b, paired=given.paired)
    print(json.dumps(as_json(found), indent=1) if given.json else render(found))
    return found.exit_code
