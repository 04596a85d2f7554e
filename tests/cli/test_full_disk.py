"""A full disk: one line, exit code 2, and what was committed stays readable. Needs to mount a small tmpfs."""

import pathlib
import shutil

from cli_test import CliTest
from small_disk import SmallDisk

MEGABYTES: int = 24  # RocksDB alone sets several aside for its log and its manifest

BACKENDS: tuple[str, ...] = ("mpt:store=lmdb", "mpt:store=rocksdb", "paged:store=file", "paged:store=file,cache-pages=64",
                             "paged:store=lmdb", "paged:store=rocksdb")

# The store's own words for it.
FULL: str = r"is full|No space left"


class FullDisk(CliTest):
    """A file system of a few megabytes."""

    disk: pathlib.Path

    def setUp(self) -> None:
        super().setUp()
        self.small = SmallDisk(self, MEGABYTES)
        self.disk = self.small.path

    def make_room(self) -> None:
        """As someone who frees space: RocksDB writes when it opens what was not closed."""
        self.assertTrue(self.small.mount(f"remount,size={4 * MEGABYTES}m"))

    def test_run_says_so(self) -> None:
        for backend in BACKENDS:
            with self.subTest(backend):
                cell = ["--workload", "transfer:accounts=150k,block-size=100", "--backend", backend, "--blocks", "2"]
                refused = self.run_program("run", "--quiet", *cell, "--dir", str(self.disk / "db"))
                self.assertRegex(self.assert_refused(refused), FULL)
                self.assertEqual([], self.result_lines())
                shutil.rmtree(self.disk / "db")

    def test_committed_batches_stay_readable(self) -> None:
        for backend in BACKENDS:
            with self.subTest(backend):
                words = ["root", "--backend", backend, "--dir", str(self.disk / "db"), "-"]
                batches = [f"put {i:064x} {f'{i:08x}' * 25_000}\ncommit\n" for i in range(500)]
                refused = self.run_program(*words, stdin="".join(batches))
                self.assertRegex(self.assert_refused(refused), FULL)
                roots = refused.stdout.splitlines()
                self.assertGreater(len(roots), 1)
                self.make_room()
                again = self.run_program(*words, "--prove", f"{0:064x}", stdin="")
                # Where the disk was full after the log had the next batch and before a checkpoint had, it is kept too.
                in_memory = self.run_program("root", "--backend", backend.split(":")[0] + ":store=memory", "-",
                                             stdin="".join(batches[: len(roots) + 1]))
                expected = self.assert_ok(in_memory).splitlines()
                self.assertEqual(expected[:-1], roots)
                self.assertRegex(self.assert_ok(again), f"proof of {0:064x} against ({expected[-2]}|{expected[-1]})")
                self.assertIn("verifies: present", again.stdout)
                shutil.rmtree(self.disk / "db")
                self.assertTrue(self.small.mount(f"remount,size={MEGABYTES}m"))

    def test_results_folder(self) -> None:
        (self.disk / "ballast").write_bytes(b"\0" * (MEGABYTES << 20))
        self.assert_refused(
            self.run_program("run", "--quiet", "--workload", "transfer:accounts=1k", "--backend", "null", "--blocks", "2",
                             "--results", str(self.disk)),
            str(self.disk),
        )
