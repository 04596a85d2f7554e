"""A full disk: one line, exit code 2, and what was committed stays readable. Needs to mount a small tmpfs."""

import os
import pathlib
import shutil
import subprocess
import unittest

from cli_test import CliTest

MEGABYTES: int = 48  # RocksDB alone sets several aside for its log and its manifest

# The store's own words for it.
FULL: str = r"is full|No space left"


class FullDisk(CliTest):
    """A file system of a few megabytes."""

    disk: pathlib.Path

    def setUp(self) -> None:
        super().setUp()
        self.disk = self.folder / "disk"
        self.disk.mkdir()
        if os.geteuid() != 0:
            raise unittest.SkipTest("only root may mount a file system to fill")
        if not self.mount(f"size={MEGABYTES}m"):
            raise unittest.SkipTest("this system lets no file system be mounted")
        self.addCleanup(subprocess.run, ["umount", "-l", str(self.disk)], check=False)

    def mount(self, options: str) -> bool:
        """Mounts it, or changes how it is mounted; whether that worked."""
        words = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(self.disk)]
        return subprocess.run(words, capture_output=True, check=False).returncode == 0

    def make_room(self) -> None:
        """As someone who frees space: RocksDB writes when it opens what was not closed."""
        self.assertTrue(self.mount(f"remount,size={4 * MEGABYTES}m"))

    def test_run_says_so(self) -> None:
        for store in ("lmdb", "rocksdb"):
            with self.subTest(store):
                cell = ["--workload", "transfer:accounts=300k,block-size=100", "--backend", f"mpt:store={store}", "--blocks", "2"]
                refused = self.run_program("run", "--quiet", *cell, "--dir", str(self.disk / store))
                self.assertRegex(self.assert_refused(refused), FULL)
                self.assertEqual([], self.result_lines())

    def test_committed_batches_stay_readable(self) -> None:
        for store in ("lmdb", "rocksdb"):
            with self.subTest(store):
                words = ["root", "--backend", f"mpt:secure=off,store={store}", "--dir", str(self.disk / store), "-"]
                batches = "".join(f"put {i:08x} {f'{i:08x}' * 25_000}\ncommit\n" for i in range(1000))
                refused = self.run_program(*words, stdin=batches)
                self.assertRegex(self.assert_refused(refused), FULL)
                roots = refused.stdout.splitlines()
                self.assertGreater(len(roots), 1)
                self.make_room()
                again = self.run_program(*words, "--prove", "00000000", stdin="")
                self.assertIn(f"proof of 00000000 against {roots[-1]}", self.assert_ok(again))
                self.assertIn("verifies: present", again.stdout)
                shutil.rmtree(self.disk / store)
                self.assertTrue(self.mount(f"remount,size={MEGABYTES}m"))

    def test_results_folder(self) -> None:
        (self.disk / "ballast").write_bytes(b"\0" * (MEGABYTES << 20))
        self.assert_refused(
            self.run_program("run", "--quiet", "--workload", "transfer:accounts=1k", "--backend", "null", "--blocks", "2",
                             "--results", str(self.disk)),
            str(self.disk),
        )
