"""Where the answer to a claim changes, in sentences with their numbers."""

import dataclasses
import functools
from collections.abc import Callable, Sequence

from ..attribution import DOMINATES, CausalRow, Phase, attribution, causal
from ..number_text import number, percent
from ..plots.crossover import crossing_of, pairs_of, pipeline
from ..plots.regime_map import half_at
from ..plots.setting import STATE, WORK, Setting, amount_text, grouped, short_spec, work_text
from ..records import Cell, SweepData
from ..statistics import amdahl_by_phase, work_span
from ..sweep_statistics import cell_share, cell_throughput, ratio

PARALLEL: tuple[str, ...] = ("block-stm", "lock-schedule")
PHASES: tuple[str, ...] = ("execute", "stage", "merkleize", "persist")
CONTENDED: tuple[str, ...] = (*STATE, "workload.keys", "workload.theta")


@dataclasses.dataclass(frozen=True)
class Table:
    """Numbers that a sentence would hide."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


def interval(low: float | None, high: float | None, unit: str = "") -> str:
    """In brackets, where there is one."""
    return "" if low is None or high is None else f" (95 %: {number(low)} to {number(high)}{unit})"


def half(_: SweepData, settings: Sequence[Setting]) -> list[str]:
    """Where commitment is half of a sequential block."""
    said = []
    rows = [one for one in settings if one.executor == "sequential" and one.backend_name == "mpt" and one.workers == 1]
    for group in grouped(rows, WORK).values():
        ordered = sorted(group, key=lambda one: one.work_us)
        if len(ordered) < 2:
            continue
        at, low, high = half_at(ordered)
        first, last = cell_share(ordered[0].cell, "commit").value, cell_share(ordered[-1].cell, "commit").value
        where = (f"commitment is half of the block at {number(at)} us of work a transaction{interval(low, high, ' us')}" if at is not None else
                 f"commitment is not half anywhere between {number(ordered[0].work_us)} and {number(ordered[-1].work_us)} us of work "
                 f"({percent(first)} to {percent(last)})")
        backend, keys = ordered[0].backend, ordered[0].keys
        said.append((backend, keys, f"{short_spec(backend)}, {amount_text(keys)} keys: {where}."))
    return [text for _, _, text in sorted(said)]


def halves_of(both: Cell) -> dict[str, tuple[Phase, Callable[[Cell], bool]]]:
    """What makes about half of a phase's work of this cell, by what a plan can say."""
    def differs(cell: Cell, **axes: str) -> bool:
        return all(cell.axes[name] == axes.get(name, both.axes[name]) for name in ("executor", "backend", "workers", "durability", "memory"))

    backend = both.axes["backend"]
    return {"a cheaper hash, blake3": ("commitment", lambda cell: differs(cell, backend=backend + ("," if ":" in backend else ":") + "hash=blake3")),
            "no sync": ("commitment", lambda cell: both.axes["durability"] == "block" and differs(cell, durability="none")),
            "block-stm on 2 workers": ("execution", lambda cell: differs(cell, executor="block-stm", workers="2"))}


def attributions(data: SweepData, settings: Sequence[Setting]) -> list[str]:
    """Of the cells whose work was also done twice: what execution and commitment take alone, and which dominates."""
    said = []
    for one, _ in causal_cells(data, settings):
        found = attribution(data, one.cell)
        if found.overlap is not None:
            said.append(f"{pipeline_text(one)}: overlap E + C - EC {number(found.overlap.value)} ns a transaction"
                        f"{interval(found.overlap.low, found.overlap.high, ' ns')} of {number(found.both.value)}; dominates: {found.dominates}.")
    return [*said, DOMINATES] if said else []


def pipeline_text(one: Setting) -> str:
    """Executor, backend and work."""
    return f"{short_spec(one.executor)} over {short_spec(one.backend)}, {work_text(one.work_us)}"


def causal_cells(data: SweepData, settings: Sequence[Setting]) -> list[tuple[Setting, list[CausalRow]]]:
    """The cells whose work was really repeated, with what was done to each phase."""
    found = [(one, causal(data, one.cell, halves=halves_of(one.cell))) for one in settings]
    return [(one, rows) for one, rows in found if any(row.factor == 2 for row in rows)]


def causal_form(data: SweepData, settings: Sequence[Setting]) -> list[Table]:
    """What throughput would be if a phase cost more or less, by really doing so."""
    return [Table(f"{pipeline_text(one)}: throughput if a phase cost more or less, measured",
                  ("phase", "its cost", "done by", "throughput, x as it is"),
                  [(row.phase, f"x {row.factor:g}", row.how, f"{number(row.against_now.value)}{interval(row.against_now.low, row.against_now.high)}")
                   for row in rows if row.factor != 1])
            for one, rows in causal_cells(data, settings)]


def crossings(_: SweepData, settings: Sequence[Setting]) -> list[str]:
    """Of sequential over paged and parallel over mpt, for each number of cores."""
    said = []
    for fast, slow in pairs_of(list(settings)):
        found = crossing_of(fast, slow)
        ahead = {"a": "the sequential one", "b": "the parallel one", "neither": "neither"}[found.ahead_at_first]
        where = (f"cross at {number(found.x)} us of work a transaction{interval(found.low, found.high, ' us')}" if found.x is not None else
                 f"do not cross between {number(fast[0].work_us)} and {number(fast[-1].work_us)} us of work")
        said.append(f"{pipeline(fast[0])} and {pipeline(slow[0])} {where}; {ahead} is ahead at {number(fast[0].work_us)} us.")
    return said


def speed_ups(backends: Sequence[str], _: SweepData, settings: Sequence[Setting]) -> list[str]:
    """Against one core, with bounds: work over span of the execution, and the serial part that each phase shows."""
    said: list[tuple[str, float, str]] = []
    groups = grouped((one for one in settings if one.executor_name in PARALLEL and one.backend_name in backends), "workers")
    for group in groups.values():
        by_cores = {one.workers: one for one in sorted(group, key=lambda one: one.workers)}
        if 1 not in by_cores or len(by_cores) < 2:
            continue
        base, most = by_cores[1], by_cores[max(by_cores)]
        faster = ratio(base.cell, most.cell)
        times = {phase: {cores: one.cell.first.span_ns(phase) / one.cell.first.transactions for cores, one in by_cores.items()} for phase in PHASES}
        limit = amdahl_by_phase(times).limit
        execute = times["execute"][1]
        corridor = work_span(execute, execute / base.available, most.workers) if base.available else None
        bound = f"; execution alone at most {number(corridor.upper)} x by work over span" if corridor else ""
        said.append((base.backend, base.work_us, f"{short_spec(base.executor)} over {short_spec(base.backend)}, {work_text(base.work_us)}: "
                     f"{number(faster.value)} x on {most.workers} cores{interval(faster.low, faster.high, ' x')}; with the serial part that each phase "
                     f"shows on these cores, never above {number(limit)} x (Amdahl){bound}."))
    return [text for _, _, text in sorted(said)]


def contention(_: SweepData, settings: Sequence[Setting]) -> list[str]:
    """Which executor is ahead, over accounts and skew."""
    rows: dict[tuple[float, float], dict[str, Setting]] = {}
    for group in grouped((one for one in settings if one.backend == "flat:store=memory"), "executor", *CONTENDED).values():
        for one in group:
            if one.workers > 1 or one.executor_name == "sequential":
                rows.setdefault((one.theta, one.accounts), {})[one.executor] = one
    said = []
    for (theta, accounts), ones in sorted(rows.items()):
        if "sequential" not in ones or len(ones) < 3:
            continue
        base = cell_throughput(ones["sequential"].cell).value
        ranked = sorted(((cell_throughput(one.cell).value / base, short_spec(name)) for name, one in ones.items() if name != "sequential"), reverse=True)
        skew = f"zipf {theta:g}" if theta else "uniform"
        said.append(f"{amount_text(accounts)} accounts, {skew}: " + ", ".join(f"{name} {number(value)} x" for value, name in ranked) + " sequential's speed.")
    return said


def commitment_cores(_: SweepData, settings: Sequence[Setting]) -> list[str]:
    """Commitment alone against cores."""
    said = []
    for group in grouped((one for one in settings if one.executor_name == "replay" and one.backend_name == "paged"), "workers").values():
        by_cores = {one.workers: one for one in sorted(group, key=lambda one: one.workers)}
        for cores, one in by_cores.items():
            if 1 in by_cores and cores > 1:
                faster = ratio(by_cores[1].cell, one.cell)
                said.append(f"Commitment of {short_spec(one.backend)} on {cores} cores: {number(faster.value)} x one core's"
                            f"{interval(faster.low, faster.high, ' x')}.")
    return said


REGIMES: dict[str, Callable[[SweepData, Sequence[Setting]], list[str]]] = {
    "half": half, "causal": attributions, "crossing": crossings, "speedup": functools.partial(speed_ups, ("mpt",)),
    "speedup of both": functools.partial(speed_ups, ("mpt", "paged")), "contention": contention, "commitment": commitment_cores,
}
TABLES: dict[str, Callable[[SweepData, Sequence[Setting]], list[Table]]] = {"causal": causal_form}
