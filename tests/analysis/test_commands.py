"""compare, interval and aa as a user calls them."""

import json
import os
import pathlib
import pty
import subprocess
import sys

import pytest
from made_results import MACHINE, Line, cell_lines, result_line, write

from analysis.__main__ import COMMANDS, main

SCRIPTS = pathlib.Path(__file__).resolve().parents[2] / "scripts"
NULL_SHARES = {"execute": 0.5, "stage": 0.5, "merkleize": 0.0, "persist": 0.0}
STEPS = [1 + 0.0005 * step for step in (3, -2, 4, 1, -5, 0, 2, -3, 5, -1)]


def sweep(slow: float = 1.0, twin: float = 1.0, null: float = 5, machine: Line | None = None) -> list[Line]:
    """Two cells of ten runs, the second `slow` times as long; its A/A cell and a null cell, half of which the null backend takes."""
    return [
        *cell_lines([100 * step for step in STEPS], backend="flat", machine=machine),
        *cell_lines([1000 * slow * step for step in reversed(STEPS)], machine=machine),
        *cell_lines([1000 * slow * twin * step for step in STEPS], role="aa", machine=machine),
        *cell_lines([null] * 10, executor="replay", backend="null", role="null", machine=machine, shares=NULL_SHARES),
    ]


def test_compare_finds_what_differs(tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    """5 % slower in one of two cells; the other is the same; exit code 1; no colour when not a terminal."""
    a, b = str(write(tmp_path / "a", sweep())), str(write(tmp_path / "b", sweep(slow=1.05)))
    assert main(["compare", a, b]) == 1
    out = capsys.readouterr().out
    assert "1 slower, 1 no difference shown" in out and "-4.8 %" in out and "\033" not in out
    assert main(["compare", b, a]) == 1 and "1 faster" in capsys.readouterr().out
    assert main(["compare", a, b, "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert [cell["verdict"] for cell in found["cells"]] == ["no difference shown", "slower"]
    assert found["exit_code"] == 1 and found["cells"][1]["ratio"]["high"] < 0.99


def test_compare_same_and_unusable(tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    """0 where nothing differs; 2 where cells have few runs, are in one set alone, or there is nothing in common."""
    a, b = str(write(tmp_path / "a", sweep())), str(write(tmp_path / "b", sweep(slow=1.001)))
    assert main(["compare", a, b]) == 0
    few = str(write(tmp_path / "few", [line for line in sweep(slow=2) if line["sweep"]["repetition"] <= 5]))
    assert main(["compare", a, few]) == 2 and "6 and more give an interval" in capsys.readouterr().out
    part = str(write(tmp_path / "part", [line for line in sweep() if "flat" in line["sweep"]["axes"]["backend"]]))
    assert main(["compare", a, part]) == 2 and "only in A" in capsys.readouterr().out
    alone = str(write(tmp_path / "alone", [result_line(5)]))
    assert main(["compare", a, alone]) == 2
    assert "have no cell in common" in capsys.readouterr().err
    assert main(["compare", a, a]) == 2 and "the same file" in capsys.readouterr().err


def test_compare_respects_noise_and_harness(tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A floor above the difference; a harness of 6 % of a cell."""
    a = str(write(tmp_path / "a", sweep()))
    assert main(["compare", a, str(write(tmp_path / "noisy", sweep(slow=1.05, twin=1.06)))]) == 0
    assert "floor 6.0 %" in capsys.readouterr().out
    assert main(["compare", a, str(write(tmp_path / "heavy", sweep(slow=1.05, null=12)))]) == 1
    out = capsys.readouterr().out
    assert "the harness is 6.0 % of this cell's time" in out and "1 no verdict" in out


def test_compare_two_machines(tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two machines, one in each set, are compared and named; within one set they are refused, or pooled and said so."""
    other = {**MACHINE, "host": "two"}
    a, b = str(write(tmp_path / "a", sweep())), str(write(tmp_path / "b", sweep(machine=other)))
    assert main(["compare", a, b]) == 0
    assert "machine differs: one: a processor" in capsys.readouterr().out
    mixed = str(write(tmp_path / "mixed", sweep()[:5] + sweep(machine=other)[5:]))
    assert main(["compare", a, mixed]) == 2 and "--pool-machines" in capsys.readouterr().err
    assert main(["compare", a, mixed, "--pool-machines"]) == 0 and "pooled: runs of 2 machines" in capsys.readouterr().out


def test_flags_are_shown(tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Drift and outliers are said and stay in."""
    lines = sweep()
    lines[10:12] = cell_lines([2000], drift=0.2) + cell_lines([1000, 1000], drift=0.2)[1:]
    assert main(["compare", str(write(tmp_path / "a", sweep())), str(write(tmp_path / "b", lines))]) == 0
    out = capsys.readouterr().out
    assert "2 of 10 runs not steady" in out and "1 outlier (repetition 1)" in out


@pytest.mark.parametrize(("no_color", "coloured"), [("", True), ("1", False)])
def test_colour_is_direction(tmp_path: pathlib.Path, no_color: str, coloured: bool) -> None:
    """Red slower, green faster, on a terminal without NO_COLOR."""
    a, b = write(tmp_path / "a", sweep()), write(tmp_path / "b", sweep(slow=1.05))
    for words, code in (([a, b], "\033[31mslower"), ([b, a], "\033[32mfaster")):
        ours, theirs = pty.openpty()
        with subprocess.Popen([sys.executable, "-B", "-m", "analysis", "compare", *words], stdout=theirs,
                              env={**os.environ, "PYTHONPATH": str(SCRIPTS), "NO_COLOR": no_color}) as process:
            os.close(theirs)
            out = b""
            while True:
                try:
                    piece = os.read(ours, 65536)
                except OSError:  # Linux: the other end is closed
                    break
                out += piece
        os.close(ours)
        assert process.returncode == 1
        assert (code in out.decode()) == coloured


def test_interval(tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What a sweep asks after each repetition."""
    folder = str(write(tmp_path, [*cell_lines([1000 * step for step in STEPS]), *cell_lines([7, 7, 7], backend="null")]))
    assert main(["interval", folder, "--json"]) == 0
    many, few = json.loads(capsys.readouterr().out)["cells"].values()
    assert many["n"] == 10 and 0.1 < many["half_width_percent"] < 0.5 and many["median_tx_per_s"] == pytest.approx(1e6, rel=0.01)
    assert (few["n"], few["half_width_percent"]) == (3, None)
    assert main(["interval", folder]) == 0 and "n = 10" in capsys.readouterr().out


def test_aa(tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The floor, and whether the pair itself would be called different."""
    assert main(["aa", str(write(tmp_path / "quiet", sweep()))]) == 0 and "floor 1.0 %" in capsys.readouterr().out
    noisy = str(write(tmp_path / "noisy", sweep(twin=1.03)))
    assert main(["aa", noisy]) == 1 and "slower" in capsys.readouterr().out
    assert main(["aa", noisy, "--json"]) == 1 and json.loads(capsys.readouterr().out)["floor"] == pytest.approx(0.03, abs=0.002)
    assert main(["aa", str(write(tmp_path / "none", cell_lines([1])))]) == 2 and "has no A/A cell" in capsys.readouterr().err


def test_wrong_words_are_one_line(tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2, the program's name first."""
    for words in (["no-such"], ["compare", "a"], ["compare", str(tmp_path), str(tmp_path), "--jason"], ["interval", str(tmp_path / "nowhere")]):
        assert main(words) == 2
        err = capsys.readouterr().err
        assert err.startswith("commitbench: ") and err.count("\n") == 1
    for words, code in (([], 2), (["--help"], 0)):
        assert main(words) == code
        out = capsys.readouterr().out
        assert all(f"  {name} " in out for name in COMMANDS)


def test_missing_packages_are_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """With the command that installs them."""
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert main(["compare", "a", "b"]) == 2
    assert "apt-get install python3-numpy python3-scipy" in capsys.readouterr().err
