"""Size of the state against throughput."""

from typing import Optional

from analysis.plots.figure import Figure, Row, finish
from analysis.plots.setting import STATE, describe, grouped, panels_text, settings_of, short_spec
from analysis.plots.spans import percent
from analysis.plots.style import Series, grid, legend_above, points, si_axis, title
from analysis.records import SweepData
from analysis.sweep_statistics import cell_share, cell_throughput

MOST_PANELS: int = 6
LEAST_KEYS: int = 10_000  # below, accounts are a matter of conflicts and not of the state
COLUMNS: tuple[str, ...] = ("panel", "executor", "backend", "cores", "keys", "transactions/s", "low", "high", "commitment %", "bytes written a transaction")


def state_size(data: SweepData) -> Optional[Figure]:
    """A panel for each executor and amount of work, a series for each backend that was measured on two sizes; None where none was."""
    large = [one for one in settings_of(data) if one.keys >= LEAST_KEYS]
    sized = [one for same in grouped(large, *STATE).values() if len({one.keys for one in same}) > 1 for one in same]
    panels = list(grouped(sized, *STATE, "backend").values())
    if not panels:
        return None
    panels.sort(key=lambda group: (group[0].work_us, group[0].executor, group[0].workers))
    best = sorted(panels, key=lambda group: (-len({one.backend for one in group}), -len(group)))[:MOST_PANELS]
    shown = [group for group in panels if group in best]
    canvas, axes = grid(len(shown), panel_height=2.2, share_y=True)
    series = Series(sorted({short_spec(one.backend) for group in panels for one in group}))
    leaders, shown_leaders = [group[0] for group in panels], [group[0] for group in shown]
    names = ("executor", "workers", "work", "theta", "durability", "cache", "workload")
    rows: list[Row] = []
    for group in panels:
        for name in series.names:
            ones = sorted((one for one in group if short_spec(one.backend) == name), key=lambda setting: setting.keys)
            if ones and group in shown:
                points(axes[shown.index(group)], [float(one.keys) for one in ones], [cell_throughput(one.cell) for one in ones],
                       [list(one.cell.throughputs) for one in ones], series, name)
            for one in ones:
                estimate, run = cell_throughput(one.cell), one.cell.first
                written = run.counter("device_write_bytes")
                rows.append(Row((one.cell.cell,), (describe(leaders, one, names), short_spec(one.executor), name, one.workers, one.keys, estimate.value, estimate.low, estimate.high,
                                                   percent(cell_share(one.cell, "commit").value),
                                                   None if written is None else written / run.transactions)))
        if group in shown:
            panel = axes[shown.index(group)]
            panel.set_xscale("log")
            panel.set_yscale("log")
            title(panel, describe(shown_leaders, group[0], names) or short_spec(group[0].executor))
            panel.set_xlabel("keys in the state")
            si_axis(panel.xaxis)
            si_axis(panel.yaxis)
    axes[0].set_ylabel("transactions / s")
    legend_above(canvas, axes)
    return finish(data, "state-size", "Throughput against the size of the state", canvas, COLUMNS, rows, [one for group in shown for one in group],
                  "Transactions a second against keys in the first state; both axes are logarithmic, nothing is joined."
                  + panels_text(len(panels) - len(shown)))
