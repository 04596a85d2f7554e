"""What --help says of the command line, for tests of what is made from the same definition in other ways."""

import re
from collections.abc import Callable

# Read by the analysis and not by the program.
ANALYSIS: set[str] = {"compare", "aa", "plot", "report", "claim"}


class Help:
    """All subcommands, inner ones as "trace info", with their flags: name -> the word for its value, "" where it takes none."""

    def __init__(self, read: Callable[..., str]) -> None:
        """`read`: runs the program with these words and gives its output."""
        self.flags: dict[str, dict[str, str]] = {}
        self.inner: dict[str, list[str]] = {}
        waiting = [""]
        while waiting:
            command = waiting.pop()
            text = read(*command.split(), "--help")
            self.flags[command] = {
                name: re.sub(r"=.*", "", value or "").strip()
                for name, value in re.findall(r"(?m)^  (?:-\w,)?(--[a-z-]+)(?:\{\w+\})?(?: (\S+))?(?: \.\.\.)?(?:  |$)", text)
            }
            names = re.findall(r"(?m)^  ([a-z-]+) ", text.split("\nSubcommands:\n")[1]) if "\nSubcommands:\n" in text else []
            self.inner[command] = names
            waiting += [f"{command} {name}".strip() for name in names if name not in ANALYSIS]
