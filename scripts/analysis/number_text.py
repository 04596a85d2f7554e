"""Numbers as people read them: as many digits as mean something, and no more."""

import math


def number(value: float, digits: int = 3) -> str:
    """`digits` digits that mean something, thousands apart: 104,312 with three is 104,000; 0.01234 is 0.0123."""
    if value == 0 or not math.isfinite(value):
        return f"{value:g}"
    places = digits - 1 - math.floor(math.log10(abs(value)))
    return f"{round(value, places):,.{max(places, 0)}f}"


def percent(fraction: float, digits: int = 1) -> str:
    """0.123 is 12.3 %."""
    return f"{fraction * 100:.{digits}f} %"


def change(ratio: float) -> str:
    """How far a ratio is from 1: 1.05 is +5.0 %, 0.95 is -5.0 %."""
    return f"{(ratio - 1) * 100:+.1f} %"


def plural(count: int, word: str) -> str:
    """1 run, 2 runs."""
    return f"{count:,} {word}" if count == 1 else f"{count:,} {word}s"
