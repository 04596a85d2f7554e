"""How every figure looks: colours that colour-blind readers can tell apart, and markers, dashes and hatches that do without colour.

The palette is Okabe and Ito's (Color Universal Design, 2008), in the order in which its luminances alternate, so that neighbours differ in
grey too.
"""

import math
import textwrap
from typing import Any, Iterable, Optional, Sequence

import matplotlib

matplotlib.use("Agg")

# pylint: disable=wrong-import-position
from matplotlib import pyplot  # noqa: E402
from matplotlib.axes import Axes  # noqa: E402
from matplotlib.figure import Figure as Canvas  # noqa: E402
from matplotlib.text import Text  # noqa: E402
from matplotlib.ticker import FuncFormatter, LogFormatter, NullFormatter  # noqa: E402

from analysis.statistics import Estimate  # noqa: E402

GREY: str = "#6b6b6b"
LIGHT: str = "#b4b4b4"
COLOURS: tuple[str, ...] = ("#0072B2", "#E69F00", "#009E73", "#D55E00", "#56B4E9", "#CC79A7", "#000000", "#F0E442")
MARKERS: tuple[str, ...] = ("o", "s", "^", "D", "v", "P", "X", "<")
DASHES: tuple[Any, ...] = ("-", (0, (5, 2)), (0, (1, 1.5)), (0, (6, 2, 1, 2)), (0, (3, 1)), (0, (8, 2)), (0, (2, 3)), (0, (4, 1, 1, 1, 1, 1)))
# Of the spans: colour and hatch, the same in every figure.
SPANS: dict[str, tuple[str, str]] = {
    "execute": ("#56B4E9", ""), "stage": ("#E69F00", "////"), "merkleize": ("#009E73", "...."), "persist": ("#D55E00", "\\\\\\\\"),
    "other": ("#000000", ""),
}
COLOUR_MAP: str = "cividis"  # even for colour-blind eyes, and even in grey
CAPTION_WIDTH: int = 118     # letters a line at the caption's size, for a figure of WIDTH inches
WIDTH: float = 7.2           # inches: a page's text width

pyplot.rcParams.update({
    "font.family": "sans-serif", "font.size": 8.5, "axes.titlesize": 8, "axes.labelsize": 8.5, "legend.fontsize": 7.5, "xtick.labelsize": 7.5,
    "ytick.labelsize": 7.5, "axes.spines.top": False, "axes.spines.right": False, "axes.linewidth": 0.7, "axes.grid": True, "grid.color": "#dddddd",
    "grid.linewidth": 0.5, "axes.axisbelow": True, "legend.frameon": False, "hatch.linewidth": 0.6, "lines.markersize": 5, "savefig.dpi": 200,
    "svg.hashsalt": "commitbench", "svg.fonttype": "path", "figure.facecolor": "white", "savefig.facecolor": "white",
})


__all__ = ["Axes", "Canvas", "Text", "pyplot"]  # with the backend chosen before; the rest of this module is public as it stands


class Series:
    """Colour, marker and dash of things by name, the same each time a name comes."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names: list[str] = list(dict.fromkeys(names))

    def _at(self, name: str, choices: Sequence[Any]) -> Any:
        return choices[self.names.index(name) % len(choices)]

    def colour(self, name: str) -> str:
        """Of the palette."""
        return str(self._at(name, COLOURS))

    def marker(self, name: str) -> str:
        """A marker of matplotlib."""
        return str(self._at(name, MARKERS))

    def dash(self, name: str) -> Any:
        """A line style of matplotlib."""
        return self._at(name, DASHES)

    def hollow(self, name: str) -> bool:
        """Of two neighbours one marker is filled and the other is not."""
        return self.names.index(name) % 2 == 1


def si(value: float, unit: str = "") -> str:
    """Three digits: 1234567 as 1.23M."""
    if value == 0 or not math.isfinite(value):
        return f"{value:g}{unit}"
    for factor, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k"), (1.0, "")):
        if abs(value) >= factor:
            return f"{value / factor:.3g}{letter}{unit}"
    return f"{value:.3g}{unit}"


def nanoseconds(value: float) -> str:
    """A time with its best unit."""
    for factor, unit in ((1e9, "s"), (1e6, "ms"), (1e3, "us")):
        if abs(value) >= factor:
            return f"{value / factor:.3g} {unit}"
    return f"{value:.3g} ns"


class _SiBetweenDecades(LogFormatter):  # type: ignore[misc]
    """Of a logarithmic axis: where it spans little more than a decade, ticks between the decades are named too."""

    def __call__(self, x: float, pos: Optional[int] = None) -> str:
        return si(x) if super().__call__(x, pos) else ""


def si_axis(axis: Any) -> None:
    """Ticks as "10k"; after the scale is set."""
    axis.set_major_formatter(FuncFormatter(lambda value, _: si(value)))
    axis.set_minor_formatter(_SiBetweenDecades() if axis.get_scale() == "log" else NullFormatter())


def points(axes: Axes, xs: Sequence[float], estimates: Sequence[Estimate], runs: Sequence[Sequence[float]], series: Series, name: str,
           label: Optional[str] = None) -> None:
    """Medians with their intervals, and every run as a faint dot. No line: nothing was measured between the points.

    Where there are too few runs for an interval, the bar is the range and has no caps.
    """
    colour = series.colour(name)
    for x, values in zip(xs, runs):
        axes.plot([x] * len(values), values, ".", color=colour, markersize=2.2, alpha=0.45, markeredgewidth=0, zorder=2)
    bars = [(estimate.low, estimate.high) if estimate.low is not None and estimate.high is not None else (estimate.minimum, estimate.maximum)
            for estimate in estimates]
    capped = all(estimate.has_interval for estimate in estimates)
    middle = [estimate.value for estimate in estimates]
    axes.errorbar(xs, middle, yerr=[[max(0.0, value - low) for value, (low, _) in zip(middle, bars)],
                                    [max(0.0, high - value) for value, (_, high) in zip(middle, bars)]],
                  fmt=series.marker(name), color=colour, markerfacecolor="white" if series.hollow(name) else colour, markeredgecolor=colour,
                  elinewidth=0.9, capsize=2.5 if capped else 0, label=label or name, zorder=3)


def title(axes: Axes, text: str, width: int = 30) -> None:
    """Over a panel; where it is too long, broken after the comma nearest to the middle."""
    commas = [place for place, letter in enumerate(text) if letter == ","]
    if len(text) > width and commas:
        middle = min(commas, key=lambda place: abs(place - len(text) / 2)) + 1
        text = text[:middle] + "\n" + text[middle:].lstrip()
    axes.set_title(text, linespacing=1.15)


def caption_below(canvas: Canvas, caption: str, *, width: int = CAPTION_WIDTH) -> Text:
    """Puts the caption under everything."""
    text = "\n".join(textwrap.fill(paragraph, width, break_long_words=True, break_on_hyphens=False) for paragraph in caption.split("\n"))
    return canvas.text(0.012, -0.012, text, ha="left", va="top", fontsize=6.6, color="#333333", linespacing=1.3)


def grid(panels: int, *, columns: int = 3, panel_height: float = 2.3, width: float = WIDTH, share_x: bool = False,
         share_y: bool = False) -> tuple[Canvas, list[Axes]]:
    """A canvas with that many panels, left to right, then down; those left over are removed."""
    columns = min(columns, panels)
    rows = math.ceil(panels / columns)
    canvas, axes = pyplot.subplots(rows, columns, figsize=(width, panel_height * rows), squeeze=False, sharex=share_x, sharey=share_y,
                                   constrained_layout=True)
    flat = list(axes.flat)
    for left_over in flat[panels:]:
        left_over.remove()
    return canvas, flat[:panels]


def legend_above(canvas: Canvas, axes: Sequence[Axes], *, columns: int = 4) -> None:
    """One legend for all panels, above them."""
    handles: dict[str, Any] = {}
    for panel in axes:
        for handle, label in zip(*panel.get_legend_handles_labels()):
            handles.setdefault(label, handle)
    if handles:
        canvas.legend(list(handles.values()), list(handles), loc="lower center", bbox_to_anchor=(0.5, 1.0), ncol=min(columns, len(handles)))
