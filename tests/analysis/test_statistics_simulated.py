"""What the statistics promise, on data whose truth is known: coverage, false verdicts, differences found. Seeds are fixed and printed."""

import math
from collections.abc import Callable

import numpy
import pytest
from scipy import stats

from analysis import statistics
from analysis.statistics import Floats, Pair, Verdict

Draw = Callable[[numpy.random.Generator, tuple[int, ...]], Floats]

# Distributions of a run's figure, each with its true median: quiet, skewed, more skewed, with far outliers.
SHAPES: dict[str, tuple[Draw, float]] = {
    "lognormal, 2 %": (lambda generator, shape: generator.lognormal(0, 0.02, shape), 1.0),
    "lognormal, 50 %": (lambda generator, shape: generator.lognormal(0, 0.5, shape), 1.0),
    "exponential": (lambda generator, shape: generator.exponential(1, shape), math.log(2)),
    "Student's t, 2 degrees": (lambda generator, shape: 10 + generator.standard_t(2, shape), 10.0),
}

# A machine's noise in a sweep: every repetition has a level of its own, every run varies, one run in 20 is slowed by something else.
RUN_NOISE: float = 0.015
REPETITION_NOISE: float = 0.02
HIT_SHARE: float = 0.05
HIT: float = 0.9


def in_95(low: float | None, high: float | None, truth: float) -> bool:
    """Whether the interval holds it."""
    assert low is not None and high is not None
    return low <= truth <= high


def sweep(generator: numpy.random.Generator, runs: int, factor: float) -> tuple[Floats, Floats]:
    """A cell and another that is `factor` times as fast, interleaved."""
    level = generator.lognormal(0, REPETITION_NOISE, runs)
    cells = [level * generator.lognormal(0, RUN_NOISE, runs) * numpy.where(generator.random(runs) < HIT_SHARE, HIT, 1) for _ in range(2)]
    return 1e5 * cells[0], 1e5 * factor * cells[1]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("runs", [8, 9, 10, 13, 15, 20])
def test_coverage_of_the_median(shape: str, runs: int) -> None:
    """The 95 % interval holds the true median in 92 to 98 % of 3,000 simulated cells; its standard error there is 0.4 %."""
    draw, truth = SHAPES[shape]
    seed = 1000 + runs
    data = draw(numpy.random.default_rng(seed), (3000, runs))
    covered = numpy.mean([in_95(found.low, found.high, truth) for found in map(statistics.median_estimate, data)])
    print(f"{shape}, n = {runs}, seed {seed}: {covered:.1%}")
    assert 0.92 <= covered <= 0.98


@pytest.mark.parametrize("runs", [6, 7])
def test_coverage_of_plain_order_statistics(runs: int) -> None:
    """At least 95 %, as the binomial distribution says: 96.9 % and 98.4 %."""
    wanted = statistics.order_statistic_levels(runs)[1]
    data = numpy.random.default_rng(runs).lognormal(0, 0.1, (4000, runs))
    covered = numpy.mean([in_95(found.low, found.high, 1.0) for found in map(statistics.median_estimate, data)])
    print(f"n = {runs}, seed {runs}: {covered:.1%}")
    assert covered == pytest.approx(wanted, abs=0.012)


@pytest.mark.parametrize(("paired", "runs"), [(True, 8), (True, 10), (True, 20), (False, 8), (False, 10)])
def test_coverage_of_a_ratio(paired: bool, runs: int) -> None:
    """Of interleaved cells, paired and not; where not, the levels of repetitions are independent as between two sweeps."""
    generator = numpy.random.default_rng(20 + runs)
    trials, covered = 2000 if paired else 200, 0
    for _ in range(trials):
        a, b = sweep(generator, runs, 1.07)
        if not paired:
            b = sweep(generator, runs, 1.07)[1]
        found = statistics.ratio_estimate(a, b, paired=paired)
        covered += in_95(found.low, found.high, 1.07)
    print(f"paired {paired}, n = {runs}, seed {20 + runs}: {covered / trials:.1%}")
    # The bootstrap of two medians covers a little more than it says, and 200 trials have a standard error of 1.5 %.
    assert 0.92 <= covered / trials <= (0.98 if paired else 0.995)


def test_plain_bootstrap_would_not_cover() -> None:
    """Why the median's interval is none: of 13 values, the percentiles of the exact distribution of the middle of 13 picks cover 90.8 %."""
    n = 13
    at_most = stats.binom.sf(n // 2, n, numpy.arange(1, n + 1) / n)  # P(the middle pick is no larger than the j-th value)
    low, high = (int(numpy.searchsorted(at_most, share)) for share in (0.025, 0.975))
    exact = stats.binom.cdf(high, n, 0.5) - stats.binom.cdf(low, n, 0.5)
    found = statistics.bootstrap_estimate(numpy.median, numpy.arange(n))
    assert (found.low, found.high) == (low, high)
    assert exact == pytest.approx(0.908, abs=0.0005)


@pytest.mark.parametrize(("paired", "trials", "power"), [(True, 1000, 0.88), (False, 100, 0.5)])
def test_false_verdicts_and_what_is_found(paired: bool, trials: int, power: float) -> None:
    """A/A comparisons give a verdict in at most 5 %; a slowdown of 5 % is found in about 90 % of interleaved ones. Two sweeps one after the other
    find less: the levels of their repetitions do not cancel."""
    seed = 77
    generator = numpy.random.default_rng(seed)
    false, found = 0, 0
    for _ in range(trials):
        floor = statistics.noise_floor([sweep(generator, 10, 1.0)]).floor
        a, same, slow = (sweep(generator, 10, factor) for factor in (1.0, 1.0, 0.95))
        # Paired: both of one sweep. Else: the first of one and the second of another.
        false += statistics.compare_many([Pair(same[0] if paired else a[0], same[1], paired)], floor)[0].different
        found += statistics.compare_many([Pair(slow[0] if paired else a[0], slow[1], paired)], floor)[0].verdict is Verdict.SLOWER
    print(f"paired {paired}, seed {seed}: {false / trials:.1%} false verdicts, {found / trials:.1%} of the slowdowns found")
    assert false / trials <= 0.05
    assert found / trials >= power


@pytest.mark.parametrize("cells", [1, 10])
def test_holm_keeps_the_whole_family(cells: int) -> None:
    """A sweep in which nothing differs gives any verdict at all in at most 5 %."""
    seed = 90 + cells
    generator = numpy.random.default_rng(seed)
    trials = 300
    false = sum(any(found.different for found in statistics.compare_many([Pair(*sweep(generator, 10, 1.0), True) for _ in range(cells)], 0.01))
                for _ in range(trials))
    print(f"{cells} cells, seed {seed}: {false / trials:.1%} of the sweeps have a false verdict")
    assert false / trials <= 0.05


def test_crossing_covers_the_truth() -> None:
    """Two straight curves that cross at 40, ten runs a point with 3 % of noise."""
    seed = 31
    generator = numpy.random.default_rng(seed)
    xs = [0.0, 20.0, 60.0, 100.0]
    trials, covered = 150, 0
    for _ in range(trials):
        a = [numpy.exp(-0.005 * (x - 40)) * generator.lognormal(0, 0.03, 10) for x in xs]
        b = [generator.lognormal(0, 0.03, 10) for _ in xs]
        found = statistics.crossing(xs, a, b, resamples=2000)
        covered += in_95(-math.inf if found.low is None else found.low, math.inf if found.high is None else found.high, 40)
    print(f"seed {seed}: {covered / trials:.1%}")
    assert covered / trials >= 0.92


@pytest.mark.parametrize("seed", range(5))
def test_properties(seed: int) -> None:
    """What holds for any data: units cancel, order is nothing, the interval holds the value, swapping A and B inverts."""
    generator = numpy.random.default_rng(seed)
    print(f"seed {seed}")
    for _ in range(40):
        n = int(generator.integers(6, 25))
        a, b = generator.lognormal(3, 0.2, (2, n))
        found = statistics.median_estimate(a)
        assert found.low is not None and found.high is not None
        assert found.minimum <= found.low <= found.value <= found.high <= found.maximum
        assert statistics.median_estimate(generator.permutation(a)) == found
        scaled = statistics.median_estimate(a * 8)  # a power of two: exact
        assert (scaled.value, scaled.low, scaled.high) == (found.value * 8, found.low * 8, found.high * 8) == \
            (found.scaled(8).value, found.scaled(8).low, found.scaled(8).high)
        there, back = statistics.ratio_estimate(a, b, paired=True), statistics.ratio_estimate(b, a, paired=True)
        assert there.low is not None and back.high is not None
        if n % 2:
            assert there.value == pytest.approx(1 / back.value)
        assert there.low <= there.value and back.high >= back.value
        assert statistics.p_value(a, b, paired=True) == pytest.approx(statistics.p_value(b, a, paired=True))
        p = generator.random(n)
        adjusted = statistics.holm(p)
        assert (adjusted >= p).all() and (adjusted <= 1).all()
        assert (numpy.diff(adjusted[numpy.argsort(p)]) >= 0).all()
        times = {cores: float(time) for cores, time in zip((1, 2, 4, 8), generator.lognormal(3, 0.5, 4))}
        fit = statistics.amdahl_by_phase({"execute": times})
        assert 1 <= fit.speedup(4) <= min(4, fit.limit) + 1e-9
        corridor = statistics.work_span(float(a[0] + b[0]), float(a[0]), int(generator.integers(1, 64)))
        assert 0 < corridor.lower <= corridor.upper <= corridor.cores + 1e-9
