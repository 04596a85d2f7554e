"""Statements against what was measured, and claims from their statements."""

import dataclasses
from collections.abc import Mapping, Sequence

from .. import statistics
from ..number_text import number, percent
from ..plots.setting import Setting
from ..records import Cell, SweepData
from ..statistics import OVERHEAD_LIMIT, Estimate, Verdict
from ..sweep_statistics import cell_share, compare_cells, floor_of, overhead_of, ratio
from .claim_file import Claim, Statement

HOLDS: str = "holds"
DOES_NOT_HOLD: str = "does not hold"
UNDECIDED: str = "undecided"
DEPENDS: str = "depends on the regime"
RANGES_ONLY: str = "ranges only"
UNITS: Mapping[str, float] = {"k": 1e3, "M": 1e6, "G": 1e9}


@dataclasses.dataclass(frozen=True)
class Part:
    """A statement with its answer."""

    regime: str
    statement: str
    estimate: str
    rule: str
    verdict: str
    reason: str


def amount(text: str) -> float:
    """10,000 for 10k."""
    return float(text[:-1]) * UNITS[text[-1]] if text[-1:] in UNITS else float(text)


def find(settings: Sequence[Setting], wanted: Mapping[str, str]) -> Setting | None:
    """The measured cell that a statement means; None where it has no valid run."""
    for one in settings:
        if (one.executor == wanted["executor"] and one.backend == wanted["backend"] and one.workers == int(wanted["workers"])
                and one.accounts == amount(wanted["accounts"]) and one.work_units == float(wanted["work"]) and one.theta == 0):
            return one
    return None


def estimate_text(estimate: Estimate, as_share: bool) -> str:
    """With its interval, or its range where there are too few runs for one."""
    def show(value: float) -> str:
        return percent(value) if as_share else f"{number(value)} x"

    if estimate.low is None or estimate.high is None:
        return f"{show(estimate.value)} (range {show(estimate.minimum)} to {show(estimate.maximum)}, n = {estimate.n})"
    return f"{show(estimate.value)} (95 %: {show(estimate.low)} to {show(estimate.high)}, n = {estimate.n})"


def rule_text(statement: Statement, floor: float) -> str:
    """When it holds."""
    if statement.statistic == "not built":
        return "it is built"
    bound, word = (statement.above, "above") if statement.above is not None else (statement.below, "below")
    assert bound is not None
    if statement.statistic == "share":
        return f"{word} {percent(bound, 0)}"
    if bound == 1:
        return f"{word} 1 x by more than the noise ({percent(floor)})"
    return f"{word} {bound:g} x"


def answer(statement: Statement, estimate: Estimate, floor: float) -> tuple[str, str]:
    """By the whole interval: a threshold of 1 has to be cleared by more than the noise."""
    if estimate.low is None or estimate.high is None:
        return UNDECIDED, "fewer than 6 runs give no interval"
    margin = floor if statement.statistic != "share" else 0.0
    if statement.above is not None:
        bound = statement.above * (1 + margin) if statement.above == 1 else statement.above
        holds, refuted = estimate.low > bound, estimate.high < bound
    else:
        assert statement.below is not None
        bound = statement.below * (1 - margin) if statement.below == 1 else statement.below
        holds, refuted = estimate.high < bound, estimate.low > bound
    if holds:
        return HOLDS, "the whole interval is on that side"
    return (DOES_NOT_HOLD, "the whole interval is on the other side") if refuted else (UNDECIDED, "the bound lies within the interval")


def gain(a: Cell, b: Cell, c: Cell, d: Cell) -> Estimate:
    """(d / c) / (b / a) of throughputs, repetition by repetition."""
    both = sorted(a.by_repetition.keys() & b.by_repetition.keys() & c.by_repetition.keys() & d.by_repetition.keys())
    rate = [{cell.cell: cell.by_repetition[i].tx_per_s for cell in (a, b, c, d)} for i in both]
    return statistics.median_estimate([one[d.cell] / one[c.cell] / (one[b.cell] / one[a.cell]) for one in rate])


def too_much_harness(data: SweepData, cells: Sequence[Cell]) -> str:
    """Why nothing may be said, where the harness itself is too large a part of a cell; else empty."""
    overheads = [overhead for cell in cells if (overhead := overhead_of(data, cell)) is not None]
    worst = max(overheads, default=0.0)
    return f"the harness takes {percent(worst)} of a cell, above {percent(OVERHEAD_LIMIT, 0)}" if worst > OVERHEAD_LIMIT else ""


def judge(data: SweepData, settings: Sequence[Setting], claims: Sequence[Claim], cores: int, *, quick: bool) -> dict[str, list[Part]]:
    """The parts of each claim. Ratios against 1 are compared together, with Holm's correction over all of them."""
    floor = floor_of(data).floor
    found: dict[tuple[str, int], list[Setting]] = {}
    for claim in claims:
        for index, statement in enumerate(claim.statements):
            ones = [find(settings, wanted) for wanted in statement.cells.values()]
            if ones and all(one is not None for one in ones):
                found[claim.identifier, index] = [one for one in ones if one is not None]
    compared = [key for key, ones in found.items() if len(ones) == 2]
    verdicts = dict(zip(compared, compare_cells(data, [(found[key][0].cell, found[key][1].cell) for key in compared]))) if compared else {}

    def part(claim: Claim, index: int, statement: Statement) -> Part:
        rule = rule_text(statement, floor)
        if statement.statistic == "not built":
            return Part(statement.regime, statement.text, "not measured", rule, UNDECIDED, "not built")
        if cores < statement.needs_cores:
            return Part(statement.regime, statement.text, "not measured", rule, UNDECIDED, f"needs {statement.needs_cores} cores, this machine has {cores}")
        ones = found.get((claim.identifier, index))
        if ones is None:
            return Part(statement.regime, statement.text, "not measured", rule, UNDECIDED, "a cell of it has no valid run")
        cells = [one.cell for one in ones]
        if len({cell.cell for cell in cells}) < len(cells):
            return Part(statement.regime, statement.text, "not measured", rule, UNDECIDED, "needs more than one core")
        if statement.statistic == "share":
            estimate = cell_share(cells[0], "commit")
        elif statement.statistic == "gain":
            estimate = gain(*cells)
        else:
            estimate = ratio(*cells)
        verdict, reason = answer(statement, estimate, floor)
        problem = too_much_harness(data, cells)
        comparison = verdicts.get((claim.identifier, index))
        if quick:
            verdict, reason = RANGES_ONLY, f"{estimate.n} runs a cell"
        elif problem:
            verdict, reason = UNDECIDED, problem
        elif comparison is not None and 1 in (statement.above, statement.below) and comparison.verdict is Verdict.NO_DIFFERENCE and verdict == HOLDS:
            verdict, reason = UNDECIDED, "not shown once all statements are counted (Holm)"
        return Part(statement.regime, statement.text, estimate_text(estimate, statement.statistic == "share"), rule, verdict, reason)

    return {claim.identifier: [part(claim, index, statement) for index, statement in enumerate(claim.statements)] for claim in claims}


def by_regime(parts: Sequence[Part]) -> dict[str, str]:
    """In a regime a claim holds where all its statements do, and does not where one does not; what is asked everywhere counts in each."""
    found: dict[str, str] = {}
    for regime in dict.fromkeys(part.regime for part in parts if part.regime):
        verdicts = {part.verdict for part in parts if part.regime in (regime, "")}
        found[regime] = DOES_NOT_HOLD if DOES_NOT_HOLD in verdicts else HOLDS if verdicts == {HOLDS} else UNDECIDED
    return found


def conclude(parts: Sequence[Part], *, quick: bool) -> str:
    """Of the claim, from its regimes, which may differ."""
    if quick:
        return RANGES_ONLY
    found = set(by_regime(parts).values())
    if {HOLDS, DOES_NOT_HOLD} <= found:
        return DEPENDS
    return found.pop() if len(found) == 1 else UNDECIDED
