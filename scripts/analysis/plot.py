"""`commitbench plot`: the figures as files."""

import pathlib
from collections.abc import Sequence

from . import records
from .arguments import Parser
from .errors import EXIT_SAME, AnalysisError
from .plots import FIGURES


def main(arguments: Sequence[str]) -> int:
    """`commitbench plot DIR... --out FOLDER`."""
    parser = Parser("plot", "Figures from result folders, each as PNG and SVG.", "figures: " + ", ".join(FIGURES))
    parser.add_results("folders", "folders with a runs.jsonl, or the files", several=True)
    parser.add_argument("--out", type=pathlib.Path, metavar="FOLDER", help="gets the figures (default: figures in the first folder)")
    parser.add_argument("--only", action="append", choices=list(FIGURES), metavar="FIGURE", help="this figure; may be repeated")
    parser.add_pool_machines()
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
