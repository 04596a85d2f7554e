"""`commitbench plot`: the figures as files."""

import argparse
import pathlib
from collections.abc import Sequence

from . import records
from .errors import EXIT_SAME, AnalysisError
from .plots import FIGURES


def main(arguments: Sequence[str]) -> int:
    """`commitbench plot DIR... --out FOLDER`."""
    parser = argparse.ArgumentParser(prog="commitbench plot", description="Figures from result folders, each as PNG and SVG.")
    parser.add_argument("folders", nargs="+", type=pathlib.Path, metavar="DIR", help="a folder with runs.jsonl, or the file")
    parser.add_argument("--out", type=pathlib.Path, metavar="FOLDER", help="gets the figures (default: figures in the first folder)")
    parser.add_argument("--only", action="append", choices=list(FIGURES), help="this figure; may be repeated")
    parser.add_argument("--pool-machines", action="store_true", help="put runs of several machines into one interval, and say so")
    given = parser.parse_args(arguments)
    data = records.read(given.folders, pool_machines=given.pool_machines)
    out = given.out or data.files[0].parent / "figures"
    drawn = 0
    for name in given.only or FIGURES:
        figure = FIGURES[name](data)
        if figure is None:
            print(f"{name}: these runs have nothing to show for it")
            continue
        try:
            written = figure.save(out)
        except OSError as error:
            raise AnalysisError(f"{out}: cannot be written: {error.strerror}") from error
        figure.close()
        drawn += 1
        print(f"{name}: {' '.join(str(path) for path in written)}")
    if drawn == 0:
        raise AnalysisError("no figure can be drawn from these runs: `commitbench plot --help` names the figures, their sources say what each needs")
    return EXIT_SAME
