"""A full disk: one line, exit code 2, and what was committed stays readable. Needs to mount a small tmpfs."""

import os
import pathlib
import subprocess
import unittest

from cli_test import CliTest

MEGABYTES: int = 8


class FullDisk(CliTest):
    """A file system of a few megabytes."""

    disk: pathlib.Path

    def setUp(self) -> None:
        super().setUp()
        self.disk = self.folder / "disk"
        self.disk.mkdir()
        if os.geteuid() != 0:
            raise unittest.SkipTest("only root may mount a file system to fill")
        mount = ["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m", "tmpfs", str(self.disk)]
        if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
            raise unittest.SkipTest("this system lets no file system be mounted")
        self.addCleanup(subprocess.run, ["umount", "-l", str(self.disk)], check=False)

    def test_run_says_so(self) -> None:
        for store in ("lmdb", "rocksdb"):
            with self.subTest(store):
                self.assert_refused(
                    self.run_program("run", "--quiet", "--workload", "transfer:accounts=200k", "--backend", f"mpt:store={store}",
                                     "--blocks", "2", "--dir", str(self.disk / store)),
                    "o space left",
                )
                self.assertEqual([], self.result_lines())

    def test_committed_batches_stay_readable(self) -> None:
        for store in ("lmdb", "rocksdb"):
            with self.subTest(store):
                words = ["root", "--backend", f"mpt:secure=off,store={store}", "--dir", str(self.disk / store), "-"]
                batches = "".join(f"put {i:08x} {'ab' * 100_000}\ncommit\n" for i in range(1000))
                refused = self.run_program(*words, stdin=batches)
                self.assert_refused(refused, "o space left")
                roots = refused.stdout.splitlines()
                self.assertGreater(len(roots), 1)
                # A file next to the database frees nothing for it: the disk stays full while it is read.
                again = self.run_program("root", "--backend", f"mpt:secure=off,store={store}", "--dir", str(self.disk / store),
                                         "--prove", "00000000", "-", stdin="")
                self.assertIn(f"proof of 00000000 against {roots[-1]}", self.assert_ok(again))
                self.assertIn("verifies: present", again.stdout)
                for file in (self.disk / store).rglob("*"):
                    if file.is_file():
                        file.unlink()

    def test_results_folder(self) -> None:
        (self.disk / "ballast").write_bytes(b"\0" * (MEGABYTES << 20))
        self.assert_refused(
            self.run_program("run", "--quiet", "--workload", "transfer:accounts=1k", "--backend", "null", "--blocks", "2",
                             "--results", str(self.disk)),
            str(self.disk),
        )
