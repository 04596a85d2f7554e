"""What a figure is: a picture, its caption and its numbers, all from one set of runs."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Optional

from matplotlib import pyplot
from matplotlib.figure import Figure as Canvas

from analysis.plots.setting import Setting, common
from analysis.plots.style import caption_below
from analysis.records import Cell, SweepData

Value = str | float | int | None


@dataclass(frozen=True)
class Row:
    """One line of a figure's table: whose numbers, and the numbers, in the order of the columns."""

    cells: tuple[str, ...]  # ids of the cells behind it
    values: tuple[Value, ...]


@dataclass
class Figure:
    """A finished figure. `canvas` is closed by close()."""

    name: str      # of its files and its anchor
    title: str     # what it shows, a sentence
    canvas: Canvas
    columns: tuple[str, ...]
    rows: list[Row]
    caption: str
    cells: list[Cell] = field(default_factory=list)

    def save(self, folder: Path) -> list[Path]:
        """Writes NAME.png and NAME.svg with the caption as part of the picture, for a figure must not lose its machine and command; the paths."""
        folder.mkdir(parents=True, exist_ok=True)
        below = caption_below(self.canvas, self.caption)
        written = []
        for ending in ("png", "svg"):
            path = folder / f"{self.name}.{ending}"
            # Without a date, so that the same runs give the same bytes.
            self.canvas.savefig(path, bbox_inches="tight", pad_inches=0.08, metadata={"Date": None} if ending == "svg" else {"Software": None})
            written.append(path)
        below.remove()
        return written

    def close(self) -> None:
        """Frees the canvas."""
        pyplot.close(self.canvas)


FigureFunction = Callable[[SweepData], Optional[Figure]]


def runs_text(cells: Sequence[Cell]) -> str:
    """ "n = 10 runs a cell", or the range of it."""
    counts = sorted({len(cell.ok) for cell in cells})
    if not counts:
        return "n = 0 runs"
    few = "" if counts[0] >= 6 else "; fewer than 6 runs give a range and no interval"
    return f"n = {counts[0]} runs a cell{few}" if len(counts) == 1 else f"n = {counts[0]} to {counts[-1]} runs a cell{few}"


def machines_text(data: SweepData) -> str:
    """The machines behind the runs, and whether they are pooled."""
    texts = [machine.text for machine in data.machines.values()]
    return " AND ".join(texts) + (f" ({data.pooling_note})" if data.pooled else "")


POINTS: str = " Points are medians of runs, small dots runs, bars 95 % intervals;"
MEDIANS: str = " Medians of runs;"


def finish(data: SweepData, name: str, title: str, canvas: Canvas, columns: Sequence[str], rows: list[Row], settings: Sequence[Setting], note: str,
           *, marks: str = POINTS) -> Figure:
    """Adds the caption that every figure must have: what it shows, what all its cells have in common, n, machine, command.

    `settings` are those in the picture; `marks` says what its marks are.
    """
    used = list({one.cell.cell: one.cell for one in settings}.values())
    shared = common(settings)
    caption = (f"{note}{' All cells: ' + shared + '.' if shared else ''}{marks} {runs_text(used)}.\nMachine: {machines_text(data)}\n"
               f"Command: {command_text(data, used)}")
    shown = {cell.cell for cell in used}
    rows = sorted(rows, key=lambda row: not shown.issuperset(row.cells))  # those in the picture first
    return Figure(name, title, canvas, tuple(columns), rows, caption, used)


def command_text(data: SweepData, cells: Sequence[Cell]) -> str:
    """The sweep that made the runs, as the manifest beside them has it; else the run that made the first of them."""
    commands = list(dict.fromkeys(" ".join(session["command"]) for file in data.files
                                  for session in (manifest_beside(file) or {}).get("sessions", [])))
    if commands:
        return "; ".join(commands)
    words = cells[0].first.command if cells else ""
    return words + (f"  (and {len(cells) - 1} more cells)" if len(cells) > 1 else "")


def manifest_beside(file: Path) -> Optional[dict[str, Any]]:
    """The manifest of the sweep that wrote this runs.jsonl; None where it is no sweep's."""
    path = file.parent / "manifest.json"
    if not path.is_file():
        return None
    manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return manifest
