"""Our trees beside their originals: what is in the tables, which targets are met, and that a wrong root fails everything."""

import contextlib
import io
import json
import pathlib
import shutil
import tempfile
import unittest

import made_runs
from analysis import records, side_by_side
from analysis.records import SweepData
from analysis.statistics import Estimate

PEERS: list[str] = ["paged:store=file", "nomt", "mpt:store=rocksdb", "geth:scheme=hash", "geth:scheme=path"]
# Made up, ns a transaction: paged 6,300, nomt 40,000, mpt 48,500, hash 90,000, path 60,000. Every backend has 5 us for syncs besides.


class SideBySide(unittest.TestCase):
    """From made-up runs."""

    def folder(self, **axes: object) -> pathlib.Path:
        """A sweep of 6 runs a cell."""
        folder = pathlib.Path(tempfile.mkdtemp(prefix="commitbench-side-by-side-"))
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        cells = made_runs.product_of(executor="sequential", backend=PEERS, workload="transfer:accounts={accounts}", durability="block",
                                     **{"workers": 1, "accounts": "1M", **axes})
        return made_runs.write_sweep(folder, cells, 6)

    def run_command(self, folder: pathlib.Path) -> tuple[int, str]:
        """Exit code and output of an evaluation."""
        with contextlib.redirect_stdout(io.StringIO()) as out:
            code = side_by_side.main(["--out", str(folder), "--evaluate-only"])
        return code, out.getvalue()

    def test_a_group_has_the_same_blocks_under_all_backends(self) -> None:
        data = records.read(self.folder(workers=[1, 2], accounts=["100k", "1M"]))
        groups = side_by_side.groups_of(data)
        self.assertEqual(4, len(groups))
        for cells in groups:
            self.assertEqual(["paged:store=file", "nomt", "mpt:store=rocksdb", "geth:scheme=path", "geth:scheme=hash"], list(cells), "fastest first")
        self.assertEqual([100_000, 100_000, 1_000_000, 1_000_000], [cells["nomt"].first.value("load", "keys") for cells in groups])
        self.assertEqual([1, 2, 1, 2], [cells["nomt"].first.workers for cells in groups])

    def test_rates_are_of_keys_and_of_the_commit_alone(self) -> None:
        data: SweepData = records.read(self.folder())
        run = data.select(backend="nomt")[0].first
        self.assertEqual(made_runs.BLOCKS * (2 * made_runs.TRANSACTIONS - 14), side_by_side.changes(run))
        seconds = (run.span_ns("stage") + run.span_ns("merkleize") + run.span_ns("persist")) / 1e9
        self.assertAlmostEqual(side_by_side.changes(run) / seconds, side_by_side.commit_rate(run))
        self.assertIsNone(side_by_side.read_rate(run), "these runs do not count reads")

    def test_targets(self) -> None:
        code, out = self.run_command(self.folder())
        self.assertEqual(0, code)
        self.assertRegex(out, r"1M keys, 1,990 keys a block, 1 worker, warm after 2 blocks, sequential; durability=block")
        self.assertRegex(out, r"paged:store=file against nomt: commit 4\.\d+ x \(95 %: [^;]*\), met \(4 x and more\); whole blocks \d")
        self.assertRegex(out, r"paged:store=file against geth:scheme=path: commit 6\.\d+ x \(95 %: [^;]*\), missed \(8 x and more\); whole")
        self.assertRegex(out, r"mpt:store=rocksdb against geth:scheme=hash: commit 1\.\d+ x \(95 %: [^;]*\), met \(1 to 3 x\); whole")

    def test_every_setting_of_ours_is_judged(self) -> None:
        cells = side_by_side.groups_of(records.read(self.folder()))[0]
        cells["paged:store=file,direct=off"] = cells["paged:store=file"]
        lines = side_by_side.targets_of(cells)
        self.assertEqual(["paged:store=file against geth:scheme=path", "paged:store=file against nomt", "paged:store=file,direct=off against geth:scheme=path",
                          "paged:store=file,direct=off against nomt"], sorted(line.split(": commit")[0] for line in lines if line.startswith("paged")))

    def test_its_plan_is_there(self) -> None:
        self.assertTrue(side_by_side.PLAN.is_file())

    def test_verdicts(self) -> None:
        target = side_by_side.Target("ours", "theirs", 1.0, 3.0)
        for low, high, verdict in ((1.0, 3.0, "met"), (0.8, 0.9, "missed"), (3.1, 3.2, "missed"), (0.9, 1.2, "open"), (2.9, 3.1, "open"), (None, None, "open")):
            found = Estimate(1.5, low, high, 1.0, 2.0, 8, "order statistics")
            self.assertEqual(f"{verdict} (1 to 3 x)", side_by_side.verdict_of(target, found))

    def test_a_wrong_root_fails_all(self) -> None:
        folder = self.folder()
        file = folder / "runs.jsonl"
        lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        wrong = next(line for line in lines if line["sweep"]["axes"]["backend"] == "nomt" and line["sweep"]["role"] == "cell")
        wrong["sweep"] |= {"status": "void", "exit_code": 1, "reason": "block 3: another root"}
        file.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
        code, out = self.run_command(folder)
        self.assertEqual(1, code)
        self.assertIn("nomt: 1 void run", out)


if __name__ == "__main__":
    unittest.main()
