"""Reading result files: what is kept, what is counted, what is refused."""

import json
import lzma
import pathlib

import pytest
from made_results import MACHINE, cell_lines, result_line, swept, write

from analysis import records
from analysis.errors import AnalysisError

SOURCES = pathlib.Path(__file__).resolve().parents[2]


def refused(path: pathlib.Path) -> str:
    """The one line of the refusal."""
    with pytest.raises(AnalysisError) as caught:
        records.read(path)
    text = str(caught.value)
    assert "\n" not in text
    return text


def test_packed_lines_are_read(tmp_path: pathlib.Path) -> None:
    """runs.jsonl.xz holds the same; a file that ends early is refused."""
    plain = write(tmp_path / "plain", cell_lines([100, 200]))
    file = plain if plain.is_file() else plain / records.RESULT_FILE
    packed = tmp_path / "packed" / (records.RESULT_FILE + records.PACKED)
    packed.parent.mkdir()
    packed.write_bytes(lzma.compress(file.read_bytes()))
    assert [list(cell.throughputs) for cell in records.read(packed.parent).measured] == [list(cell.throughputs) for cell in records.read(plain).measured]
    assert records.read(packed).files == (packed,)
    packed.write_bytes(packed.read_bytes()[:-20])
    assert "is no whole .xz file" in refused(packed)
    packed.write_bytes(b"{}")
    assert "is no whole .xz file" in refused(packed)


def test_swept_and_plain_lines(tmp_path: pathlib.Path) -> None:
    """Plain lines of one cell are its repetitions in the order of the file; unknown fields are kept."""
    lines = [*cell_lines([100, 200]), result_line(300), result_line(400, backend="null"), result_line(500)]
    data = records.read(write(tmp_path, lines))
    assert [(cell.role, [run.repetition for run in cell.ok], [run.ns_per_tx for run in cell.ok]) for cell in data.cells.values()] == [
        ("cell", [1, 2], [100, 200]), ("cell", [1, 2], [300, 500]), ("cell", [1], [400])]
    first = data.measured[0].first
    assert first.tx_per_s == pytest.approx(1e7) and first.commit_share == pytest.approx(0.6) and len(first.block_ns) == 10
    assert first.value("a_field_of_a_later_version", "kept") is True and first.value("no", "such") is None
    assert first.counter("logical_bytes") == 123 and first.counter("none") is None
    assert first.backend.name == "mpt" and first.workload.options == {"accounts": "1000"}


def test_void_and_failed_runs_are_counted_and_not_used(tmp_path: pathlib.Path) -> None:
    """The last valid attempt of a repetition is its run."""
    line = result_line(100)
    lines = [swept(line, 1, status="failed"), swept(line, 1, status="void", attempt=2), swept(result_line(90), 1, attempt=3), swept(line, 2, status="failed"),
             result_line(70, verdict="void")]
    data = records.read(write(tmp_path, lines))
    cell = data.measured[0]
    assert (len(cell.runs), len(cell.ok), cell.void, cell.failed) == (4, 1, 1, 2)
    assert cell.first.ns_per_tx == 90
    assert (data.runs_total, data.void_total, data.failed_total, data.retried_total) == (5, 2, 2, 2)
    with pytest.raises(AnalysisError, match="none of its 1 runs is valid"):
        data.measured[1].first


def test_a_damaged_line_names_its_place(tmp_path: pathlib.Path) -> None:
    """Bad JSON, no object, missing fields, a wrong status, figures that are none."""
    good = json.dumps(cell_lines([100])[0])
    for bad, part in (('{"schema', "damaged"), ("[1]", "no object"), ('{"schema_version": 1}', "'executor' is missing"),
                      (good.replace('"ok"', '"fine"'), "none of ok, void, failed"), (good.replace('"transactions": 10000', '"transactions": 0'), "not above 0")):
        folder = write(tmp_path, [])
        (folder / "runs.jsonl").write_text(f"{good}\n{bad}\n{good}\n")
        text = refused(folder)
        assert "runs.jsonl:2: " in text and part in text and "--set-aside-corrupt" in text
    (tmp_path / "runs.jsonl").write_text(f"{good}\n{good[:-20]}")
    assert "runs.jsonl:2: " in refused(tmp_path) and "power cut" in refused(tmp_path)
    (tmp_path / "runs.jsonl").write_bytes(b"\xff\xfe\x00")
    assert "is no text" in refused(tmp_path)


def test_missing_and_empty_files(tmp_path: pathlib.Path) -> None:
    """With what to do instead."""
    assert "does not exist" in refused(tmp_path / "nowhere")
    assert "has no runs.jsonl" in refused(tmp_path)
    assert "holds no run yet" in refused(write(tmp_path / "empty", []))


def test_machines_are_not_pooled_unasked(tmp_path: pathlib.Path) -> None:
    """One cell on two machines is refused, or said; two cells on two machines are fine."""
    other = {**MACHINE, "host": "two"}
    lines = [*cell_lines([100]), swept(result_line(100, machine=other), 2)]
    folder = write(tmp_path, lines)
    assert "come from 2 machines" in refused(folder) and "--pool-machines" in refused(folder)
    pooled = records.read(folder, pool_machines=True)
    assert pooled.pooled and "one: a processor" in pooled.pooling_note and "two: a processor" in pooled.pooling_note
    apart = records.read(write(tmp_path / "apart", [*cell_lines([100]), *cell_lines([100], backend="null", machine=other)]))
    assert not apart.pooled and apart.pooling_note == "" and len(apart.machines) == 2


def test_memory_and_kernel_do_not_make_another_machine(tmp_path: pathlib.Path) -> None:
    """They change with an update; the fingerprint does not."""
    updated = {**MACHINE, "kernel": "Linux 7", "memory_bytes": MACHINE["memory_bytes"] + 4096}
    assert len(records.read(write(tmp_path, [*cell_lines([100]), swept(result_line(100, machine=updated), 2)])).machines) == 1


def test_aa_pairs_and_axes(tmp_path: pathlib.Path) -> None:
    """The A/A cell is found by its twin's axes."""
    lines = [*cell_lines([100]), *cell_lines([50], backend="null"), *cell_lines([101], role="aa"), *cell_lines([5], executor="replay", backend="null", role="null")]
    data = records.read(write(tmp_path, lines))
    (cell, twin), = data.aa_pairs
    assert (cell.role, twin.role, cell.axes) == ("cell", "aa", twin.axes) and cell.cell != twin.cell
    assert data.varying_axes == ["backend"] and [found.first.ns_per_tx for found in data.select(backend="null")] == [50]
    assert twin.label(["backend"]) == "backend=mpt (A/A)" and data.null_cells[0].label() == "null x null"


def test_checked_in_results_are_read() -> None:
    """Lines of every age."""
    for file in sorted((SOURCES / "results").glob("*.jsonl")):
        for cell in records.read(file).measured:
            assert cell.first.tx_per_s == pytest.approx(cell.first.value("transactions_per_s"))
            assert cell.first.span_blocks_ns("total").sum() == pytest.approx(cell.first.total_ns)
