"""Distribution of block times."""

from typing import Optional

import numpy

from analysis.plots.figure import MEDIANS, Figure, Row, finish
from analysis.plots.setting import EVERYTHING, Setting, describe, main_families, settings_of, short_spec
from analysis.plots.spans import chosen, ends
from analysis.plots.style import WIDTH, Series, legend_above, nanoseconds, pyplot
from analysis.records import SweepData
from analysis.statistics import ecdf, percentile

MOST_CELLS: int = 6
INFORMATIONAL_BELOW: int = 125  # blocks: a 99th percentile of fewer rests on one or two of them (measurement notes: as reth's summary has it)
COLUMNS: tuple[str, ...] = ("cell", "blocks", "p50, ms", "p90, ms", "p99, ms", "max, ms", "p99 / p50", "p99 rests on")


def block_time(data: SweepData) -> Optional[Figure]:
    """Empirical distribution functions; the cells spread over all measured ones. None where there are no block times."""
    settings = [one for one in settings_of(data) if len(one.cell.first.block_ns) > 0]
    if not settings:
        return None
    executed = [one for one in settings if one.executor_name != "replay"] or settings
    shown = spread(ends(main_families(executed, 1)[0]))
    series = Series(one.cell.cell for one in shown)
    canvas, axes = pyplot.subplots(figsize=(WIDTH, 3.3), constrained_layout=True)
    rows: list[Row] = []
    for one in settings:
        blocks = numpy.concatenate([run.block_ns for run in one.cell.ok])
        marks = [float(percentile(blocks, q)) for q in (0.50, 0.90, 0.99)]
        text = describe(settings, one, EVERYTHING) or short_spec(one.backend)
        weight = f"{len(blocks)} blocks" + ("; too few: informational" if len(blocks) < INFORMATIONAL_BELOW else "")
        rows.append(Row((one.cell.cell,), (text, len(blocks), *(mark / 1e6 for mark in marks), float(blocks.max()) / 1e6, marks[2] / marks[0], weight)))
        if one not in shown:
            continue
        name, colour = one.cell.cell, series.colour(one.cell.cell)
        for run in one.cell.ok:  # the run is the unit: a spread between the thin lines is a spread between processes
            xs, ys = ecdf(run.block_ns)
            axes.step(xs / marks[0], ys, where="post", color=colour, linewidth=0.5, alpha=0.22)
        xs, ys = ecdf(blocks)
        label = f"{describe(shown, one, EVERYTHING) or short_spec(one.backend)}: p50 {nanoseconds(marks[0])}, p99 {nanoseconds(marks[2])}"
        axes.step(xs / marks[0], ys, where="post", color=colour, linewidth=1.4, linestyle=series.dash(name), marker=series.marker(name),
                  markerfacecolor="white" if series.hollow(name) else colour, markevery=[int(0.99 * (len(xs) - 1))],
                  label=label)
    for height in (0.5, 0.99):
        axes.axhline(height, color="#999999", linewidth=0.5, linestyle=":")
        axes.text(1.0, height, f"p{100 * height:.0f}", transform=axes.get_yaxis_transform(), fontsize=7, va="center")
    axes.set_xlabel("wall time of a block / median of its cell")
    axes.set_ylabel("share of blocks that took no longer")
    axes.set_ylim(0, 1.02)
    legend_above(canvas, [axes], columns=1)
    left_out = len(settings) - len(shown)
    note = f" {left_out} more cells are only in the table." if left_out else ""
    return finish(data, "block-time", "How long blocks take", canvas, COLUMNS, rows, shown,
                  "Empirical distribution of the wall times of blocks, over the median of the cell: thin, each run; thick, all blocks of the cell. Marks: p99 "
                  f"(of fewer than {INFORMATIONAL_BELOW} blocks p99 is informational)." + note, marks=MEDIANS)


def spread(settings: list[Setting]) -> list[Setting]:
    """Few enough to tell apart, of the median block times spread over all that there are."""
    if len(settings) <= MOST_CELLS:
        return settings
    ordered = sorted(chosen(settings), key=lambda one: one.cell.first.total_ns)
    return [ordered[round(i * (len(ordered) - 1) / (MOST_CELLS - 1))] for i in range(MOST_CELLS)]
