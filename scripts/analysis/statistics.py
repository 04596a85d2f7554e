"""All statistics of commitbench, and nothing else: numbers in, numbers out.

The unit is the run, a process of its own; blocks within a run depend on each other and are never resampled. A and B of a
comparison are throughputs, so that a ratio B / A above 1 means that B is faster.
"""

import dataclasses
import enum
import functools
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import numpy
import numpy.typing
from scipy import stats

from .errors import EXIT_DIFFERENT, EXIT_SAME, EXIT_UNUSABLE
from .number_text import change, number, percent, plural

Floats = numpy.typing.NDArray[numpy.float64]
Values = Sequence[float] | Floats

CONFIDENCE: float = 0.95
RESAMPLES: int = 10_000
SEED: int = 20260101  # of every bootstrap: the same data give the same interval
INTERPOLATED_FROM: int = 8  # runs
INTERVAL_FROM: int = 6  # the smallest sample whose range covers the median in 95 %: 1 - 2 x 0.5^6 = 96.9 %
PRACTICAL_FLOOR: float = 0.01  # no smaller difference is ever called one
OVERHEAD_LIMIT: float = 0.05  # of the harness in a cell's time, above which the cell is not judged
STEADY_LIMIT_PERCENT: float = 5.0  # as kSteadyLimitPercent of harness/run/record.hpp
STEADY_FROM: int = 8  # blocks, as kSteadyMinimumBlocks there
OUTLIER_Z: float = 3.5  # Iglewicz and Hoaglin, How to Detect and Handle Outliers (1993)
TRIMMED: float = 0.2  # of either end, Yuen's usual share
SPAN_COEFFICIENT: float = 1.7  # of the burdened span: He, Leiserson and Leiserson, The Cilkview Scalability Analyzer (SPAA 2010)


@dataclasses.dataclass(frozen=True)
class Estimate:
    """A value with the 95 % interval of what was sampled; `low` and `high` are None where there are too few runs for one."""

    value: float
    low: float | None
    high: float | None
    minimum: float
    maximum: float
    n: int
    method: str

    @property
    def has_interval(self) -> bool:
        """Whether there were enough runs."""
        return self.low is not None and self.high is not None

    @property
    def half_width_percent(self) -> float | None:
        """The wider half of the interval against the value; None where there is none, or the value is 0."""
        if self.low is None or self.high is None or self.value == 0:
            return None
        return max(self.high - self.value, self.value - self.low) / abs(self.value) * 100

    def scaled(self, factor: float) -> "Estimate":
        """In another unit; `factor` above 0."""
        ends = [None if end is None else end * factor for end in (self.low, self.high)]
        return dataclasses.replace(self, value=self.value * factor, low=ends[0], high=ends[1], minimum=self.minimum * factor,
                                   maximum=self.maximum * factor)

    def as_json(self) -> dict[str, Any]:
        """Its fields; None for what is not there."""
        return {name: None if isinstance(value, float) and not math.isfinite(value) else value for name, value in dataclasses.asdict(self).items()}

    def text(self, unit: str = "", digits: int = 3) -> str:
        """"1,230 tx/s (95 %: 1,210 to 1,250, n = 10)", or the range where there is no interval."""
        word = f" {unit}" if unit else ""
        if self.n == 0:
            return "no run"
        if self.low is None or self.high is None:
            return f"{number(self.value, digits)}{word} (range {number(self.minimum, digits)} to {number(self.maximum, digits)}, n = {self.n}: no interval)"
        return f"{number(self.value, digits)}{word} (95 %: {number(self.low, digits)} to {number(self.high, digits)}, n = {self.n})"


# --- one sample -----------------------------------------------------------------------------------------------------------------


def throughput(transactions: Sequence[float], wall_ns: Sequence[float]) -> float:
    """Transactions a second: all transactions over all wall time, which is the harmonic mean for blocks of one size (Hoefler and
    Belli, Scientific Benchmarking of Parallel Computing Systems, SC'15, rule 3)."""
    return float(sum(transactions)) * 1e9 / float(sum(wall_ns))


@functools.cache
def order_statistic_levels(n: int) -> tuple[int, float, float]:
    """(k, level of [k-th smallest, k-th largest], level of the next inner pair) for the largest k whose level is 95 % and more.

    The level is 1 - 2 P(Binomial(n, 1/2) < k), whatever the distribution (David and Nagaraja, Order Statistics, section 7.1).
    n must be INTERVAL_FROM and more.
    """
    level = [1 - 2 * float(stats.binom.cdf(k - 1, n, 0.5)) for k in range(1, n // 2 + 2)]
    k = max(index for index, covered in enumerate(level, start=1) if covered >= CONFIDENCE)
    return k, level[k - 1], level[k]


def order_statistic_interval(values: Values, interpolate: bool) -> tuple[float, float]:
    """A 95 % interval of the median from the sorted values, without assuming a distribution.

    Plain, it covers at least 95 %: 99.2 % with n = 8. Interpolated between that pair and the next inner one it covers 95 % closely
    (Hettmansperger and Sheather, Confidence intervals based on interpolated order statistics, Statistics & Probability Letters 4,
    1986).
    """
    ordered = numpy.sort(numpy.asarray(values, dtype=float))
    n = len(ordered)
    k, outer_level, inner_level = order_statistic_levels(n)
    if not interpolate:
        return float(ordered[k - 1]), float(ordered[n - k])
    part = (outer_level - CONFIDENCE) / (outer_level - inner_level)
    weight = (n - k) * part / (k + (n - 2 * k) * part)
    low = (1 - weight) * ordered[k - 1] + weight * ordered[k]
    high = (1 - weight) * ordered[n - k] + weight * ordered[n - k - 1]
    return float(low), float(high)


def median_estimate(values: Values) -> Estimate:
    """The median of runs and its 95 % interval: interpolated order statistics from 8 runs on, plain ones for 6 and 7, none below.

    Not the percentile bootstrap: a resampled median takes few values, so that its coverage jumps from n to n whatever the distribution:
    90.8 % with n = 13, 96.5 % with n = 15 or, by the seed of 10,000 resamples, 88.2 %; 90.7 % with n = 23. This one stays between 93 and
    96 % (tests/analysis/test_statistics_simulated.py).
    """
    data = numpy.asarray(values, dtype=float)
    n = len(data)
    if n == 0:
        return Estimate(math.nan, None, None, math.nan, math.nan, 0, "no run")
    middle, minimum, maximum = float(numpy.median(data)), float(data.min()), float(data.max())
    if n < INTERVAL_FROM:
        return Estimate(middle, None, None, minimum, maximum, n, "range")
    interpolate = n >= INTERPOLATED_FROM
    low, high = order_statistic_interval(data, interpolate)
    return Estimate(middle, low, high, minimum, maximum, n, "interpolated order statistics" if interpolate else "order statistics")


def bootstrap_estimate(statistic: Callable[..., Any], *samples: Values, paired: bool = False, method: Literal["percentile", "BCa"] = "percentile",
                       resamples: int = RESAMPLES, seed: int = SEED) -> Estimate:
    """A statistic of one or more samples of runs with its bootstrap interval (Efron and Tibshirani, An Introduction to the Bootstrap,
    chapters 13 and 14; scipy.stats.bootstrap).

    `statistic(*arrays, axis)` is computed along `axis`. `paired` resamples the samples together. BCa takes one sample only. From
    INTERPOLATED_FROM values a sample on; below there is no interval.
    """
    data = tuple(numpy.asarray(sample, dtype=float) for sample in samples)
    n = min(len(sample) for sample in data)
    value = float(statistic(*data, axis=-1))
    if n < INTERPOLATED_FROM:
        return Estimate(value, None, None, value, value, n, "too few runs to resample")
    found = stats.bootstrap(data, statistic, n_resamples=resamples, confidence_level=CONFIDENCE, method=method, paired=paired and len(data) > 1,
                            vectorized=True, random_state=numpy.random.default_rng(seed))
    low, high = (float(end) for end in found.confidence_interval)
    return Estimate(value, low, high, low, high, n, f"{method} bootstrap")


def outliers(values: Values) -> numpy.typing.NDArray[numpy.bool_]:
    """Which values lie far from the rest: |modified z| above 3.5 (Iglewicz and Hoaglin, 1993). To be shown, never to be dropped."""
    data = numpy.asarray(values, dtype=float)
    if len(data) == 0:
        return numpy.zeros(0, dtype=bool)
    distance = numpy.abs(data - numpy.median(data))
    spread = float(numpy.median(distance)) / 0.6745
    if spread == 0:  # more than half of the values are alike: their mean distance, as the authors say
        spread = float(distance.mean()) * 1.253314
    flags: numpy.typing.NDArray[numpy.bool_] = distance > OUTLIER_Z * spread
    return flags  # none where all values are alike


def ecdf(values: Values) -> tuple[Floats, Floats]:
    """The sorted values, and the share of values that are no larger than each."""
    ordered = numpy.sort(numpy.asarray(values, dtype=float))
    return ordered, numpy.arange(1, len(ordered) + 1) / len(ordered)


def percentile(values: Values, share: float) -> float:
    """The smallest value that `share` (0 to 1) of the values do not exceed: nearest rank, as `commitbench run` prints."""
    return float(numpy.quantile(numpy.asarray(values, dtype=float), share, method="inverted_cdf"))


@dataclasses.dataclass(frozen=True)
class Steady:
    """Whether block times drift over the measured window. `known` is False with too few blocks."""

    known: bool
    steady: bool
    slope_percent: float  # least-squares slope over the whole window, against the mean
    halves_percent: float  # second half's mean against the first's; of an odd number the middle block is in neither


def steady(block_ns: Values) -> Steady:
    """The test of `commitbench run` (harness/run/record.hpp): both figures within 5 %. A flag, no reason to drop the run."""
    data = numpy.asarray(block_ns, dtype=float)
    n = len(data)
    if n < STEADY_FROM or data.sum() <= 0:
        return Steady(False, False, math.nan, math.nan)
    slope = float(numpy.polyfit(numpy.arange(n), data, 1)[0]) * (n - 1) / float(data.mean()) * 100
    halves = (float(data[n - n // 2:].sum()) / float(data[:n // 2].sum()) - 1) * 100
    return Steady(True, abs(slope) <= STEADY_LIMIT_PERCENT and abs(halves) <= STEADY_LIMIT_PERCENT, slope, halves)


# --- two samples ----------------------------------------------------------------------------------------------------------------


def _median_ratio(a: Floats, b: Floats, axis: int) -> Any:
    return numpy.median(b, axis=axis) / numpy.median(a, axis=axis)


def ratio_estimate(a: Values, b: Values, *, paired: bool = False) -> Estimate:
    """B / A with its 95 % interval; all values above 0.

    `paired`: a[i] and b[i] are of one repetition. Then it is the median over repetitions of the ratio within one, with the interval of
    median_estimate: what slows a whole repetition, or the machine that ran it, cancels, and one run that something else slowed moves
    it little. (Signed ranks were tried: 7 % narrower on quiet runs; but where one run in 20 is hit, 74 % instead of 90 % of slowdowns
    of 5 % were found.) Else the ratio of medians: percentile bootstrap from 8 runs on either side, the widest ratio of their
    order-statistic intervals for 6 and 7, none below.
    """
    first, second = numpy.asarray(a, dtype=float), numpy.asarray(b, dtype=float)
    if paired:
        return median_estimate(second / first)
    n = min(len(first), len(second))
    if n == 0:
        return Estimate(math.nan, None, None, math.nan, math.nan, 0, "no run")
    value = float(numpy.median(second) / numpy.median(first))
    minimum, maximum = float(second.min() / first.max()), float(second.max() / first.min())
    if n >= INTERPOLATED_FROM:
        resampled = bootstrap_estimate(_median_ratio, first, second)
        return dataclasses.replace(resampled, minimum=minimum, maximum=maximum)
    if n < INTERVAL_FROM:
        return Estimate(value, None, None, minimum, maximum, n, "range")
    (low_a, high_a), (low_b, high_b) = (order_statistic_interval(sample, interpolate=False) for sample in (first, second))
    return Estimate(value, low_b / high_a, high_b / low_a, minimum, maximum, n, "order statistics")


def trimmed_t_p_value(values: Values) -> float:
    """Two-sided p of "the centre is 0": Student's t of the mean without the outer fifths, its error from the winsorised values
    (Tukey and McLaughlin, Sankhya A 25, 1963; Wilcox, Introduction to Robust Estimation and Hypothesis Testing, section 4.3)."""
    ordered = numpy.sort(numpy.asarray(values, dtype=float))
    n = len(ordered)
    cut = int(TRIMMED * n)
    kept = ordered[cut:n - cut]
    winsorised = numpy.clip(ordered, kept[0], kept[-1])
    # The (n - 1) / (h - 1) makes the variance of what is left unbiased; Yuen's form, which is Student's with nothing cut.
    h = len(kept)
    error = math.sqrt((n - 1) * float(winsorised.var(ddof=1)) / (h * (h - 1)))
    centre = float(kept.mean())
    if error == 0:
        return 1.0 if centre == 0 else 0.0
    return 2 * float(stats.t.sf(abs(centre) / error, h - 1))


def p_value(a: Values, b: Values, *, paired: bool = False) -> float | None:
    """Two-sided p of "A and B are equally fast", for Holm over many cells: Yuen's trimmed t (Biometrika 61, 1974) on logarithms; of
    the ratios where `paired`. None with too few runs.

    Rank tests have a smallest p (0.002 for ten pairs) that no family of 26 cells or more would let through.
    """
    first, second = (numpy.log(numpy.asarray(sample, dtype=float)) for sample in (a, b))
    if min(len(first), len(second)) < INTERVAL_FROM:
        return None
    if paired:
        return trimmed_t_p_value(second - first)
    if numpy.ptp(first) == 0 and numpy.ptp(second) == 0:
        return 1.0 if first[0] == second[0] else 0.0
    return float(stats.ttest_ind(first, second, equal_var=False, trim=TRIMMED).pvalue)


def holm(p_values: Values) -> Floats:
    """Adjusted p values, in the order given: comparing each with 5 % keeps the chance of any false verdict below 5 % over all of them
    (Holm, Scandinavian Journal of Statistics 6, 1979)."""
    given = numpy.asarray(p_values, dtype=float)
    order = numpy.argsort(given, kind="stable")
    scaled = numpy.minimum(given[order] * numpy.arange(len(given), 0, -1), 1.0)
    adjusted = numpy.empty_like(given)
    adjusted[order] = numpy.maximum.accumulate(scaled)
    return adjusted


# --- verdicts -------------------------------------------------------------------------------------------------------------------


class Verdict(enum.Enum):
    """Of B against A."""

    FASTER = "faster"
    SLOWER = "slower"
    NO_DIFFERENCE = "no difference shown"
    NO_VERDICT = "no verdict"


@dataclasses.dataclass(frozen=True)
class Pair:
    """The throughputs of two cells, what the harness costs in them (a fraction of the faster one's time; None: not known)."""

    a: Values
    b: Values
    paired: bool = False
    overhead: float | None = None


@dataclasses.dataclass(frozen=True)
class Comparison:
    """B against A."""

    ratio: Estimate
    p: float | None
    p_holm: float | None
    floor: float
    verdict: Verdict
    reason: str  # why there is no verdict; else what it rests on
    usable: bool  # False: too few runs to judge, which more runs would mend

    @property
    def different(self) -> bool:
        """Faster or slower."""
        return self.verdict in (Verdict.FASTER, Verdict.SLOWER)

    def text(self) -> str:
        """"-5.2 % (95 %: -6.1 % to -4.0 %)"."""
        if self.ratio.n == 0:
            return "no run"
        if self.ratio.low is None or self.ratio.high is None:
            return f"{change(self.ratio.value)} (range {change(self.ratio.minimum)} to {change(self.ratio.maximum)})"
        return f"{change(self.ratio.value)} (95 %: {change(self.ratio.low)} to {change(self.ratio.high)})"


@dataclasses.dataclass(frozen=True)
class NoiseFloor:
    """What two cells that are the same thing differ by here. `floor` is what a difference has to clear."""

    floor: float
    measured: float | None  # None: there was no A/A pair
    ratios: tuple[Estimate, ...]

    def text(self) -> str:
        """One line."""
        if self.measured is None:
            return f"floor {percent(self.floor)}: no A/A cell, so the least that is ever called a difference"
        return f"floor {percent(self.floor)}: the larger of {percent(PRACTICAL_FLOOR, 0)} and {percent(self.measured)} seen between cells that are the same"


def noise_floor(pairs: Sequence[tuple[Values, Values]], *, paired: bool = True) -> NoiseFloor:
    """max(1 %, the largest deviation of an A/A ratio from 1). Only the ratio itself: its sampling error is already in the interval
    that has to clear the floor. Pairs without a run are passed over."""
    ratios = tuple(ratio_estimate(a, b, paired=paired) for a, b in pairs if len(a) > 0 and len(b) > 0)
    if not ratios:
        return NoiseFloor(PRACTICAL_FLOOR, None, ())
    measured = max(max(ratio.value, 1 / ratio.value) - 1 for ratio in ratios)
    return NoiseFloor(max(PRACTICAL_FLOOR, measured), measured, ratios)


def harness_overhead(null_ns_per_tx: float, cell_ns_per_tx: float) -> float:
    """The harness's part of a cell's time: the cell without executor and backend against it."""
    return null_ns_per_tx / cell_ns_per_tx


def _judge(pair: Pair, ratio: Estimate, p: float | None, p_holm: float | None, floor: float) -> Comparison:
    def outcome(verdict: Verdict, reason: str, usable: bool = True) -> Comparison:
        return Comparison(ratio, p, p_holm, floor, verdict, reason, usable)

    if ratio.low is None or ratio.high is None or p_holm is None:
        return outcome(Verdict.NO_VERDICT, f"{plural(ratio.n, 'run')} in common: {INTERVAL_FROM} and more give an interval", usable=False)
    if pair.overhead is not None and pair.overhead > OVERHEAD_LIMIT:
        return outcome(Verdict.NO_VERDICT, f"the harness is {percent(pair.overhead)} of this cell's time; above {percent(OVERHEAD_LIMIT, 0)} nothing is said")
    if ratio.low <= 1 + floor and ratio.high >= 1 - floor:
        return outcome(Verdict.NO_DIFFERENCE, f"the interval does not clear the floor of {percent(floor)}")
    if p_holm >= 1 - CONFIDENCE:
        return outcome(Verdict.NO_DIFFERENCE, f"p = {p_holm:.2g} after Holm over all cells")
    return outcome(Verdict.FASTER if ratio.value > 1 else Verdict.SLOWER, f"the whole interval clears the floor of {percent(floor)}")


def compare_many(pairs: Sequence[Pair], floor: float) -> list[Comparison]:
    """A verdict for each pair: only where the whole interval clears `floor` and p, after Holm over all pairs that can be judged, is
    below 5 %."""
    ratios = [ratio_estimate(pair.a, pair.b, paired=pair.paired) for pair in pairs]
    p_values = [p_value(pair.a, pair.b, paired=pair.paired) for pair in pairs]
    judged = [index for index, p in enumerate(p_values) if p is not None and (pairs[index].overhead or 0) <= OVERHEAD_LIMIT]
    adjusted = holm([p for index in judged if (p := p_values[index]) is not None])
    by_index = {index: float(p) for index, p in zip(judged, adjusted)}
    return [_judge(pair, ratios[index], p_values[index], by_index.get(index, p_values[index]), floor) for index, pair in enumerate(pairs)]


def exit_code(comparisons: Sequence[Comparison]) -> int:
    """1 where any cell differs; else 2 where one has too few runs or none could be judged; else 0."""
    if any(comparison.different for comparison in comparisons):
        return EXIT_DIFFERENT
    judged = [comparison for comparison in comparisons if comparison.verdict is not Verdict.NO_VERDICT]
    return EXIT_SAME if judged and all(comparison.usable for comparison in comparisons) else EXIT_UNUSABLE


# --- scaling --------------------------------------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class PhaseFit:
    """A phase's time on one core and the part of it that more cores do not shorten, 0 to 1."""

    t1_ns: float
    serial_fraction: float


@dataclasses.dataclass(frozen=True)
class Amdahl:
    """Amdahl's law for each phase of a block, added up: a bound drawn from what was measured, not a prediction."""

    phases: Mapping[str, PhaseFit]

    def time_ns(self, cores: float) -> float:
        """Of all phases; math.inf cores is the limit."""
        return sum(fit.t1_ns * (fit.serial_fraction + (1 - fit.serial_fraction) / cores) for fit in self.phases.values())

    def speedup(self, cores: float) -> float:
        """Against one core."""
        return self.time_ns(1) / self.time_ns(cores)

    @property
    def limit(self) -> float:
        """The speed-up that no number of cores passes; infinite where no phase has a serial part."""
        serial = self.time_ns(math.inf)
        return self.time_ns(1) / serial if serial > 0 else math.inf


def amdahl_by_phase(times: Mapping[str, Mapping[int, float]]) -> Amdahl:
    """Least squares of T(P) = T(1) (s + (1 - s) / P) for each phase over the cores measured, with T(1) as measured and s held
    between 0 and 1. `times`: phase -> cores -> ns. ValueError where a phase lacks one core or any other count.
    """
    phases = {}
    for phase, by_cores in times.items():
        more = {cores: time for cores, time in by_cores.items() if cores > 1}
        if 1 not in by_cores or not more:
            raise ValueError(f"phase {phase}: needs a time on one core and one on more")
        t1 = by_cores[1]
        if t1 <= 0:
            phases[phase] = PhaseFit(0.0, 0.0)
            continue
        saved = numpy.array([1 - 1 / cores for cores in more])
        kept = numpy.array([time / t1 for time in more.values()]) - (1 - saved)
        phases[phase] = PhaseFit(t1, float(numpy.clip((saved * kept).sum() / (saved**2).sum(), 0.0, 1.0)))
    return Amdahl(phases)


@dataclasses.dataclass(frozen=True)
class Corridor:
    """Between which speed-ups a greedy schedule of the recorded work lies."""

    cores: int
    lower: float
    upper: float
    shortest_ns: float
    longest_ns: float


def work_span(work_ns: float, span_ns: float, cores: int) -> Corridor:
    """max(T1 / P, Tinf) <= T_P <= T1 / P + 1.7 (1 - 1 / P) Tinf: the work and span laws, and a greedy scheduler's bound with the
    burden that Cilkview's authors put on the span (SPAA 2010). Exact only for a fixed graph: block-stm's work depends on timing."""
    shortest = max(work_ns / cores, span_ns)
    longest = max(work_ns / cores + SPAN_COEFFICIENT * (1 - 1 / cores) * span_ns, shortest)
    return Corridor(cores, work_ns / longest, work_ns / shortest, shortest, longest)


@dataclasses.dataclass(frozen=True)
class Crossing:
    """Where curve B overtakes A or the other way round, as x grows. None: outside what was measured."""

    x: float | None
    low: float | None
    high: float | None
    count: int  # crossings of the medians; x is the first
    share_of_resamples: float  # that cross within what was measured
    ahead_at_first: Literal["a", "b", "neither"]
    text: str


def _first_crossings(xs: Floats, ahead: Floats, sign: float) -> Floats:
    """Of each row of `ahead` (logarithm of A over B at each x): the first x where it goes from `sign` to the other side; -inf where
    it starts there, inf where it never does."""
    side = ahead * sign
    found = numpy.full(len(side), numpy.inf)
    for index in range(len(xs) - 1, 0, -1):
        left, right = side[:, index - 1], side[:, index]
        here = (left > 0) & (right <= 0)
        part = left[here] / (left[here] - right[here])
        found[here] = xs[index - 1] + part * (xs[index] - xs[index - 1])
    found[side[:, 0] <= 0] = -numpy.inf
    return found


def crossing(xs: Sequence[float], a: Sequence[Values], b: Sequence[Values], *, log_x: bool = False, resamples: int = RESAMPLES,
             seed: int = SEED) -> Crossing:
    """The x at which two measured curves cross, with a 95 % interval from resampling the runs of every point.

    a[i] and b[i] are the runs at xs[i], which ascend. Between two neighbouring points the logarithm of the medians' ratio is taken as
    straight in x (in log x with `log_x`); nothing is said beyond the outer points. The interval is there from 8 runs a point on.
    """
    places = numpy.asarray(xs, dtype=float)
    if len(places) < 2 or len(a) != len(places) or len(b) != len(places) or bool((numpy.diff(places) <= 0).any()):
        raise ValueError("a crossing needs runs of both curves at two and more ascending x")
    if log_x:
        if places[0] <= 0:
            raise ValueError("a logarithmic x must be above 0")
        places = numpy.log(places)
    first = [numpy.asarray(sample, dtype=float) for sample in a]
    second = [numpy.asarray(sample, dtype=float) for sample in b]
    ahead = numpy.array([[math.log(float(numpy.median(one)) / float(numpy.median(other))) for one, other in zip(first, second)]])
    signs = numpy.sign(ahead[0])
    sign = float(signs[0])
    leader: Literal["a", "b", "neither"] = "a" if sign > 0 else "b" if sign < 0 else "neither"
    count = int((numpy.diff(signs[signs != 0]) != 0).sum())
    sign = sign or -float(signs[signs != 0][0] if (signs != 0).any() else 1)  # a tie at the first x: it crosses there
    value = float(_first_crossings(places, ahead, sign)[0]) if leader != "neither" else float(places[0])

    def unit(place: float) -> float | None:
        if not math.isfinite(place):
            return None
        return math.exp(place) if log_x else place

    x = unit(value)
    if min(len(sample) for sample in (*first, *second)) < INTERPOLATED_FROM:
        text = f"at {number(x)}" if x is not None else f"not between {number(xs[0])} and {number(xs[-1])}"
        return Crossing(x, None, None, count, math.nan, leader, f"{text} (too few runs a point for an interval)")
    generator = numpy.random.default_rng(seed)

    def medians(sample: Floats) -> Floats:
        picked = generator.integers(0, len(sample), (resamples, len(sample)))
        found: Floats = numpy.median(sample[picked], axis=1)
        return found

    resampled = numpy.stack([numpy.log(medians(one) / medians(other)) for one, other in zip(first, second)], axis=1)
    found = _first_crossings(places, resampled, sign)
    tail = (1 - CONFIDENCE) / 2
    low = unit(float(numpy.quantile(found, tail, method="lower")))  # no interpolation: the ends may be infinite
    high = unit(float(numpy.quantile(found, 1 - tail, method="higher")))
    inside = float(numpy.isfinite(found).mean())
    span = f"{'below ' + number(xs[0]) if low is None else number(low)} to {'above ' + number(xs[-1]) if high is None else number(high)}"
    if x is None:
        text = f"not between {number(xs[0])} and {number(xs[-1])}; {percent(inside)} of the resamples cross there"
    else:
        text = f"at {number(x)} (95 %: {span})" + (f"; {count} crossings, this is the first" if count > 1 else "")
    return Crossing(x, low, high, count, inside, leader, text)
