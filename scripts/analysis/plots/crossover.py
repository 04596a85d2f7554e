"""The crossover: from how much work a transaction on a parallel executor over a slow commitment overtakes a sequential one over a fast one."""

from collections.abc import Sequence
from typing import Optional

from analysis.plots.figure import Figure, Row, finish
from analysis.plots.setting import WORK, Setting, grouped, panels_text, settings_of, short_spec
from analysis.plots.style import COLOURS, GREY, Axes, Series, grid, legend_above, points, si_axis, title
from analysis.records import SweepData
from analysis.statistics import Crossing, crossing
from analysis.sweep_statistics import cell_throughput, ratio

FAST: str = "paged"
SLOW: str = "mpt"
MOST_PANELS: int = 6
COLUMNS: tuple[str, ...] = ("fast", "slow", "cores", "work, us", "fast, transactions/s", "slow, transactions/s", "fast / slow", "low", "high",
                            "cross at, us", "cross, low", "cross, high")


def crossover(data: SweepData) -> Optional[Figure]:
    """A panel for each number of cores; None where the two kinds of pipeline were not measured over work."""
    pairs = pairs_of(settings_of(data))
    if not pairs:
        return None
    shown = pairs[:MOST_PANELS]
    canvas, axes = grid(len(shown), columns=2, panel_height=2.5)
    series = Series(["fast", "slow"])
    rows: list[Row] = []
    for fast, slow in pairs:
        found = crossing_of(fast, slow)
        if (fast, slow) in shown:
            panel = axes[shown.index((fast, slow))]
            draw(panel, fast, slow, found, series)
            title(panel, f"{pipeline(fast[0])},{pipeline(slow[0])}", 0)
        for left, right in zip(fast, slow):
            faster = ratio(right.cell, left.cell)
            rows.append(Row((left.cell.cell, right.cell.cell), (
                pipeline(left), pipeline(right), right.workers, left.work_us, cell_throughput(left.cell).value, cell_throughput(right.cell).value,
                faster.value, faster.low, faster.high, found.x, found.low, found.high)))
    axes[0].set_ylabel("transactions / s")
    legend_above(canvas, axes)
    return finish(data, "crossover", "Sequential over a fast commitment against parallel over a slow one", canvas, COLUMNS, rows,
                  [one for pair in shown for side in pair for one in side],
                  "Over each panel the two pipelines: filled the sequential one over the fast commitment, hollow the parallel one over the slow commitment. "
                  "Band: where the two cross, with its interval; none where they do not within the work measured." + panels_text(len(pairs) - len(shown)))


def pairs_of(settings: list[Setting]) -> list[tuple[list[Setting], list[Setting]]]:
    """Each sequential pipeline on one core over FAST with each parallel one over SLOW, where both have the same works (at least two)."""
    groups = [sorted(group, key=lambda setting: setting.work_us) for group in grouped(settings, WORK).values()]
    fast = [group for group in groups if group[0].backend_name == FAST and group[0].executor_name == "sequential" and group[0].workers == 1]
    slow = [group for group in groups if group[0].backend_name == SLOW and group[0].executor_name not in ("sequential", "replay") and group[0].workers > 1]
    pairs = []
    for left in fast:
        for right in slow:
            works = {one.work_us for one in left} & {one.work_us for one in right}
            # The same but for who executes and who commits.
            if len(works) > 1 and left[0].without(WORK, "executor", "backend", "workers") == \
                    right[0].without(WORK, "executor", "backend", "workers"):
                pairs.append(([one for one in left if one.work_us in works], [one for one in right if one.work_us in works]))
    return sorted(pairs, key=lambda pair: (pair[1][0].keys, pair[1][0].backend, pair[1][0].executor, pair[1][0].workers))


def crossing_of(fast: Sequence[Setting], slow: Sequence[Setting]) -> Crossing:
    """Over work, of throughputs."""
    return crossing([one.work_us for one in fast], [list(one.cell.throughputs) for one in fast], [list(one.cell.throughputs) for one in slow])


def pipeline(one: Setting) -> str:
    """In words."""
    return f"{short_spec(one.executor)} + {short_spec(one.backend)}, {one.workers} {'core' if one.workers == 1 else 'cores'}"


def draw(panel: Axes, fast: list[Setting], slow: list[Setting], found: Crossing, series: Series) -> None:
    """One panel."""
    for name, label, ones in (("fast", f"sequential, {FAST}", fast), ("slow", f"parallel, {SLOW}", slow)):
        points(panel, [one.work_us for one in ones], [cell_throughput(one.cell) for one in ones], [list(one.cell.throughputs) for one in ones],
               series, name, label)
    panel.set_xscale("symlog", linthresh=1, linscale=0.4)
    panel.set_yscale("log")
    si_axis(panel.yaxis)
    panel.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    panel.set_xlabel("work a transaction, us")
    if found.x is not None:
        if found.low is not None and found.high is not None:
            panel.axvspan(found.low, found.high, color=COLOURS[2], alpha=0.25, linewidth=0)
        panel.axvline(found.x, color=GREY, linewidth=1, linestyle="--")
        panel.annotate(f"{found.x:.3g} us", (found.x, 0.97), xycoords=("data", "axes fraction"), ha="right", va="top", rotation=90, fontsize=7)
