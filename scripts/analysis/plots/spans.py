"""Where the time of a block goes: stacked spans, cell by cell."""

from typing import Optional

from analysis.plots.figure import MEDIANS, Figure, Row, finish
from analysis.plots.setting import EVERYTHING, Setting, describe, main_families, settings_of, short_spec
from analysis.plots.style import GREY, SPANS, WIDTH, Axes, nanoseconds, pyplot
from analysis.records import SweepData
from analysis.sweep_statistics import cell_ns_per_tx, cell_share

MOST_BARS: int = 20  # a family
COLUMNS: tuple[str, ...] = ("cell", "ns a transaction", "low", "high", "execute %", "stage %", "merkleize %", "persist %", "other %", "commitment % low",
                            "commitment %", "commitment % high")


def spans(data: SweepData) -> Optional[Figure]:
    """A bar a cell, twice: nanoseconds a transaction, and shares of the block's wall time. None where there is no cell."""
    settings = settings_of(data)
    if not settings:
        return None
    families = [chosen(ends(family)) for family in main_families(settings)]
    shown = [one for family in families for one in family]
    rows: list[Row] = []
    for one in settings:
        total, commit = cell_ns_per_tx(one.cell), cell_share(one.cell, "commit")
        shares = [100 * cell_share(one.cell, span).value for span in SPANS]
        text = describe(settings, one, EVERYTHING) or short_spec(one.backend)
        rows.append(Row((one.cell.cell,), (text, total.value, total.low, total.high, *shares, percent(commit.low), percent(commit.value), percent(commit.high))))
    canvas, panels = pyplot.subplots(len(families), 2, figsize=(WIDTH, 0.6 * len(families) + 0.3 + 0.17 * len(shown)), squeeze=False, constrained_layout=True,
                                     gridspec_kw={"height_ratios": [len(family) + 2 for family in families]})
    for family, (times, parts) in zip(families, panels):
        bars(times, parts, family)
    canvas.legend(*panels[0][0].get_legend_handles_labels(), loc="lower center", bbox_to_anchor=(0.55, 1.0), ncol=len(SPANS))
    for panel, text in zip(panels[-1], ("time a transaction", "share of wall time, %")):
        panel.set_xlabel(text)
    left_out = len(settings) - len(shown)
    note = f" {left_out} more cells are only in the table." if left_out else ""
    return finish(data, "spans", "Where the time of a block goes", canvas, COLUMNS, rows, shown,
                  "Time a transaction (left) and shares of the block's wall time (right): execute, then the commitment's stage, merkleize and "
                  "persist; other is what lies between the spans. Dashed: half of the block." + note, marks=MEDIANS)


def bars(times: Axes, parts: Axes, family: list[Setting]) -> None:
    """One family's, in time a transaction and in shares; each family has its own scale of time."""
    for place, one in enumerate(family):
        total = cell_ns_per_tx(one.cell)
        left_time = left_share = 0.0
        for span, (colour, hatch) in SPANS.items():
            share = cell_share(one.cell, span).value
            look = {"color": colour, "hatch": hatch, "edgecolor": "white", "linewidth": 0.3, "height": 0.72}
            times.barh(place, share * total.value, left=left_time, label=span if place == 0 else None, **look)
            parts.barh(place, 100 * share, left=left_share, **look)
            left_time += share * total.value
            left_share += 100 * share
        times.text(left_time, place, " " + nanoseconds(total.value), va="center", fontsize=6.5)
    times.set_yticks(range(len(family)), [describe(family, one, EVERYTHING) or short_spec(one.backend) for one in family], fontsize=6.8)
    times.xaxis.set_major_formatter(lambda value, _: nanoseconds(value) if value else "0")
    times.margins(x=0.2)
    times.locator_params(axis="x", nbins=3)
    parts.set_yticks([])
    parts.axvline(50, color=GREY, linewidth=0.8, linestyle="--")
    parts.set_xlim(0, 100)
    for panel in (times, parts):
        panel.set_ylim(len(family) - 0.4, -0.6)
        panel.grid(axis="y", visible=False)


def ends(settings: list[Setting]) -> list[Setting]:
    """One core, and the most cores that each executor was given: what lies between tells little here."""
    most: dict[tuple[str, str], int] = {}
    for one in settings:
        most[one.executor, one.backend] = max(one.workers, most.get((one.executor, one.backend), 1))
    return [one for one in settings
            if one.workers == (1 if one.executor_name in ("sequential", "replay") else most[one.executor, one.backend])] or settings


def chosen(settings: list[Setting]) -> list[Setting]:
    """All, or every so-manyth, where there are too many for one page; by state, work, backend."""
    ordered = sorted(settings, key=lambda one: (one.keys, one.work_us, one.backend, one.executor, one.workers))
    if len(ordered) <= MOST_BARS:
        return ordered
    step = len(ordered) / MOST_BARS
    return [ordered[int(i * step)] for i in range(MOST_BARS)]


def percent(value: Optional[float]) -> Optional[float]:
    """A share as the table has it."""
    return None if value is None else 100 * value
