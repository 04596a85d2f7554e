"""The regime map: commitment's share of the block over work a transaction and size of the state, with the line where it is half."""

from typing import Optional

import numpy

from analysis.plots.figure import MEDIANS, Figure, Row, finish
from analysis.plots.setting import STATE, WORK, Setting, amount_text, describe, grouped, panels_text, settings_of, short_spec
from analysis.plots.spans import percent
from analysis.plots.style import COLOUR_MAP, Axes, grid, title
from analysis.records import SweepData
from analysis.statistics import crossing
from analysis.sweep_statistics import cell_share

MOST_PANELS: int = 4
LEAST_POINTS: int = 2  # on each axis
COLUMNS: tuple[str, ...] = ("pipeline", "keys", "work, us", "commitment %", "low", "high", "half at, us of work", "half, low", "half, high")


def regime_map(data: SweepData) -> Optional[Figure]:
    """A panel a pipeline (executor, workers, backend); None where no pipeline was measured over both quantities."""
    groups = [group for group in grouped(settings_of(data), WORK, *STATE).values()
              if min(len({one.keys for one in group}), len({one.work_us for one in group})) >= LEAST_POINTS]
    if not groups:
        return None
    groups.sort(key=lambda group: (-len(group), group[0].executor_name != "sequential", group[0].backend))
    shown = groups[:MOST_PANELS]
    leaders = [group[0] for group in groups]
    canvas, axes = grid(len(shown), columns=2, panel_height=2.9, width=7.2 if len(shown) > 1 else 4.6)
    rows: list[Row] = []
    for group in groups:
        text = describe(leaders, group[0], ("executor", "workers", "backend", "theta", "durability", "cache", "workload"))
        text = text or f"{short_spec(group[0].executor)}, {short_spec(group[0].backend)}"
        halves = {keys: half_at([one for one in group if one.keys == keys]) for keys in sorted({one.keys for one in group})}
        if group in shown:
            draw(axes[shown.index(group)], group, halves, text)
        for one in sorted(group, key=lambda setting: (setting.keys, setting.work_us)):
            share, half = cell_share(one.cell, "commit"), halves[one.keys]
            rows.append(Row((one.cell.cell,), (text, one.keys, one.work_us, percent(share.value), percent(share.low), percent(share.high), *half)))
    return finish(data, "regime-map", "When commitment is the larger part", canvas, COLUMNS, rows, [one for group in shown for one in group],
                  "Commitment's share of the block's wall time, in per cent, over work a transaction (at this machine's cost of a unit) and keys in "
                  "the state; each field is a measured cell. Line: where the share passes 50 %, interpolated between neighbouring cells; right of it "
                  "execution is the larger part. No line beyond the fields." + panels_text(len(groups) - len(shown)), marks=MEDIANS)


def half_at(row: list[Setting]) -> tuple[Optional[float], Optional[float], Optional[float]]:
    """The work at which commitment falls to half of the block, with its interval; None where it does not within the cells measured."""
    ordered = sorted(row, key=lambda setting: setting.work_us)
    if len(ordered) < LEAST_POINTS:
        return None, None, None
    found = crossing([one.work_us for one in ordered], [[run.commit_share for run in one.cell.ok] for one in ordered],
                     [[0.5] * len(one.cell.ok) for one in ordered])
    return found.x, found.low, found.high


def draw(panel: Axes, group: list[Setting], halves: dict[int, tuple[Optional[float], Optional[float], Optional[float]]], text: str) -> None:
    """One panel. The axes are the measured values in order, for they span decades and begin at 0."""
    works = sorted({one.work_us for one in group})
    sizes = sorted(halves)
    shares = numpy.full((len(sizes), len(works)), numpy.nan)
    for one in group:
        shares[sizes.index(one.keys), works.index(one.work_us)] = 100 * cell_share(one.cell, "commit").value
    image = panel.imshow(shares, origin="lower", aspect="auto", cmap=COLOUR_MAP, vmin=0, vmax=100)
    for (row, column), share in numpy.ndenumerate(shares):
        if not numpy.isnan(share):
            panel.text(column, row - 0.28, f"{share:.0f}", ha="center", va="center", fontsize=7, color="white" if share < 55 else "black")
    line = [(float(numpy.interp(x, works, range(len(works)))), row) for row, size in enumerate(sizes) if (x := halves[size][0]) is not None]
    if line:
        xs, ys = zip(*line)
        panel.plot(xs, ys, "-", color="black", linewidth=3.4, zorder=3)
        panel.plot(xs, ys, "-o", color="white", linewidth=1.6, markersize=4.5, markeredgecolor="black", zorder=4, label="50 %")
        panel.legend(loc="upper right", fontsize=7, frameon=True, framealpha=0.9)
    panel.set_xticks(range(len(works)), [f"{work:.3g}" for work in works])
    panel.set_yticks(range(len(sizes)), [amount_text(size) for size in sizes])
    panel.set_xlabel("work a transaction, us")
    panel.set_ylabel("keys in the state")
    title(panel, text, 40)
    panel.grid(visible=False)
    panel.figure.colorbar(image, ax=panel, label="commitment, % of the block", shrink=0.9)
