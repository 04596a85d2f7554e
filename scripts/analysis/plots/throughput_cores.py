"""Throughput against cores: measured points only, under what no machine could pass."""

from typing import Optional

from analysis.plots.figure import Figure, Row, finish
from analysis.plots.setting import Setting, describe, grouped, main_families, panels_text, settings_of, short_spec
from analysis.plots.style import GREY, LIGHT, Axes, Series, grid, legend_above, points, si_axis, title
from analysis.records import SweepData
from analysis.sweep_statistics import cell_throughput

MOST_PANELS: int = 8
COLUMNS: tuple[str, ...] = ("backend", "panel", "executor", "cores", "transactions/s", "low", "high", "against 1 core, sequential", "linear", "work/span bound")


def bound_ns(base: Setting, cores: float) -> float:
    """No pipeline of these spans can be faster on so many cores: execution limited by its longest chain, all else shared perfectly.

    From the sequential run on one core; time a transaction in ns. Work over span of the block's conflicts is the parallelism of its exact access
    sets, so it bounds executors that keep the block's order, and not what a deferred fee or a delta takes out of it.
    """
    run = base.cell.first
    execute = run.span_ns("execute") / run.transactions
    available = base.available
    return execute / min(cores, available or cores) + (run.ns_per_tx - execute) / cores


def shared_ns(base: Setting, cores: float) -> float:
    """If only execution were shared, perfectly, and commitment stayed what it is on one core."""
    run = base.cell.first
    execute = run.span_ns("execute") / run.transactions
    return execute / min(cores, base.available or cores) + run.ns_per_tx - execute


def throughput_cores(data: SweepData) -> Optional[Figure]:
    """One panel a pipeline (backend, work, state), one series an executor; None where no cell was measured on two numbers of cores."""
    panels = [group for group in grouped((one for one in settings_of(data) if one.executor_name != "replay"), "workers", "executor").values()
              if any(len({one.workers for one in same}) > 1 for same in grouped(group, "workers").values())]
    if not panels:
        return None
    panels.sort(key=lambda group: (group[0].backend, group[0].work_us, group[0].keys))
    families = main_families([one for group in panels for one in group])
    shown = [group for family in families for group in panels if group[0] in family][:MOST_PANELS]
    works = len({group[0].work_us for group in shown})
    columns = works if 2 <= works <= 4 else 4
    canvas, axes = grid(len(shown), columns=columns, panel_height=2.0 if len(shown) <= 2 * columns else 1.7)
    series = Series(sorted({short_spec(one.executor) for group in shown for one in group}, key=lambda name: (name != "sequential", name)))
    leaders, shown_leaders = [group[0] for group in panels], [group[0] for group in shown]
    names = ("backend", "work", "keys", "theta", "durability", "cache", "workload")
    rows: list[Row] = []
    for group in panels:
        base = next((one for one in group if one.executor_name == "sequential" and one.workers == 1), None)
        if group in shown:
            draw(axes[shown.index(group)], group, base, series)
            title(axes[shown.index(group)], describe(shown_leaders, group[0], names) or short_spec(group[0].backend), 56 // columns)
        for one in sorted(group, key=lambda setting: (setting.executor, setting.workers)):
            estimate = cell_throughput(one.cell)
            linear = bound = against = None
            if base is not None:
                start = base.cell.first.ns_per_tx
                against = estimate.value / cell_throughput(base.cell).value
                linear, bound = float(one.workers), start / bound_ns(base, one.workers)
            rows.append(Row((one.cell.cell,), (short_spec(one.backend), describe(leaders, one, names[1:]), short_spec(one.executor), one.workers, estimate.value, estimate.low,
                                               estimate.high, against, linear, bound)))
    for panel in axes[::columns]:
        panel.set_ylabel("transactions / s")
    legend_above(canvas, axes)
    return finish(data, "throughput-cores", "Throughput against cores", canvas, COLUMNS, rows, [one for group in shown for one in group],
                  "Transactions a second against cores; nothing is joined or drawn beyond what was measured. Pale: linear from sequential on one "
                  "core. Dashed: work/span bound (execution no faster than its longest chain of conflicts, all else shared perfectly). "
                  "Dash-dotted: only execution shared, perfectly; commitment as on one core." + panels_text(len(panels) - len(shown)))


def draw(panel: Axes, group: list[Setting], base: Optional[Setting], series: Series) -> None:
    """One panel."""
    most = max(one.workers for one in group)
    if base is not None:
        cores = [1 + i * (most - 1) / 40 for i in range(41)]
        start = base.cell.first.ns_per_tx
        scale = cell_throughput(base.cell).value * start
        panel.plot(cores, [scale / start * count for count in cores], "-", color=LIGHT, linewidth=1.6, label="linear")
        panel.plot(cores, [scale / bound_ns(base, count) for count in cores], "--", color=GREY, linewidth=1, label="work/span bound")
        panel.plot(cores, [scale / shared_ns(base, count) for count in cores], "-.", color=GREY, linewidth=1, label="only execution shared")
    by_executor: dict[str, list[Setting]] = {}
    for one in group:
        by_executor.setdefault(short_spec(one.executor), []).append(one)
    for index, name in enumerate(series.names):
        ones = sorted(by_executor.get(name, []), key=lambda setting: setting.workers)
        if ones:
            aside = (index - (len(series.names) - 1) / 2) * 0.035 * most
            points(panel, [one.workers + aside for one in ones], [cell_throughput(one.cell) for one in ones],
                   [list(one.cell.throughputs) for one in ones], series, name)
    panel.set_xlabel("cores")
    panel.set_xticks(sorted({one.workers for one in group}))
    panel.set_xlim(1 - 0.15 * most, most * 1.15)
    panel.set_ylim(0, 1.06 * panel.dataLim.y1)  # so that no point lies on the edge
    si_axis(panel.yaxis)
