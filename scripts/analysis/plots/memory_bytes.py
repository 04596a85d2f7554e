"""Memory, and bytes written a transaction."""

from collections.abc import Sequence
from typing import Optional

from analysis.plots.figure import MEDIANS, Figure, Row, finish
from analysis.plots.setting import EVERYTHING, Setting, describe, settings_of, short_spec
from analysis.plots.spans import chosen
from analysis.plots.state_size import LEAST_KEYS
from analysis.plots.style import COLOURS, WIDTH, pyplot, si
from analysis.records import SweepData

COLUMNS: tuple[str, ...] = ("cell", "peak memory, MiB", "budget, MiB", "logical bytes a transaction", "given to the store", "written to the device",
                            "written / logical", "read from the device")
MEBI: float = 1 << 20


def median_counter(one: Setting, *names: str) -> Optional[float]:
    """Over the runs, a transaction; of the first of these counters that the cell has."""
    for name in names:
        values = sorted(found / run.transactions for run in one.cell.ok if (found := run.counter(name)) is not None)
        if values:
            return values[len(values) // 2]
    return None


def memory_bytes(data: SweepData) -> Optional[Figure]:
    """A group of bars a backend and state (the first cell of each); None where there is no cell."""
    settings = settings_of(data)
    if not settings:
        return None
    rows: list[Row] = []
    for one in settings:
        values = amounts(one)
        amplification = values["device"] / values["logical"] if values["device"] is not None and values["logical"] else None
        rows.append(Row((one.cell.cell,), (describe(settings, one, EVERYTHING) or short_spec(one.backend), values["memory"], one.cell.first.memory_bytes / MEBI,
                                           values["logical"], values["store"], values["device"], amplification, values["read"])))
    # Executors and work change neither: one bar for each backend, state and durability.
    first: dict[tuple[str, int, str], Setting] = {}
    largest = max(one.keys for one in settings)
    for one in settings:
        if one.keys >= min(LEAST_KEYS, largest):
            first.setdefault((one.backend, one.keys, one.cell.first.durability), one)
    shown = sorted(chosen(list(first.values())), key=lambda one: (one.backend, one.keys))
    canvas, (left, right) = pyplot.subplots(1, 2, figsize=(WIDTH, 0.8 + 0.27 * len(shown)), sharey=True, constrained_layout=True)
    left_out = len(first) - len(shown)
    note = f" {left_out} more are only in the table." if left_out else ""
    texts = [describe(shown, one, ("backend", "keys", "durability", "cache")) or short_spec(one.backend) for one in shown]
    bars(left, [("peak resident memory", COLOURS[0], "", [amounts(one)["memory"] for one in shown])])
    bars(right, [("keys and values (logical)", COLOURS[4], "", [amounts(one)["logical"] for one in shown]),
                 ("given to the store", COLOURS[1], "////", [amounts(one)["store"] for one in shown]),
                 ("written to the device", COLOURS[3], "....", [amounts(one)["device"] for one in shown])])
    left.set_yticks(range(len(shown)), texts, fontsize=6.6)
    left.invert_yaxis()
    left.set_xlabel("peak resident memory, MiB")
    right.set_xlabel("bytes a transaction")
    for panel in (left, right):
        panel.set_xscale("symlog", linthresh=10)
        panel.xaxis.set_major_formatter(lambda value, _: si(value))
        panel.grid(axis="y", visible=False)
        panel.margins(x=0.14)
    canvas.legend(*right.get_legend_handles_labels(), loc="lower center", bbox_to_anchor=(0.5, 1.0), ncol=3)
    return finish(data, "memory-bytes", "Memory, and bytes written a transaction", canvas, COLUMNS, rows, shown,
                  "Left: peak resident memory of warm-up and measured blocks, mapped files included. Right: bytes a transaction: keys and new values "
                  "of the blocks' StateDiffs; what the backend gave its store; what the kernel counts as written. One cell for each backend "
                  "and state." + note, marks=MEDIANS)


def amounts(one: Setting) -> dict[str, Optional[float]]:
    """Medians over the runs; bytes are a transaction's, memory is in MiB."""
    memory = sorted(found for run in one.cell.ok if (found := run.counter("peak_rss_bytes")) is not None)
    return {
        "memory": memory[len(memory) // 2] / MEBI if memory else None,
        "logical": median_counter(one, "logical_bytes"),
        "store": median_counter(one, "store_put_bytes", "file_log_bytes"),
        "device": median_counter(one, "device_write_bytes"),
        "read": median_counter(one, "device_read_bytes"),
    }


def bars(panel: pyplot.Axes, kinds: Sequence[tuple[str, str, str, list[Optional[float]]]]) -> None:
    """Horizontal bars side by side, with their values."""
    height = 0.8 / len(kinds)
    for index, (label, colour, hatch, values) in enumerate(kinds):
        for place, value in enumerate(values):
            y = place - 0.4 + (index + 0.5) * height
            if value is not None:
                panel.barh(y, value, height=height * 0.9, color=colour, hatch=hatch, edgecolor="white", linewidth=0.3, label=label if place == 0 else None)
            panel.text(value or 0, y, " not counted" if value is None else f" {si(value)}", va="center", fontsize=5.8)
