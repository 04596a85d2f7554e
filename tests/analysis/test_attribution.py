"""Attribution on results whose parts are known."""

import pathlib

import pytest
from made_results import Line, cell_lines, write

from analysis import attribution, records
from analysis.records import Cell, SweepData

STEPS = [1 + 0.001 * step for step in range(-5, 5)]  # ten repetitions, alike in every cell
SHARES = {"execute": 0.3, "stage": 0.2, "merkleize": 0.3, "persist": 0.2}


def times(ns: float) -> list[float]:
    """Ten runs about it."""
    return [ns * step for step in STEPS]


def read(folder: pathlib.Path, lines: list[Line]) -> SweepData:
    """As a sweep's folder."""
    return records.read(write(folder, lines))


def both_of(data: SweepData) -> Cell:
    """The cell in question."""
    return data.select(executor="sequential", backend="mpt:store=memory")[0]


def four_cells() -> list[Line]:
    """E = 300, C = 800, EC = 1000, E+F = 400 ns a transaction, and null x null = 5."""
    return [
        *cell_lines(times(1000), backend="mpt:store=memory", shares=SHARES),
        *cell_lines(times(300), backend="null"),
        *cell_lines(times(800), executor="replay", backend="mpt:store=memory"),
        *cell_lines(times(450), backend="flat:store=lmdb"),
        *cell_lines(times(400), backend="flat:store=memory"),
        *cell_lines(times(5), executor="replay", backend="null", role="null"),
    ]


def test_overlap_share_and_dominance(tmp_path: pathlib.Path) -> None:
    """overlap = 300 + 800 - 1000; commitment has 70 % of the wall clock."""
    data = read(tmp_path, four_cells())
    found = attribution.attribution(data, both_of(data))
    assert found.missing == [] and set(found.cells) == {"E", "C", "EC", "E+F", "H"}
    assert found.overlap is not None and found.overlap_share is not None and found.tree is not None and found.harness is not None
    assert found.overlap.value == pytest.approx(100, rel=0.01)
    assert found.overlap.low is not None and found.overlap.high is not None and found.overlap.low < 100 < found.overlap.high
    assert found.overlap_share.value == pytest.approx(0.1, rel=0.01)
    assert found.tree.value == pytest.approx(600, rel=0.01)  # the flat cell on the same store
    assert found.harness.value == pytest.approx(5, rel=0.01)
    assert found.share.value == pytest.approx(0.7) and found.dominates == "commitment"
    assert "50 %" in found.definition


def test_missing_cells_are_named(tmp_path: pathlib.Path) -> None:
    """What was not measured is said, and nothing is made up for it."""
    data = read(tmp_path, cell_lines(times(1000), backend="mpt:store=memory"))
    found = attribution.attribution(data, both_of(data))
    assert found.overlap is None and found.execution is None and found.tree is None
    assert [words.split(":")[0] for words in found.missing] == ["E", "C", "E+F", "H"]


def test_no_dominance_without_an_interval(tmp_path: pathlib.Path) -> None:
    """Three runs give a range, and a range decides nothing."""
    data = read(tmp_path, cell_lines(times(1000)[:3], backend="mpt:store=memory", shares=SHARES))
    assert attribution.attribution(data, both_of(data)).dominates == "undecided"


def test_partners_share_workload_and_knobs(tmp_path: pathlib.Path) -> None:
    """The null cell of another block size is no E of this one."""
    lines = [*cell_lines(times(1000), backend="mpt:store=memory", more_axes={"blocksize": "1k"}), *cell_lines(times(300), backend="null", more_axes={"blocksize": "5k"})]
    data = read(tmp_path, lines)
    assert attribution.attribution(data, both_of(data)).execution is None


def test_causal_form(tmp_path: pathlib.Path) -> None:
    """Every factor is a measured cell; repeated work is no partner of the attribution."""
    lines = [
        *four_cells(),
        *cell_lines(times(1700), backend="mpt:store=memory", more_axes={"commit_times": "2"}),
        *cell_lines(times(1300), backend="mpt:store=memory", more_axes={"execute_times": "2"}),
        *cell_lines(times(650), backend="mpt:store=memory,hash=blake3"),
    ]
    data = read(tmp_path, lines)
    rows = attribution.causal(data, both_of(data), halves={"blake3 for keccak": ("commitment", lambda cell: "blake3" in cell.axes["backend"])})
    assert [(row.phase, row.factor, round(row.against_now.value, 3)) for row in rows] == [
        ("commitment", 0.0, 3.333), ("commitment", 0.0, 2.5), ("commitment", 0.5, 1.538), ("commitment", 1.0, 1.0), ("commitment", 2.0, 0.588),
        ("execution", 0.0, 1.25), ("execution", 1.0, 1.0), ("execution", 2.0, 0.769)]
    assert ["null" in rows[0].how, "flat" in rows[1].how, rows[2].how] == [True, True, "blake3 for keccak"]
    assert attribution.attribution(data, both_of(data)).both.value == pytest.approx(1000, rel=0.01)
