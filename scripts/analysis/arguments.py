"""The command line of every command here: options that several have, and errors as one line."""

import argparse
import pathlib
from typing import NoReturn

from .errors import AnalysisError


class Parser(argparse.ArgumentParser):
    """argparse, but a wrong word is an AnalysisError of one line."""

    def __init__(self, command: str, description: str, epilog: str = "") -> None:
        super().__init__(prog=f"commitbench {command}", description=description, epilog=epilog, formatter_class=argparse.RawDescriptionHelpFormatter)
        self.command = command

    def error(self, message: str) -> NoReturn:
        """Instead of the usage on stderr."""
        raise AnalysisError(f"{self.command}: {message}; 'commitbench {self.command} --help' explains the words")

    def add_results(self, name: str, meaning: str, *, several: bool = False) -> None:
        """A folder of results or its runs.jsonl."""
        if several:
            self.add_argument(name, type=pathlib.Path, nargs="+", metavar=name.upper(), help=meaning)
        else:
            self.add_argument(name, type=pathlib.Path, metavar=name.upper(), help=meaning)

    def add_pool_machines(self) -> None:
        """The explicit permission to put runs of several machines into one interval."""
        self.add_argument("--pool-machines", action="store_true", help="let one interval hold runs of several machines; the output says so")

    def add_json(self) -> None:
        """Output for programs."""
        self.add_argument("--json", action="store_true", help="print JSON instead of text")
