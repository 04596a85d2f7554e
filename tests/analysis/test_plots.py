"""Every figure, from made-up runs: that it is drawn, says what it must, and never more than was measured."""

import pathlib
import shutil
import tempfile
import unittest
from xml.etree import ElementTree

import made_runs
from analysis import plot, records
from analysis.errors import AnalysisError
from analysis.plots import FIGURES, Figure
from analysis.plots.setting import settings_of, unit_ns
from analysis.records import SweepData

REPETITIONS: int = 8


class WithRuns(unittest.TestCase):
    """Runs are made and read once."""

    folder: pathlib.Path
    data: SweepData

    @classmethod
    def setUpClass(cls) -> None:
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="commitbench-plots-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.data = records.read(made_runs.write_sweep(cls.folder / "sweep", made_runs.every_figure(), REPETITIONS))

    def draw(self, name: str, data: SweepData) -> Figure:
        """A figure that is there."""
        figure = FIGURES[name](data)
        assert figure is not None, name
        self.addCleanup(figure.close)
        return figure

    def sweep(self, name: str, cells: list[made_runs.Axes], repetitions: int = REPETITIONS) -> SweepData:
        """A sweep of its own."""
        return records.read(made_runs.write_sweep(self.folder / name, cells, repetitions))


class Plots(WithRuns):
    """All figures alike."""

    def test_every_figure_is_drawn_with_machine_command_and_n(self) -> None:
        for name in FIGURES:
            with self.subTest(name):
                figure = self.draw(name, self.data)
                self.assertEqual(name, figure.name)
                self.assertIn(made_runs.MACHINE, figure.caption)
                self.assertIn("commitbench sweep made-up.toml", figure.caption)
                self.assertIn(f"n = {REPETITIONS} runs a cell", figure.caption)
                self.assertTrue(figure.rows)
                self.assertTrue(all(len(row.values) == len(figure.columns) for row in figure.rows))
                self.assertTrue(all(cell in self.data.cells for row in figure.rows for cell in row.cells))

    def test_files_are_a_picture_and_a_drawing_and_the_same_each_time(self) -> None:
        figure = self.draw("regime-map", self.data)
        first = [path.read_bytes() for path in figure.save(self.folder / "once")]
        again = [path.read_bytes() for path in self.draw("regime-map", self.data).save(self.folder / "twice")]
        self.assertTrue(first[0].startswith(b"\x89PNG"))
        self.assertTrue(ElementTree.fromstring(first[1]).tag.endswith("svg"))
        self.assertEqual(first[1], again[1])

    def test_few_runs_say_that_they_give_no_interval(self) -> None:
        few = self.sweep("few", made_runs.product_of(executor="sequential", backend="null", workload="transfer:accounts=1k", workers=[1, 2]), 3)
        figure = self.draw("throughput-cores", few)
        self.assertIn("fewer than 6 runs give a range and no interval", figure.caption)
        low = figure.columns.index("low")
        self.assertTrue(all(row.values[low] is None for row in figure.rows))

    def test_runs_with_nothing_to_show_give_no_figure(self) -> None:
        one = self.sweep("one", made_runs.product_of(executor="sequential", backend="null", workload="transfer:accounts=1k", workers=1))
        self.assertEqual({"spans", "block-time", "memory-bytes"}, {name for name, function in FIGURES.items() if (figure := function(one)) is not None
                                                                   and not figure.close()})

    def test_command_writes_the_files_that_it_names(self) -> None:
        out = self.folder / "figures"
        self.assertEqual(0, plot.main([str(self.folder / "sweep"), "--out", str(out), "--only", "spans", "--only", "crossover"]))
        self.assertEqual({"spans.png", "spans.svg", "crossover.png", "crossover.svg"}, {path.name for path in out.iterdir()})

    def test_command_refuses_runs_of_which_nothing_can_be_drawn(self) -> None:
        self.sweep("bare", made_runs.product_of(executor="sequential", backend="null", workload="transfer:accounts=1k", workers=1))
        with self.assertRaisesRegex(AnalysisError, "no figure can be drawn"):
            plot.main([str(self.folder / "bare"), "--only", "crossover", "--out", str(self.folder / "none")])


class Settings(WithRuns):
    """What is read out of runs."""

    def test_work_is_in_the_machines_time(self) -> None:
        self.assertEqual(made_runs.UNIT_NS, unit_ns(self.data))
        found = {one.work_units: one.work_us for one in settings_of(self.data)}
        self.assertAlmostEqual(30.0, found[375.0])

    def test_repeated_work_is_in_no_figure(self) -> None:
        cells = made_runs.product_of(executor="sequential", backend="mpt:store=rocksdb", workload="transfer:accounts=1k", workers=1)
        cells += [{**cells[0], "execute-times": "2"}, {**cells[0], "commit-times": "2"}]
        data = self.sweep("repeated", cells)
        self.assertEqual(3, len(data.measured))
        self.assertEqual(1, len(settings_of(data)))

    def test_two_names_of_one_setting_are_one(self) -> None:
        cells = made_runs.product_of(executor="sequential", backend="null", workload="transfer:accounts=1k", workers=1)
        data = self.sweep("names", [*cells, {**cells[0], "accounts": "1k"}])
        self.assertEqual(2, len(data.measured))
        self.assertEqual(1, len(settings_of(data)))


class ThroughputCores(WithRuns):
    """Bounds hold what was measured."""

    def test_no_point_is_above_its_bound(self) -> None:
        figure = self.draw("throughput-cores", self.data)
        against, bound = figure.columns.index("against 1 core, sequential"), figure.columns.index("work/span bound")
        for row in figure.rows:
            measured, most = row.values[against], row.values[bound]
            assert isinstance(measured, float) and isinstance(most, float)
            self.assertLess(measured, most * 1.06, row)  # noise of made-up runs

    def test_lines_end_where_the_measurements_end(self) -> None:
        figure = self.draw("throughput-cores", self.data)
        for panel in figure.canvas.axes:
            for line in panel.get_lines():
                self.assertLess(max(line.get_xdata()), 4.5)


class RegimeMap(WithRuns):
    """Where half is."""

    def test_half_lies_between_the_cells_on_both_sides_of_it(self) -> None:
        figure = self.draw("regime-map", self.data)
        keys, work, share, half = (figure.columns.index(name) for name in ("keys", "work, us", "commitment %", "half at, us of work"))
        for size in {row.values[keys] for row in figure.rows}:
            rows = [row.values for row in figure.rows if row.values[keys] == size]
            above = [values[work] for values in rows if isinstance(values[share], float) and values[share] > 50]  # type: ignore[operator]
            below = [values[work] for values in rows if isinstance(values[share], float) and values[share] < 50]  # type: ignore[operator]
            at = rows[0][half]
            assert isinstance(at, float)
            self.assertGreaterEqual(at, max(above))  # type: ignore[type-var]
            self.assertLessEqual(at, min(below))     # type: ignore[type-var]

    def test_no_line_where_the_share_never_passes_half(self) -> None:
        cells = made_runs.product_of(executor="sequential", backend="mpt:store=rocksdb", workload="transfer:accounts={accounts},work={work}", workers=1,
                                     accounts=["100k", "1M"], work=[0, 10])
        figure = self.draw("regime-map", self.sweep("never", cells))
        self.assertTrue(all(row.values[figure.columns.index("half at, us of work")] is None for row in figure.rows))


class Crossover(WithRuns):
    """Of two pipelines."""

    def test_more_cores_cross_earlier(self) -> None:
        figure = self.draw("crossover", self.data)
        cores, at = figure.columns.index("cores"), figure.columns.index("cross at, us")
        found = {row.values[cores]: row.values[at] for row in figure.rows}
        assert isinstance(found[2], float) and isinstance(found[4], float)
        self.assertLess(found[4], found[2])


class Contention(WithRuns):
    """Of executors."""

    def test_is_against_sequential_and_has_both_kinds_of_skew(self) -> None:
        figure = self.draw("contention", self.data)
        over, value, ratio = (figure.columns.index(name) for name in ("over", "value", "against sequential on 1 core"))
        self.assertEqual({"accounts", "theta"}, {row.values[over] for row in figure.rows})
        chain = [row.values[ratio] for row in figure.rows if row.values[over] == "accounts" and row.values[value] == 2.0]
        self.assertTrue(chain)
        self.assertTrue(all(isinstance(found, float) and found < 1.1 for found in chain))


if __name__ == "__main__":
    unittest.main()
