"""Published shapes: what agrees, what does not, what stays open."""

import pathlib
import shutil
import tempfile
import unittest
import unittest.mock

import made_runs
from analysis import published_shapes, records
from analysis.bounds import NO, OPEN, YES, within
from analysis.errors import AnalysisError
from analysis.published_shapes import SHAPES
from analysis.records import SweepData
from analysis.statistics import Estimate

PLANS: pathlib.Path = pathlib.Path(published_shapes.__file__).parents[2] / "plans"


class PublishedShapes(unittest.TestCase):
    """From made-up runs."""

    def sweep(self, cells: list[made_runs.Axes]) -> SweepData:
        """Of 6 runs each."""
        folder = pathlib.Path(tempfile.mkdtemp(prefix="commitbench-published-"))
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        return records.read(made_runs.write_sweep(folder, cells, 6))

    def test_plans_are_shipped(self) -> None:
        for shape in SHAPES.values():
            self.assertTrue((PLANS / f"{shape.plan}.toml").is_file(), shape.plan)

    def test_the_whole_interval_decides(self) -> None:
        self.assertEqual(YES, within(Estimate(0.6, 0.55, 0.65, 0.5, 0.7, 8, ""), 0.5, 0.75))
        self.assertEqual(OPEN, within(Estimate(0.5, 0.45, 0.55, 0.4, 0.6, 8, ""), 0.5, 0.75))
        self.assertEqual(NO, within(Estimate(0.3, 0.25, 0.35, 0.2, 0.4, 8, ""), 0.5, 0.75))
        self.assertEqual(OPEN, within(Estimate(0.3, None, None, 0.2, 0.4, 3, ""), 0.5, 0.75), "too few runs")

    def test_shares_of_made_up_pipelines(self) -> None:
        backends = [published_shapes.COLD_TRIE, "mpt:store=memory,hash=blake3,lanes=on", "paged:store=memory"]
        # Made up: a commitment of 49 us over mpt on RocksDB, of 1 us and 8 us over the others; 40 us of work.
        self.enterContext(unittest.mock.patch.dict(made_runs.BACKENDS, {backends[0]: made_runs.BACKENDS["mpt:store=rocksdb"]}))
        made_runs.BACKENDS.setdefault(backends[1], (500, 300, 200, 0))
        made_runs.BACKENDS.setdefault(backends[2], (4000, 3000, 1000, 0))
        cells = made_runs.product_of(executor="sequential", backend=backends, workload="transfer:accounts=1M,work=500", workers=1)
        cells += made_runs.product_of(executor="block-stm", backend=backends[0], workload="transfer:accounts=1M,work=500", workers=2)
        data = self.sweep(cells)
        self.assertEqual([YES], [line.agrees for line in SHAPES["cold"].read(data)])
        self.assertEqual([YES], [line.agrees for line in SHAPES["parallel"].read(data)])
        self.assertEqual([YES, NO], [line.agrees for line in SHAPES["warm"].read(data)])

    def test_accounts_are_ordered(self) -> None:
        cells = made_runs.product_of(executor=["sequential", "block-stm"], backend="flat:store=memory", workload="transfer:accounts={accounts},work=1250",
                                     workers=4, accounts=[2, 10, 100, "1k", "10k"])
        lines = SHAPES["accounts"].read(self.sweep(cells))
        self.assertEqual(4 + 2, len(lines))
        self.assertEqual([YES, YES], [line.agrees for line in lines[:2]])
        self.assertEqual({YES}, {line.agrees for line in lines[4:]})

    def test_missing_cells_and_unknown_shapes_are_refused(self) -> None:
        data = self.sweep(made_runs.product_of(executor="sequential", backend="null", workload="transfer:accounts=1k", workers=1))
        for name in SHAPES:
            with self.assertRaisesRegex(AnalysisError, "no valid run"):
                SHAPES[name].read(data)
        with self.assertRaisesRegex(AnalysisError, "no shape 'warmth': choose from cold"):
            published_shapes.main(["warmth", "--out", "nowhere"])


if __name__ == "__main__":
    unittest.main()
