"""Attribution: how much of a cell's time is execution, how much is commitment, and how much of either hides behind the other.

Four cells of one workload and the same knobs say it, and each is measured:

    E    executor x null     execution alone
    C    replay x backend    commitment alone: recorded writes, nothing executed
    EC   executor x backend  both
    E+F  executor x flat     a store without a tree, on the same store where there is one

overlap = E + C - EC, in time a transaction. Above 0, work of one is hidden behind the other, or the two cells pay for something twice that
both need (the harness, for one: it is said beside it). Below 0, each makes the other slower, as reads from a tree do.
"""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import numpy

from . import statistics
from .records import Cell, SweepData
from .statistics import Estimate
from .sweep_statistics import cell_ns_per_tx, cell_share, cell_throughput, null_of, ratio

REPLAY: str = "replay"
NULL: str = "null"
FLAT: str = "flat"
EXECUTE_TIMES: str = "execute_times"
COMMIT_TIMES: str = "commit_times"
DOMINATES: str = ("A phase dominates where the lower end of the 95 % interval of its share of the blocks' wall time is above 50 %. "
                  "Commitment is stage + merkleize + persist, execution is execute.")

Phase = Literal["execution", "commitment"]
Dominates = Literal["execution", "commitment", "undecided"]

# Axes in which the cells of one attribution may differ, besides the component that is swapped: what a budget is for depends on it.
_FREE_AXES: frozenset[str] = frozenset({"executor", "backend", "memory", EXECUTE_TIMES, COMMIT_TIMES})


@dataclasses.dataclass(frozen=True)
class Attribution:
    """Times are ns a transaction; None where the cell that says it was not measured (`missing` names it)."""

    both: Estimate
    execution: Estimate | None
    commitment: Estimate | None
    flat: Estimate | None
    harness: Estimate | None  # null x null, which both E and C pay once
    overlap: Estimate | None
    overlap_share: Estimate | None  # of EC
    tree: Estimate | None  # EC - (E+F): what the tree costs over a plain store
    execution_share: Estimate  # of the blocks' wall time in EC
    share: Estimate  # of commitment, likewise
    dominates: Dominates
    cells: Mapping[str, str]  # E, C, EC, E+F, H -> cell id
    missing: Sequence[str]
    definition: str = DOMINATES


@dataclasses.dataclass(frozen=True)
class CausalRow:
    """Throughput with a phase's work really removed, halved, as it is, or repeated."""

    phase: Phase
    factor: float
    how: str  # what was done to the phase, in words
    cell: str
    throughput: Estimate
    against_now: Estimate  # ratio to the cell as it is


def _component(cell: Cell, kind: Literal["executor", "backend"]) -> str:
    """Name of the component; from a run where there is one, which has it resolved."""
    return cell.first.component(kind).name if cell.ok else cell.axes.get(kind, "").split(":")[0]


def _times(cell: Cell, axis: str) -> float:
    """How often the phase's work is done."""
    return float(cell.axes.get(axis, "1"))


def _store(cell: Cell) -> str:
    return str(cell.first.backend.options.get("store", "")) if cell.ok else ""


def _alike(a: Cell, b: Cell, but: frozenset[str] = _FREE_AXES) -> bool:
    """Whether they differ at most in these axes. A free parameter of the plan that only one of them uses is none of the other's."""
    return all(a.axes[name] == b.axes[name] for name in (a.axes.keys() & b.axes.keys()) - but)


def _as_it_is(cell: Cell) -> bool:
    return _times(cell, EXECUTE_TIMES) == 1 and _times(cell, COMMIT_TIMES) == 1


def _partner(data: SweepData, both: Cell, fits: Callable[[Cell], bool]) -> Cell | None:
    """The measured cell that differs from `both` only in what is swapped; one with the same memory budget first."""
    found = [cell for cell in data.measured if cell.ok and _alike(cell, both) and _as_it_is(cell) and fits(cell)]
    return sorted(found, key=lambda cell: cell.axes.get("memory") != both.axes.get("memory"))[0] if found else None


def without_commitment(data: SweepData, both: Cell) -> Cell | None:
    """E: the same executor on the null backend."""
    return _partner(data, both, lambda cell: _component(cell, "backend") == NULL and cell.axes.get("executor") == both.axes.get("executor"))


def without_execution(data: SweepData, both: Cell) -> Cell | None:
    """C: the same backend under replay."""
    return _partner(data, both, lambda cell: _component(cell, "executor") == REPLAY and cell.axes.get("backend") == both.axes.get("backend"))


def with_flat(data: SweepData, both: Cell) -> Cell | None:
    """E+F: the same executor on the flat backend; with the same store where that was measured."""
    def fits(cell: Cell, store: str | None) -> bool:
        return (_component(cell, "backend") == FLAT and cell.axes.get("executor") == both.axes.get("executor")
                and (store is None or _store(cell) == store))

    same = _partner(data, both, lambda cell: fits(cell, _store(both)))
    return same if same is not None else _partner(data, both, lambda cell: fits(cell, None))


def _overlap(execution: Any, commitment: Any, both: Any, axis: int) -> Any:
    medians = [numpy.median(sample, axis=axis) for sample in (execution, commitment, both)]
    return medians[0] + medians[1] - medians[2]


def _overlap_share(execution: Any, commitment: Any, both: Any, axis: int) -> Any:
    return _overlap(execution, commitment, both, axis) / numpy.median(both, axis=axis)


def _difference(more: Any, less: Any, axis: int) -> Any:
    return numpy.median(more, axis=axis) - numpy.median(less, axis=axis)


def _ns(cell: Cell) -> list[float]:
    return [run.ns_per_tx for run in cell.ok]


def _dominates(execution: Estimate, commitment: Estimate) -> Dominates:
    """As DOMINATES says."""
    if commitment.low is not None and commitment.low > 0.5:
        return "commitment"
    return "execution" if execution.low is not None and execution.low > 0.5 else "undecided"


def attribution(data: SweepData, both: Cell) -> Attribution:
    """What the cells of these results say about `both`. AnalysisError where it has no valid run."""
    named = {"E": without_commitment(data, both), "C": without_execution(data, both), "EC": both, "E+F": with_flat(data, both), "H": null_of(data, both)}
    words = {"E": "E: the same executor on the null backend", "C": "C: replay on the same backend",
             "E+F": "E+F: the same executor on the flat backend", "H": "H: replay on the null backend"}
    both.first  # an error of its own where there is no valid run
    e, c, flat, harness = (named[name] for name in ("E", "C", "E+F", "H"))
    overlap = overlap_share = None
    if e is not None and c is not None:
        overlap = statistics.bootstrap_estimate(_overlap, _ns(e), _ns(c), _ns(both))
        overlap_share = statistics.bootstrap_estimate(_overlap_share, _ns(e), _ns(c), _ns(both))
    shares = cell_share(both, "execute"), cell_share(both, "commit")
    return Attribution(
        both=cell_ns_per_tx(both),
        execution=None if e is None else cell_ns_per_tx(e),
        commitment=None if c is None else cell_ns_per_tx(c),
        flat=None if flat is None else cell_ns_per_tx(flat),
        harness=None if harness is None else cell_ns_per_tx(harness),
        overlap=overlap,
        overlap_share=overlap_share,
        tree=None if flat is None else statistics.bootstrap_estimate(_difference, _ns(both), _ns(flat)),
        execution_share=shares[0],
        share=shares[1],
        dominates=_dominates(*shares),
        cells={name: cell.cell for name, cell in named.items() if cell is not None},
        missing=[words[name] for name, cell in named.items() if cell is None],
    )


def causal(data: SweepData, both: Cell, *, halves: Mapping[str, tuple[Phase, Callable[[Cell], bool]]] | None = None) -> list[CausalRow]:
    """Throughput with either phase at 0, 1/2, 1 and 2 x its work, as far as the cells were measured; every row is a cell, none is computed.

    Removed: the null backend or the flat one, or replay. Repeated: the axes commit_times and execute_times. Halved: `halves` maps words for the
    substitute ("blake3 for keccak") to the phase and to which cells have it, among those that differ from `both` in executor, backend, workers
    or durability alone.
    """
    found: list[tuple[Phase, float, str, Cell | None]] = [
        ("commitment", 0.0, "null backend, which keeps all values in memory", without_commitment(data, both)),
        ("commitment", 0.0, "flat backend, which keeps them on the same store" if _store(both) else "flat backend", with_flat(data, both)),
        ("commitment", 1.0, "as it is", both),
        ("execution", 0.0, "replay", without_execution(data, both)),
        ("execution", 1.0, "as it is", both),
    ]
    phases: tuple[tuple[Phase, str, str], ...] = (("commitment", COMMIT_TIMES, EXECUTE_TIMES), ("execution", EXECUTE_TIMES, COMMIT_TIMES))
    for phase, axis, other in phases:
        for cell in data.measured:
            times = _times(cell, axis)
            if times != 1 and _times(cell, other) == 1 and cell.ok and _alike(cell, both, frozenset({EXECUTE_TIMES, COMMIT_TIMES})) \
                    and cell.axes.get("executor") == both.axes.get("executor") and cell.axes.get("backend") == both.axes.get("backend"):
                found.append((phase, times, f"its work done {times:g} times", cell))
    free = _FREE_AXES | {"workers", "durability"}
    for how, (phase, fits) in (halves or {}).items():
        found += [(phase, 0.5, how, cell) for cell in data.measured if cell.ok and cell is not both and _alike(cell, both, free) and _as_it_is(cell) and fits(cell)]
    rows = [CausalRow(phase, factor, how, cell.cell, cell_throughput(cell), ratio(both, cell)) for phase, factor, how, cell in found if cell is not None]
    return sorted(rows, key=lambda row: (row.phase, row.factor))
