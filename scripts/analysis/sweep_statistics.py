"""The statistics of analysis.statistics, asked of cells: which values go in, never a formula."""

from collections.abc import Sequence

import numpy

from . import statistics
from .number_text import plural
from .records import Cell, Run, SweepData
from .statistics import Comparison, Estimate, NoiseFloor


def cell_throughput(cell: Cell) -> Estimate:
    """Transactions a second, over runs."""
    return statistics.median_estimate(cell.throughputs)


def cell_ns_per_tx(cell: Cell) -> Estimate:
    """Wall time of a transaction's part of its block, over runs."""
    return statistics.median_estimate([run.ns_per_tx for run in cell.ok])


def run_share(run: Run, span: str) -> float:
    """Of the blocks' wall time, 0 to 1; `span` may be "commit": stage + merkleize + persist."""
    return run.commit_share if span == "commit" else run.span_ns(span) / run.total_ns


def cell_share(cell: Cell, span: str) -> Estimate:
    """A span's share of the blocks' wall time, over runs."""
    return statistics.median_estimate([run_share(run, span) for run in cell.ok])


def together(a: Cell, b: Cell) -> tuple[list[Run], list[Run]]:
    """The valid runs of the repetitions that both have, in order: what a paired statistic takes."""
    both = sorted(a.by_repetition.keys() & b.by_repetition.keys())
    return [a.by_repetition[repetition] for repetition in both], [b.by_repetition[repetition] for repetition in both]


def interleaved(a: Cell, b: Cell) -> bool:
    """Whether a repetition of one ran beside the same repetition of the other: cells of one sweep."""
    runs = (*a.ok, *b.ok)
    return all(run.swept for run in runs) and len({run.value("sweep", "plan_hash") for run in runs}) == 1


def throughput_pair(a: Cell, b: Cell, *, paired: bool, overhead: float | None = None) -> statistics.Pair:
    """What statistics.compare_many takes of two cells."""
    if not paired:
        return statistics.Pair(a.throughputs, b.throughputs, False, overhead)
    first, second = together(a, b)
    return statistics.Pair([run.tx_per_s for run in first], [run.tx_per_s for run in second], True, overhead)


def ratio(a: Cell, b: Cell) -> Estimate:
    """Throughput of B against A; paired by repetition where the sweep interleaved them."""
    pair = throughput_pair(a, b, paired=interleaved(a, b))
    return statistics.ratio_estimate(pair.a, pair.b, paired=pair.paired)


def null_of(data: SweepData, cell: Cell) -> Cell | None:
    """The null x null cell that shares most axes with this one; None where there is none with a valid run."""
    found = [null for null in data.null_cells if null.ok]
    if not found:
        return None
    return max(found, key=lambda null: sum(cell.axes.get(name) == value for name, value in null.axes.items()))


def overhead_of(data: SweepData, cell: Cell) -> float | None:
    """The harness's part of the cell's time, by the null x null cell; None where that is not known.

    Of null x null it is what lies outside stage, merkleize and persist: in those the null backend keeps values in memory, which is its own
    work and 98 % of that cell, and more than a tenth of what paged takes in memory.
    """
    null = null_of(data, cell)
    if null is None or not cell.ok:
        return None
    harness = statistics.median_estimate([run.ns_per_tx * (1 - run.commit_share) for run in null.ok])
    return statistics.harness_overhead(harness.value, cell_ns_per_tx(cell).value)


def larger_overhead(*overheads: float | None) -> float | None:
    """Of those that are known."""
    return max((overhead for overhead in overheads if overhead is not None), default=None)


def floor_of(*results: SweepData) -> NoiseFloor:
    """What the A/A pairs of all these results say, paired by repetition."""
    pairs = [together(cell, twin) for data in results for cell, twin in data.aa_pairs]
    return statistics.noise_floor([([run.tx_per_s for run in a], [run.tx_per_s for run in b]) for a, b in pairs])


def compare_cells(data: SweepData, pairs: Sequence[tuple[Cell, Cell]]) -> list[Comparison]:
    """B against A for cells of one sweep: paired by repetition, floor from its A/A pairs, overhead from its null cell, Holm over
    all pairs."""
    return statistics.compare_many(
        [throughput_pair(a, b, paired=interleaved(a, b), overhead=larger_overhead(overhead_of(data, a), overhead_of(data, b))) for a, b in pairs],
        floor_of(data).floor,
    )


def flags(cell: Cell) -> list[str]:
    """What a reader should know of its runs: "2 of 10 runs are not steady", "1 outlier (repetition 3)", "1 void run (why)"."""
    found = []
    states = [statistics.steady(run.block_ns) for run in cell.ok]
    drifting = sum(state.known and not state.steady for state in states)
    if drifting:
        found.append(f"{drifting} of {plural(len(states), 'run')} not steady")
    far = [str(run.repetition) for run, outlier in zip(cell.ok, statistics.outliers(cell.throughputs)) if outlier]
    if far:
        found.append(f"{plural(len(far), 'outlier')} (repetition {', '.join(far)})")
    for status, word in (("void", "void run"), ("failed", "failed run")):
        bad = [run for run in cell.runs if run.status == status]
        if bad:
            found.append(f"{plural(len(bad), word)} ({bad[-1].reason})")
    return found


def block_times_ms(cell: Cell) -> list[float]:
    """Of all measured blocks of all valid runs: for a distribution, never for an interval."""
    return [float(time) / 1e6 for run in cell.ok for time in numpy.asarray(run.block_ns)]
