"""The installed package: the program runs from its prefix, and each template is built against it alone, by the commands of its own README."""

import json
import os
import pathlib
import re
import shutil
import subprocess

from cli_test import CliTest

# Made once for all of these (CMakeLists.txt).
PREFIX: pathlib.Path = pathlib.Path(os.environ["COMMITBENCH_INSTALLED"])
OLDEST_RUST: tuple[int, int] = (1, 77)

# The templates commit to the state in one way, so one root, of the last of these blocks, stands for all of them.
BLOCKS: tuple[str, ...] = ("run", "--quiet", "--workload", "kv:items=500,block-size=50", "--blocks", "3", "--backend")
ROOT: str = "665b902dbc92adf6f325955dce7ca70c5fc757f9fb374485ae758f72c167c69d"


class Installed(CliTest):
    """In a prefix of its own."""

    def command(self, *words: str, code: int = 0) -> str:
        """Must end with this code; its output."""
        done = subprocess.run(words, cwd=self.folder, env=self.environment(), capture_output=True, text=True, timeout=300, check=False)
        self.assertEqual(code, done.returncode, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def installed(self, *words: str, code: int = 0) -> str:
        """What the installed program says."""
        return self.command(str(PREFIX / "bin" / "commitbench"), *words, code=code)

    def follow_readme(self, language: str) -> str:
        """The first commands of a template's README, literally, with this prefix, in a folder that is empty; what they print."""
        readme = (PREFIX / "share" / "commitbench" / "template" / language / "README.md").read_text()
        found = re.search(r"```\nPREFIX=/usr\n(.*?)```", readme, re.DOTALL)
        assert found is not None
        return self.command("bash", "-euxc", f"PREFIX={PREFIX}\n{found.group(1)}")

    def check_template(self, language: str, library: str) -> None:
        """Built, checked, run: all of it right."""
        text = self.follow_readme(language)
        self.assertRegex(text, "100% tests passed" if language == "cpp" else r"\n1[0-9] passed, 0 failed, ")
        self.assertIn("most-keys", text, "describe")
        line = json.loads(self.result_lines()[-1])
        self.assertEqual("valid", line["ledger"]["verdict"])
        self.assertIn(str((self.folder / library).resolve()), line["backend"]["facts"]["plugin"]["value"])
        self.installed(*BLOCKS, f"./{library}")
        self.assertEqual(ROOT, json.loads(self.result_lines()[-1])["blocks"][-1]["root"])
        self.assertIn("most-keys", self.installed(*BLOCKS, f"./{library}:most-keys=2", code=2))

    def test_program_finds_what_it_brings(self) -> None:
        self.assertIn("smoke", self.installed("sweep", "--list"))

    def test_template_in_cpp(self) -> None:
        self.check_template("cpp", "build/my_backend.so")

    def test_template_in_c(self) -> None:
        self.check_template("c", "my_backend.so")

    def test_c_template_says_where_commitbench_is_missing(self) -> None:
        shutil.copytree(PREFIX / "share" / "commitbench" / "template" / "c", self.folder / "c")
        text = self.command("make", "-C", "c", "PKG_CONFIG_PATH=/nowhere", code=2)
        self.assertIn("make PKG_CONFIG_PATH=PREFIX/share/pkgconfig", text)

    def test_template_in_rust(self) -> None:
        if shutil.which("cargo") is None or shutil.which("rustc") is None:
            self.skipTest("there is no cargo: the template in Rust is not built")
        version = self.command("rustc", "--version")
        found = re.match(r"rustc (\d+)\.(\d+)", version)
        assert found is not None, version
        if (int(found.group(1)), int(found.group(2))) < OLDEST_RUST:
            self.skipTest(f"{version.strip()} is older than what the template in Rust needs")
        self.check_template("rust", "target/release/libmy_backend.so")
