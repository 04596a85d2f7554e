"""Completion: the words that the program offers, and each shell with them, for real."""

import os
import pathlib
import pty
import select
import shutil
import subprocess
import time

from cli_test import PROGRAM, CliTest
from help_text import Help

BUILT: pathlib.Path = pathlib.Path(os.environ["COMMITBENCH_TEST_PLUGINS"])

# Typed, and what the shell makes of it: names, options, values, a path within a word, a flag, its value after '=', a subcommand of one.
CASES: list[tuple[str, str]] = [
    ("run --backend pa", "run --backend paged"),
    ("run --backend paged:st", "run --backend paged:store="),
    ("run --backend paged:store=fi", "run --backend paged:store=file"),
    ("run --backend paged:store=file,wit", "run --backend paged:store=file,witness="),
    ("run --backend=paged:st", "run --backend=paged:store="),
    ("run --workload trace:path=blo", "run --workload trace:path=blocks.rlp"),
    ("run --dura", "run --durability"),
    ("run --durability=bl", "run --durability=block"),
    ("trace wr", "trace write"),
    ("describe backend lt", "describe backend lthash"),
    ("merge fol", "merge folder/"),
]


class Words(CliTest):
    """What the shells ask the program."""

    def offered(self, *typed: str, **more: str) -> list[str]:
        """The words, without help."""
        return [line.split("\t")[0].rstrip() for line in self.assert_ok(self.run_program("complete", "commitbench", *typed, **more)).splitlines()]

    def test_every_subcommand_and_flag(self) -> None:
        told = Help(lambda *words: self.assert_ok(self.run_program(*words)))
        for command, flags in told.flags.items():
            words = command.split()
            self.assertLessEqual(set(told.inner[command]), set(self.offered(*words, "")), command)
            self.assertLessEqual(set(flags), set(self.offered(*words, "--")), command)
            for flag, value in flags.items():
                if "|" in value:
                    self.assertEqual(value.split("|"), self.offered(*words, flag, ""), flag)
                if value in ("DIR", "FILE"):
                    self.assertEqual([":folders" if value == "DIR" else ":files"], self.offered(*words, flag, ""), flag)

    def test_hidden_words_are_not_offered(self) -> None:
        self.assertNotIn("--report-to", self.offered("run", "--"))
        self.assertNotIn("complete", self.offered(""))

    def test_options_that_are_given_are_not_offered_again(self) -> None:
        self.assertIn("mpt:hash=", self.offered("run", "--backend", "mpt:"))
        self.assertNotIn("mpt:hash=blake3,hash=", self.offered("run", "--backend", "mpt:hash=blake3,"))

    def test_values(self) -> None:
        self.assertEqual(["mpt:lanes=off", "mpt:lanes=on"], self.offered("run", "--backend", "mpt:lanes="))
        self.assertEqual(["transfer:accounts=100k"], self.offered("run", "--workload", "transfer:accounts="), "the default shows how")
        self.assertIn("paged:elide=auto", self.offered("run", "--backend", "paged:elide="))

    def test_no_words_where_nothing_fits(self) -> None:
        for typed in (["rum", "--x"], ["run", "--backend", "nowhere:"], ["run", "--blocks", "1"], ["describe", "nothing", ""], ["list", "x"]):
            self.assertEqual([], self.offered(*typed), typed)

    def test_plan(self) -> None:
        self.assertIn("smoke", self.offered("sweep", "s"))

    def test_plug_ins(self) -> None:
        folder = self.folder / "plugins"
        folder.mkdir()
        shutil.copy(BUILT / "template.so", folder)
        self.assertEqual(["my-backend"], self.offered("run", "--backend", "my", COMMITBENCH_PLUGIN_PATH=str(folder)))
        self.assertEqual(["my-backend:most-keys="], self.offered("run", "--backend", "my-backend:", COMMITBENCH_PLUGIN_PATH=str(folder)))
        self.assertEqual([":files"], self.offered("run", "--backend", "./plu"))
        self.assertEqual(["plugins/template.so:most-keys="], self.offered("check-plugin", "plugins/template.so:"))

    def test_unknown_shell(self) -> None:
        self.assert_refused(self.run_program("completion", "bsh"), "did you mean 'bash'?")


class Shell(CliTest):
    """A shell, on a terminal of its own, in which the key is pressed."""

    name = ""

    def setUp(self) -> None:
        super().setUp()
        if shutil.which(self.name) is None:
            self.skipTest(f"there is no {self.name}")
        (self.folder / "bin").mkdir()
        (self.folder / "bin" / "commitbench").symlink_to(PROGRAM)
        (self.folder / "folder").mkdir()
        self.write("blocks.rlp", "")
        self.write("script", self.assert_ok(self.run_program("completion", self.name)))

    def shell_environment(self) -> dict[str, str]:
        """With the program on the path, and nobody's own settings."""
        path = f"{self.folder / 'bin'}:{os.environ['PATH']}"
        return {**self.environment(), "PATH": path, "TERM": "dumb", "HOME": str(self.folder), "ZDOTDIR": str(self.folder), "HISTFILE": ""}

    def on_terminal(self, command: list[str], setting: str) -> list[str]:
        """Of each case the words of the line after the key: they are taken by making the line the words of `echo`."""
        child, terminal = pty.fork()
        if child == 0:
            os.chdir(self.folder)
            os.execvpe(command[0], command, self.shell_environment())
        self.addCleanup(os.waitpid, child, 0)
        self.addCleanup(os.close, terminal)
        self.addCleanup(os.kill, child, 9)
        self.say(terminal, setting + "\n", "ready-now")
        lines = []
        for number, (typed, _) in enumerate(CASES):
            os.write(terminal, f"commitbench {typed}\t".encode())
            end = f"end-{number}"
            # To the line's end, then to its beginning.
            text = self.say(terminal, f"\005 {end}''x\001echo begin-{number}''x \n", f"{end}x")
            lines.append(" ".join(text.split(f"begin-{number}x commitbench ")[1].split(f"{end}x")[0].split()))
        return lines

    def say(self, terminal: int, text: str, until: str) -> str:
        """Types, and waits for this; all that came."""
        os.write(terminal, text.encode())
        came = ""
        deadline = time.monotonic() + 60
        while until not in came:
            ready, _, _ = select.select([terminal], [], [], deadline - time.monotonic())
            self.assertTrue(ready, f"waited too long for {until}:\n{came}")
            came += os.read(terminal, 65536).decode(errors="replace")
        return came


class Bash(Shell):
    """Where readline parts words at ':' and '='."""

    name = "bash"

    def test_on_a_terminal(self) -> None:
        lines = self.on_terminal(["bash", "--noprofile", "--norc", "-i"], "bind 'set enable-bracketed-paste off'; source ./script; echo ready-''now")
        self.assertEqual([after for _, after in CASES], lines)

    def test_where_words_are_not_parted(self) -> None:
        line = "commitbench run --backend paged:st"
        script = f"source ./script; COMP_WORDBREAKS=' '; COMP_LINE='{line}'; COMP_POINT={len(line)}; COMP_WORDS=({line}); _commitbench; echo \"${{COMPREPLY[@]}}\""
        done = subprocess.run(["bash", "-c", script], cwd=self.folder, env=self.shell_environment(), capture_output=True, text=True, check=True)
        self.assertEqual("paged:store=\n", done.stdout)


class Zsh(Shell):
    """With its own completion system."""

    name = "zsh"

    def test_on_a_terminal(self) -> None:
        lines = self.on_terminal(["zsh", "-f", "-i"], "unsetopt prompt_cr prompt_sp auto_remove_slash; unset zle_bracketed_paste; bindkey -e; "
                                 "autoload -U compinit; compinit -D -u; source ./script; echo ready-''now")
        self.assertEqual([after for _, after in CASES], lines)


class Fish(Shell):
    """Asked without a terminal, as fish allows."""

    name = "fish"

    def test_words(self) -> None:
        for typed, after in CASES:
            done = subprocess.run(["fish", "--no-config", "-c", f"source ./script; complete -C 'commitbench {typed}'"], cwd=self.folder,
                                  env=self.shell_environment(), capture_output=True, text=True, check=True)
            words = [line.split("\t")[0] for line in done.stdout.splitlines()]
            self.assertEqual([after.split()[-1]], words, typed)
