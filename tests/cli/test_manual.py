"""The manual page: whole, and without a mistake that the formatter sees."""

import pathlib
import re
import shutil
import subprocess

from cli_test import CliTest
from help_text import ANALYSIS, Help

SOURCES: pathlib.Path = pathlib.Path(__file__).resolve().parents[2]


class Manual(CliTest):
    """`commitbench man`."""

    def formatted(self) -> tuple[str, str]:
        """The page as read on a terminal, each line unwrapped to a space; and what the formatter warns of."""
        if shutil.which("groff") is None:
            self.skipTest("there is no groff to format the page with")
        page = self.assert_ok(self.run_program("man"))
        done = subprocess.run(["groff", "-ww", "-man", "-Tascii", "-P-cbou", "-rHY=0"], input=page, capture_output=True, text=True, check=True)
        return " ".join(done.stdout.split()), done.stderr

    def test_formatter_has_nothing_to_warn_of(self) -> None:
        text, warnings = self.formatted()
        self.assertEqual("", warnings)
        for heading in ("NAME commitbench - measures", "SYNOPSIS", "OPTIONS", "COMMANDS", "COMPONENTS", "ENVIRONMENT", "EXIT STATUS"):
            self.assertIn(heading, text)

    def test_every_subcommand_and_flag_is_in_it(self) -> None:
        text, _ = self.formatted()
        sections = re.split(r" (?=commitbench (?:[a-z-]+ )+?\[OPTIONS\] |commitbench [a-z-]+ WORDS)", text.split(" COMMANDS ", 1)[1].split(" COMPONENTS ")[0])
        told = Help(lambda *words: self.assert_ok(self.run_program(*words)))
        self.assertGreater(len(told.flags["run"]), 15)
        for command, flags in told.flags.items():
            if told.inner[command]:
                continue
            found = [section for section in sections if section.startswith(f"commitbench {command} [OPTIONS]")]
            self.assertEqual(1, len(found), command)
            for flag, value in flags.items():
                self.assertIn(f" {flag} {value}".rstrip(), found[0], command)
        for command in ANALYSIS:
            self.assertIn(f"commitbench {command} --help lists them", text)
        for flag in told.flags[""]:
            self.assertIn(flag, text.split(" OPTIONS ", 1)[1].split(" COMMANDS ")[0])

    def test_hidden_words_are_not_in_it(self) -> None:
        text, _ = self.formatted()
        for hidden in ("--report-to", "commitbench complete "):
            self.assertNotIn(hidden, text)

    def test_every_component_and_option_is_in_it(self) -> None:
        text, _ = self.formatted()
        text = text.split(" COMPONENTS ", 1)[1]
        kind = ""
        for line in self.assert_ok(self.run_program("list")).splitlines():
            if found := re.match(r"(workload|executor|backend)s: ", line):
                kind = found.group(1)
            elif found := re.match(r"  ([a-z0-9-]+) {2,}(.+)", line):
                part = text.split(f" {found.group(1)} {' '.join(found.group(2).split())}", 1)
                self.assertEqual(2, len(part), line)
                table = self.assert_ok(self.run_program("describe", kind, found.group(1)))
                at = 0
                for option in re.findall(r"(?m)^  ([a-z0-9-]+) ", table)[1:]:
                    at = part[1].find(f" {option}=", at)
                    self.assertGreaterEqual(at, 0, f"{kind} {found.group(1)}: {option}, in the order of the table")

    def test_every_variable_of_the_environment_is_in_it(self) -> None:
        text, _ = self.formatted()
        names = set()
        for source in (SOURCES / "harness" / "cli").glob("*.cpp"):
            names |= set(re.findall(r'getenv\("(\w+)"\)', source.read_text()))
        self.assertIn("COMMITBENCH_SHARE", names)
        for name in names | {"COMMITBENCH_PLUGIN_PATH"}:
            self.assertIn(name, text.split(" ENVIRONMENT ", 1)[1])
