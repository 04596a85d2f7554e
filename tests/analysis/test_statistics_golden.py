"""Values that somebody else computed: scipy, R's packages, the authors of a method, a pencil."""

import math

import numpy
import pytest
from scipy import stats

from analysis import statistics
from analysis.statistics import Pair, Verdict

# BSDA's documented example of SIGN.test (R): an inner pair of 93.46 %, an outer one of 98.83 %.
BSDA = [7.8, 6.6, 6.5, 7.4, 7.3, 7.0, 6.4, 7.1, 6.7, 7.6, 6.8]
SLEEP_DRUG_1 = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]  # R's data set `sleep` (Student, 1908)
SLEEP_DRUG_2 = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]


def test_order_statistic_levels_equal_the_binomial_distribution() -> None:
    """As printed in tables of the sign test's intervals."""
    assert statistics.order_statistic_levels(6)[:2] == (1, pytest.approx(0.96875))
    assert statistics.order_statistic_levels(7)[:2] == (1, pytest.approx(0.984375))
    assert statistics.order_statistic_levels(8) == (1, pytest.approx(0.9921875), pytest.approx(0.9296875))
    assert statistics.order_statistic_levels(10) == (2, pytest.approx(0.978515625), pytest.approx(0.890625))
    assert statistics.order_statistic_levels(20)[:2] == (6, pytest.approx(0.958610534))
    for n in range(6, 60):
        k, outer, inner = statistics.order_statistic_levels(n)
        assert outer == pytest.approx(stats.binom.cdf(n - k, n, 0.5) - stats.binom.cdf(k - 1, n, 0.5))
        assert outer >= 0.95 > inner


def test_order_statistic_interval_equals_bsda() -> None:
    """R: BSDA::SIGN.test(x, md = 6.5) prints Upper Achieved CI 0.9883 6.5 7.6, Lower Achieved CI 0.9346 6.6 7.4."""
    assert statistics.order_statistic_levels(len(BSDA)) == (2, pytest.approx(0.9883, abs=5e-5), pytest.approx(0.9346, abs=5e-5))
    assert statistics.order_statistic_interval(BSDA, interpolate=False) == (6.5, 7.6)
    # Hettmansperger and Sheather's weight by hand: I = (0.98828 - 0.95) / (0.98828 - 0.93457) = 0.71273,
    # (11 - 2) I / (2 + (11 - 4) I) = 0.91778 of the way from the outer to the inner pair.
    assert statistics.order_statistic_interval(BSDA, interpolate=True) == (pytest.approx(6.5 + 0.1 * 0.91778, abs=1e-5), pytest.approx(7.6 - 0.2 * 0.91778, abs=1e-5))


def test_median_estimate_by_number_of_runs() -> None:
    """Range only below 6 runs, the whole range for 6 and 7, interpolation from 8 on."""
    few = statistics.median_estimate([3, 1, 2, 5, 4])
    assert (few.value, few.low, few.high, few.minimum, few.maximum, few.method) == (3, None, None, 1, 5, "range")
    assert few.half_width_percent is None and "no interval" in few.text()
    for n in (6, 7):
        some = statistics.median_estimate(range(1, n + 1))
        assert (some.low, some.high, some.method) == (1, n, "order statistics")
    many = statistics.median_estimate(range(1, 9))
    assert many.low is not None and 1 < many.low < 2 and many.method == "interpolated order statistics"
    assert statistics.median_estimate([]).n == 0


@pytest.mark.parametrize("method", ["percentile", "BCa"])
def test_bootstrap_equals_scipy(method: str) -> None:
    """The same resamples, the same ends."""
    data = stats.lognorm.rvs(0.3, size=12, random_state=numpy.random.default_rng(4))
    found = statistics.bootstrap_estimate(numpy.median, data, method=method, seed=11)  # type: ignore[arg-type]
    wanted = stats.bootstrap((data,), numpy.median, n_resamples=10_000, confidence_level=0.95, method=method, vectorized=True,
                             random_state=numpy.random.default_rng(11)).confidence_interval
    assert (found.low, found.high, found.value) == (wanted.low, wanted.high, numpy.median(data))


def test_percentile_bootstrap_equals_all_resamples() -> None:
    """The exact bootstrap distribution of the median of 9 values is that of the 5th of 9 picks (Maritz and Jarrett, 1978)."""
    values = numpy.arange(1.0, 10.0)
    at_most = stats.binom.sf(4, 9, numpy.arange(0, 10) / 9)  # P(median <= j)
    low, high = (float(values[numpy.searchsorted(at_most[1:], share)]) for share in (0.025, 0.975))
    found = statistics.bootstrap_estimate(numpy.median, values)
    assert (found.low, found.high) == (low, high) == (2.0, 8.0)


def test_unpaired_ratio_is_the_percentile_bootstrap_of_scipy() -> None:
    """10,000 resamples of both samples, fixed seed; widened order statistics for 6 and 7 runs, nothing below."""
    generator = numpy.random.default_rng(5)
    a, b = generator.lognormal(0, 0.05, 10), generator.lognormal(0.1, 0.05, 12)
    wanted = stats.bootstrap((a, b), lambda x, y, axis: numpy.median(y, axis=axis) / numpy.median(x, axis=axis), n_resamples=10_000, method="percentile",
                             vectorized=True, random_state=numpy.random.default_rng(statistics.SEED)).confidence_interval
    found = statistics.ratio_estimate(a, b)
    assert (found.low, found.high) == (wanted.low, wanted.high)
    six = statistics.ratio_estimate([10, 11, 12, 13, 14, 15], [20, 21, 22, 23, 24, 25])
    assert (six.low, six.high) == (20 / 15, 25 / 10)
    assert statistics.ratio_estimate([1.0] * 5, [2.0] * 9).low is None


def test_paired_ratio_is_the_median_of_the_ratios() -> None:
    """A slow repetition slows both, and cancels."""
    slow = numpy.array([1, 1, 1, 5, 5, 9, 9, 2, 2, 3.0])
    found = statistics.ratio_estimate(100 / slow, 90 / slow, paired=True)
    assert (found.value, found.low, found.high) == (pytest.approx(0.9), pytest.approx(0.9), pytest.approx(0.9))


def test_paired_p_with_nothing_cut_is_students_t(monkeypatch: pytest.MonkeyPatch) -> None:
    """R: t.test(extra ~ group, sleep, paired = TRUE): t = -4.0621, df = 9, p-value = 0.002833."""
    difference = numpy.array(SLEEP_DRUG_2) - numpy.array(SLEEP_DRUG_1)
    monkeypatch.setattr(statistics, "TRIMMED", 0.0)
    assert statistics.trimmed_t_p_value(difference) == pytest.approx(0.002833, abs=5e-7)
    assert statistics.trimmed_t_p_value(difference) == pytest.approx(float(stats.ttest_1samp(difference, 0).pvalue))


def test_paired_p_is_the_trimmed_t_by_hand() -> None:
    """Differences 1.2 2.4 1.3 1.3 0 1 1.8 0.8 4.6 1.4: trimmed mean 8.0 / 6; winsorised 1 1 1 1.2 1.3 1.3 1.4 1.8 1.8 1.8."""
    difference = numpy.array(SLEEP_DRUG_2) - numpy.array(SLEEP_DRUG_1)
    winsorised = numpy.array([1, 1, 1, 1.2, 1.3, 1.3, 1.4, 1.8, 1.8, 1.8])
    # Wilcox: t = (1 - 2 x 0.2) mean sqrt(n) / s_w with n - 2g - 1 = 5 degrees; this form differs in the finite-sample factor
    # sqrt((n - 1) / (h (h - 1))) against 1 / (0.6 sqrt(n)).
    error = math.sqrt(9 * winsorised.var(ddof=1) / (6 * 5))
    assert statistics.trimmed_t_p_value(difference) == pytest.approx(2 * stats.t.sf(8.0 / 6 / error, 5))


def test_unpaired_p_is_yuens_of_scipy() -> None:
    """On logarithms, a fifth cut at either end."""
    generator = numpy.random.default_rng(6)
    a, b = generator.lognormal(0, 0.05, 10), generator.lognormal(0.1, 0.05, 12)
    assert statistics.p_value(a, b) == stats.ttest_ind(numpy.log(a), numpy.log(b), equal_var=False, trim=0.2).pvalue
    assert statistics.p_value([1.0] * 5, [2.0] * 5) is None
    assert statistics.p_value([1.0] * 6, [1.0] * 6) == 1 and statistics.p_value([1.0] * 6, [2.0] * 6) == 0


def test_holm_by_hand() -> None:
    """p = 0.01 0.04 0.03 0.005: 0.005 x 4, 0.01 x 3, 0.03 x 2, then never less: as R's p.adjust(p, "holm")."""
    assert statistics.holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert statistics.holm([0.5, 0.9]) == pytest.approx([1.0, 1.0])
    assert len(statistics.holm([])) == 0


def test_throughput_is_total_over_total() -> None:
    """Never a mean of rates: 100 transactions in 1 s and 100 in 3 s are 50 a second, not 66."""
    assert statistics.throughput([100, 100], [1e9, 3e9]) == 50


def test_outliers_of_iglewicz_and_hoaglin() -> None:
    """Flags what is far from the median against the median distance; alike values have none."""
    assert list(statistics.outliers([2.1, 2.6, 2.4, 2.5, 2.3, 2.1, 2.3, 2.6, 8.2, 8.3])) == [False] * 8 + [True] * 2
    assert not statistics.outliers([1.0] * 10).any()
    assert list(statistics.outliers([1.0] * 9 + [2.0])) == [False] * 9 + [True]


def test_steady_equals_the_definition_of_the_program() -> None:
    """Slope over the window and halves, both against 5 %."""
    flat = statistics.steady([100.0] * 12)
    assert (flat.known, flat.steady, flat.slope_percent, flat.halves_percent) == (True, True, pytest.approx(0), pytest.approx(0))
    rising = statistics.steady(numpy.linspace(95, 105, 11))
    assert (rising.steady, rising.slope_percent) == (False, pytest.approx(10))
    assert rising.halves_percent == pytest.approx((103 / 97 - 1) * 100)
    assert not statistics.steady([1.0] * 7).known


def test_noise_floor() -> None:
    """The larger of 1 % and what A/A cells differ by; slower and faster alike."""
    assert statistics.noise_floor([]).floor == 0.01
    assert statistics.noise_floor([([100.0] * 8, [100.2] * 8)]).floor == 0.01
    found = statistics.noise_floor([([100.0] * 8, [101.5] * 8), ([103.0] * 8, [100.0] * 8)])
    assert (found.floor, found.measured) == (pytest.approx(0.03), pytest.approx(0.03))


def test_verdicts_and_exit_codes() -> None:
    """Only an interval that clears the floor as a whole is a verdict."""
    steps = numpy.linspace(-0.002, 0.002, 10)
    a = 100 * (1 + steps)
    faster, slower, same, close, few, harness = statistics.compare_many(
        [Pair(a, a * 1.05, True), Pair(a, a * 0.95, True), Pair(a, a, True), Pair(a, a * 1.009, True), Pair(a[:5], a[:5] * 2, True),
         Pair(a, a * 2, True, overhead=0.06)], 0.01)
    assert [found.verdict for found in (faster, slower, same, close, few, harness)] == [
        Verdict.FASTER, Verdict.SLOWER, Verdict.NO_DIFFERENCE, Verdict.NO_DIFFERENCE, Verdict.NO_VERDICT, Verdict.NO_VERDICT]
    assert "5 runs" in few.reason and not few.usable and "6.0 %" in harness.reason and harness.usable
    assert statistics.exit_code([same, faster, few]) == 1
    assert statistics.exit_code([same, close, harness]) == 0
    assert statistics.exit_code([same, few]) == statistics.exit_code([harness]) == statistics.exit_code([]) == 2


def test_holm_withholds_what_one_cell_alone_would_get() -> None:
    """The same pair beside 400 that show nothing."""
    generator = numpy.random.default_rng(7)
    a = generator.lognormal(0, 0.02, 10)
    b = a * generator.lognormal(math.log(1.06), 0.03, 10)
    one = statistics.compare_many([Pair(a, b, True)], 0.01)[0]
    many = statistics.compare_many([Pair(a, b, True), *[Pair(a, a, True)] * 400], 0.01)[0]
    assert one.verdict is Verdict.FASTER and many.verdict is Verdict.NO_DIFFERENCE and "Holm" in many.reason


def test_amdahl_by_phase() -> None:
    """A phase that halves on two cores, one that does not, one in between."""
    fit = statistics.amdahl_by_phase({"execute": {1: 100, 2: 50, 4: 25}, "persist": {1: 50, 2: 50, 4: 50}, "stage": {1: 40, 2: 30}})
    assert [round(fit.phases[phase].serial_fraction, 9) for phase in ("execute", "persist", "stage")] == [0, 1, 0.5]
    assert fit.time_ns(2) == pytest.approx(130) and fit.limit == pytest.approx(190 / 70)
    with pytest.raises(ValueError, match="persist"):
        statistics.amdahl_by_phase({"persist": {2: 1}})


def test_work_and_span() -> None:
    """T1 = 100, Tinf = 10, P = 4: between 25 and 25 + 1.7 x 0.75 x 10 = 37.75."""
    corridor = statistics.work_span(100, 10, 4)
    assert (corridor.shortest_ns, corridor.longest_ns) == (25, pytest.approx(37.75))
    assert (corridor.upper, corridor.lower) == (4, pytest.approx(100 / 37.75))
    assert statistics.work_span(100, 10, 100).upper == 10
    one = statistics.work_span(100, 10, 1)
    assert one.upper == one.lower == 1


def test_crossing_of_two_lines() -> None:
    """100 / 50 at 0 and 50 / 100 at 10 cross in the middle; two that never meet say so; three crossings are counted."""
    alike = [1.0] * 10
    high, low = numpy.array(alike) * 100, numpy.array(alike) * 50
    found = statistics.crossing([0, 10], [high, low], [low, high])
    assert (found.x, found.low, found.high, found.count, found.ahead_at_first) == (pytest.approx(5), pytest.approx(5), pytest.approx(5), 1, "a")
    apart = statistics.crossing([0, 10], [high, high], [low, low])
    assert apart.x is None and apart.count == 0 and "not between" in apart.text
    thrice = statistics.crossing([1, 10, 100, 1000], [high, low, high, low], [low, high, low, high], log_x=True)
    assert (thrice.x, thrice.count) == (pytest.approx(math.sqrt(10)), 3)
    assert statistics.crossing([0, 10], [high[:3], low[:3]], [low[:3], high[:3]]).low is None
    with pytest.raises(ValueError, match="above 0"):
        statistics.crossing([0, 10], [high, low], [low, high], log_x=True)


def test_percentile_and_ecdf() -> None:
    """Nearest rank."""
    assert [statistics.percentile([4, 1, 3, 2], share) for share in (0.5, 0.51, 0.99)] == [2, 3, 4]
    xs, ys = statistics.ecdf([3, 1, 2])
    assert list(xs) == [1, 2, 3] and list(ys) == pytest.approx([1 / 3, 2 / 3, 1])
