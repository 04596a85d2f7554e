"""The commands of this package: `python3 -m analysis COMMAND ...`, or `commitbench COMMAND ...` for those that it knows."""

import dataclasses
import importlib
import importlib.util
import os
import sys
from collections.abc import Mapping

from .errors import EXIT_UNUSABLE, AnalysisError


@dataclasses.dataclass(frozen=True)
class Command:
    """A module of this package with a main(arguments) -> exit code, imported only when it is called; the Debian packages it stands on."""

    module: str
    summary: str
    packages: tuple[str, ...] = ("numpy", "scipy")


COMMANDS: Mapping[str, Command] = {
    "aa": Command("aa", "the noise floor that the A/A cells of a sweep show"),
    "claim": Command("claims.command", "measures the claims K1 to K6 and says whether each holds here", ("numpy", "scipy", "matplotlib")),
    "compare": Command("compare", "one result set against another, cell by cell"),
    "interval": Command("interval", "how well each cell of a sweep is known so far"),
    "plot": Command("plot", "the figures of result folders, as PNG and SVG", ("numpy", "scipy", "matplotlib")),
    "published": Command("published_shapes", "shapes that others have published, beside what is measured here"),
    "report": Command("report", "one HTML file from result folders: verdicts, figures, numbers", ("numpy", "scipy", "matplotlib")),
    "side-by-side": Command("side_by_side", "our trees beside the real ones that they imitate"),
}


def _usage() -> str:
    lines = [f"  {name:<14}{command.summary}" for name, command in COMMANDS.items()]
    return "\n".join(["usage: python3 -m analysis COMMAND [WORDS...]; COMMAND --help explains its words", "", *lines])


def _load(name: str) -> object:
    command = COMMANDS[name]
    missing = [package for package in command.packages if importlib.util.find_spec(package) is None]
    if missing:
        wanted = " ".join(f"python3-{package}" for package in missing)
        raise AnalysisError(f"{name}: {sys.executable} has no {' and no '.join(missing)}: apt-get install {wanted}, or name another Python in COMMITBENCH_PYTHON")
    return importlib.import_module(f".{command.module}", __package__)


def main(words: list[str]) -> int:
    """Runs one command; its exit code."""
    if not words or words[0] in ("-h", "--help"):
        print(_usage())
        return 0 if words else EXIT_UNUSABLE
    try:
        if words[0] not in COMMANDS:
            raise AnalysisError(f"no command is called '{words[0]}': choose from {', '.join(COMMANDS)}")
        code: int = getattr(_load(words[0]), "main")(words[1:])
        sys.stdout.flush()
        return code
    except AnalysisError as error:
        print("commitbench: " + " ".join(str(error).split()), file=sys.stderr)
        return EXIT_UNUSABLE
    except BrokenPipeError:  # as `| head` does: nobody is left to read
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_UNUSABLE
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
