"""What goes to a terminal: colours where it has them, columns that line up."""

import os
import sys
from collections.abc import Sequence
from typing import Literal

Tint = Literal["bold", "green", "yellow", "red"]

_CODES: dict[Tint, str] = {"bold": "1", "green": "32", "yellow": "33", "red": "31"}


def tinted(text: str, tint: Tint | None) -> str:
    """`text` in that tint where stdout is a terminal and NO_COLOR is unset or empty (no-color.org); else as it is."""
    if tint is None or not sys.stdout.isatty() or os.environ.get("NO_COLOR"):
        return text
    return f"\033[{_CODES[tint]}m{text}\033[0m"


def columns(rows: Sequence[Sequence[str]], right: Sequence[int] = (), tints: Sequence[Tint | None] = ()) -> str:
    """Rows whose cells line up, two spaces apart; `right` are the columns of numbers, `tints` one of each row's last column."""
    widths = [max(len(row[index]) for row in rows) for index in range(len(rows[0]))]
    lines = []
    for number, row in enumerate(rows):
        cells = [text.rjust(width) if index in right else text.ljust(width) for index, (text, width) in enumerate(zip(row, widths))]
        cells[-1] = tinted(row[-1], tints[number] if number < len(tints) else None)
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)
