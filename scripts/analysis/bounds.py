"""Whether an estimate lies within bounds: the whole of its interval decides."""

from .statistics import Estimate

YES: str = "yes"
NO: str = "no"
OPEN: str = "open"


def within(estimate: Estimate, low: float, high: float) -> str:
    """YES or NO; OPEN where the interval holds a bound, or where there are too few runs for one."""
    if estimate.low is None or estimate.high is None:
        return OPEN
    if low <= estimate.low and estimate.high <= high:
        return YES
    return NO if estimate.high < low or estimate.low > high else OPEN
