"""The installed package: the program runs from its prefix, and the template is built against it alone."""

import json
import os
import pathlib
import shutil
import subprocess

from cli_test import CliTest

BUILD: str = os.environ["COMMITBENCH_BUILD"]


class Installed(CliTest):
    """In a prefix of its own."""

    def command(self, *words: str) -> str:
        """Must end well; its output."""
        done = subprocess.run(words, cwd=self.folder, env=self.environment(), capture_output=True, text=True, timeout=300, check=False)
        self.assertEqual(0, done.returncode, done.stdout + done.stderr)
        return done.stdout

    def test_template_is_built_and_run_against_it(self) -> None:
        prefix = self.folder / "prefix"
        self.command("cmake", "--install", BUILD, "--prefix", str(prefix))
        program = str(prefix / "bin" / "commitbench")
        self.assertIn("smoke", self.command(program, "sweep", "--list"), "plans are found beside the program")
        mine = self.folder / "mine"
        shutil.copytree(prefix / "share" / "commitbench" / "template", mine)
        self.command("cmake", "-S", str(mine), "-B", str(mine / "build"), f"-DCMAKE_PREFIX_PATH={prefix}")
        self.command("cmake", "--build", str(mine / "build"))
        self.command("ctest", "--test-dir", str(mine / "build"), "--output-on-failure")
        plugin = str(mine / "build" / "my_backend.so")
        self.command(program, "run", "--quiet", "--workload", "kv:items=500,block-size=50", "--blocks", "3", "--backend", plugin)
        line = json.loads(self.result_lines()[-1])
        self.assertEqual("valid", line["ledger"]["verdict"])
        self.assertIn(str(pathlib.Path(plugin).resolve()), line["backend"]["facts"]["plugin"]["value"])
        self.assertIn("most-keys", self.command(program, "describe", "backend", plugin))
        flags = self.command("env", f"PKG_CONFIG_PATH={prefix}/lib/pkgconfig:{prefix}/lib/x86_64-linux-gnu/pkgconfig", "pkg-config", "--cflags", "commitbench")
        self.assertIn("include", flags)
