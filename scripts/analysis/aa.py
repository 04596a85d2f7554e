"""`aa`: what cells that are the same thing differ by here, and so what a difference has to clear."""

import json

from . import records, statistics
from .arguments import Parser
from .errors import AnalysisError
from .sweep_statistics import floor_of, overhead_of, throughput_pair

EPILOG: str = """The A/A cell of a sweep is another of its cells under a second name, so whatever they differ by is noise. The floor is the
larger of 1 % and the largest deviation of these ratios from 1. Exit codes: 0 no A/A pair was called different, 1 one was, 2 there is none, or
with too few runs."""


def main(arguments: list[str]) -> int:
    """The command."""
    parser = Parser("aa", "Prints the noise floor that the A/A cells of sweeps show.", EPILOG)
    parser.add_results("folders", "folders of results or their runs.jsonl", several=True)
    parser.add_pool_machines()
    parser.add_json()
    given = parser.parse_args(arguments)
    data = records.read(given.folders, pool_machines=given.pool_machines)
    pairs = data.aa_pairs
    if not pairs:
        raise AnalysisError(f"{', '.join(str(file) for file in data.files)}: has no A/A cell: measure with `commitbench sweep`, which always adds one")
    noise = floor_of(data)
    # Against the practical floor alone: against a floor that holds this very deviation no pair could ever be called different.
    found = statistics.compare_many([throughput_pair(a, b, paired=True, overhead=overhead_of(data, a)) for a, b in pairs], statistics.PRACTICAL_FLOOR)
    code = statistics.exit_code(found)
    if given.json:
        print(json.dumps({"floor": noise.floor, "measured": noise.measured, "pooled": data.pooling_note or None, "exit_code": code, "pairs": [
            {"cell": a.cell, "twin": b.cell, "axes": a.axes, "ratio": comparison.ratio.as_json(), "verdict": comparison.verdict.value,
             "reason": comparison.reason} for (a, b), comparison in zip(pairs, found)]}))
        return code
    if data.pooled:
        print(data.pooling_note)
    for (a, _), comparison in zip(pairs, found):
        print(f"{a.label(data.varying_axes or ['executor', 'backend', 'workload'])}\n    A/A {comparison.text()}: {comparison.verdict.value}; {comparison.reason}")
    print(noise.text())
    return code
