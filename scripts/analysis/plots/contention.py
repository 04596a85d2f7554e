"""Contention: executors against sequential over the number of accounts and over Zipf's exponent."""

from collections.abc import Callable
from typing import Optional

from analysis.plots.figure import Figure, Row, finish
from analysis.plots.setting import SKEW, STATE, Setting, amount_text, describe, grouped, settings_of, short_spec
from analysis.plots.style import GREY, Axes, Series, grid, legend_above, points, title
from analysis.records import SweepData
from analysis.statistics import Estimate
from analysis.sweep_statistics import ratio, together

LEAST_POINTS: int = 3
MOST_PANELS: int = 6
MOST_CONTENDED: int = 1000
COLUMNS: tuple[str, ...] = ("panel", "over", "value", "executor", "cores", "against sequential on 1 core", "low", "high", "parallelism of the block",
                            "executions a transaction")


def contention(data: SweepData) -> Optional[Figure]:
    """A panel for each setting measured over accounts or over skew; None where there is none with a sequential base."""
    settings = settings_of(data)
    panels: list[tuple[str, list[Setting]]] = []
    for over, names in (("accounts", STATE), ("theta", SKEW)):
        for group in grouped(settings, *names, "executor", "workers").values():
            base = {axis_value(over, one) for one in group if one.executor_name == "sequential" and one.workers == 1}
            parallel = {axis_value(over, one) for one in group if one.executor_name not in ("sequential", "replay")}
            # From some accounts on a state no longer says anything of conflicts.
            if len(base & parallel) >= LEAST_POINTS and (over == "theta" or min(base & parallel) <= MOST_CONTENDED):
                panels.append((over, group))
    panels = sorted(panels, key=lambda panel: panel[0])[:MOST_PANELS]
    if not panels:
        return None
    canvas, axes = grid(len(panels), columns=2, panel_height=2.7)
    series = Series(sorted({short_spec(one.executor) for _, group in panels for one in group if one.executor_name != "sequential"}))
    leaders = [group[0] for _, group in panels]
    rows: list[Row] = []
    drawn: list[Setting] = []
    for panel, (over, group) in zip(axes, panels):
        drawn += draw(panel, over, group, describe(leaders, group[0], ("work", "backend", "workload", "durability")), series, rows)
    axes[0].set_ylabel("throughput / sequential's on one core")
    legend_above(canvas, axes, columns=3)
    return finish(data, "contention", "Executors under contention", canvas, COLUMNS, rows, drawn,
                  "Throughput against sequential on one core in the same setting, repetition by repetition, on the most cores measured. Dashed: "
                  "no faster than sequential. Dotted: bound of the cores and of the block's longest chain of conflicts (exact access sets).")


def axis_value(over: str, one: Setting) -> float:
    """What the panel is over."""
    return one.accounts if over == "accounts" else one.theta


def draw(panel: Axes, over: str, group: list[Setting], text: str, series: Series, rows: list[Row]) -> list[Setting]:
    """One panel, its rows, and the settings in it."""
    base = {axis_value(over, one): one for one in group if one.executor_name == "sequential" and one.workers == 1}
    most = max(one.workers for one in group)
    values = sorted(base)
    place: Callable[[float], float] = (lambda value: float(values.index(value))) if over == "accounts" else (lambda value: value)
    drawn: list[Setting] = list(base.values())
    for index, name in enumerate(series.names):
        xs, estimates, dots = [], [], []
        for (value, _), one in sorted({(axis_value(over, one), one.workers): one for one in group if short_spec(one.executor) == name}.items()):
            if value not in base:
                continue
            against: Estimate = ratio(base[value].cell, one.cell)
            a, b = together(base[value].cell, one.cell)
            executions = one.cell.first.counter("executions")
            rows.append(Row((one.cell.cell, base[value].cell.cell), (
                text or over, over, value, name, one.workers, against.value, against.low, against.high, base[value].available or one.available,
                executions / one.cell.first.transactions if executions else None)))
            if one.workers == most:
                aside = (index - (len(series.names) - 1) / 2) * (0.09 if over == "accounts" else 0.018)
                xs.append(place(value) + aside)
                estimates.append(against)
                dots.append([right.tx_per_s / left.tx_per_s for left, right in zip(a, b)])
                drawn.append(one)
        if xs:
            points(panel, xs, estimates, dots, series, name)
    bounds = [(place(value), min(most, available)) for value in values if (available := parallelism_at(over, value, group)) is not None]
    if bounds:
        panel.plot([x for x, _ in bounds], [bound for _, bound in bounds], ":", color=GREY, linewidth=1.2, label="bound of cores and longest chain")
    panel.axhline(1, color=GREY, linewidth=0.8, linestyle="--")
    if over == "accounts":
        panel.set_xticks(range(len(values)), [amount_text(value) for value in values])
        panel.set_xlabel("accounts")
    else:
        panel.set_xlabel("Zipf's exponent (0: all accounts alike)")
    panel.set_ylim(bottom=0)
    title(panel, ", ".join(word for word in (text, f"{most} cores") if word), 44)
    return drawn


def parallelism_at(over: str, value: float, group: list[Setting]) -> Optional[float]:
    """Of the blocks at this point, from whichever run recorded it."""
    return next((one.available for one in group if axis_value(over, one) == value and one.available is not None), None)
