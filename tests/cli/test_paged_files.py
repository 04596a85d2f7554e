"""Damaged files under paged:store=file: one line that says so, or the state as it was; never another one.

The exception that block_log.hpp names: damage to the log's newest record looks like a write that was cut short, and costs
that one batch.
"""

import pathlib
import random
import re
import shutil

from cli_test import CliTest, Completed

SEED: int = 20261122
BACKEND: str = "paged:store=file,cache-pages=16,elide=1"  # so small a cache that a checkpoint comes every few batches
FLIPS: int = 24  # of each file
ABSENT: str = "f" * 64


class DamagedFiles(CliTest):
    """A folder with some checkpoints and some batches in the log; each test spoils a copy of it."""

    whole: pathlib.Path
    state: dict[str, str]
    states: list[dict[str, str]]  # after each batch
    roots: list[str]

    def setUp(self) -> None:
        super().setUp()
        self.random = random.Random(SEED)
        keys = [self.random.randbytes(32).hex() for _ in range(200)]
        state: dict[str, str] = {}
        self.states = []
        lines: list[str] = []
        for _ in range(12):
            for key in self.random.sample(keys, 50):
                if self.random.random() < 0.2:
                    state.pop(key, None)
                    lines.append(f"delete {key}")
                else:
                    state[key] = self.random.randbytes(40).hex()
                    lines.append(f"put {key} {state[key]}")
            lines.append("commit")
            self.states.append(dict(state))
        self.whole = self.folder / "whole"
        made = self.run_program(*self.root("whole"), stdin="\n".join(lines) + "\n")
        self.roots = self.assert_ok(made).splitlines()
        self.assertEqual(len(self.states), len(self.roots))

    def root(self, name: str, backend: str = BACKEND) -> list[str]:
        """The words that open this folder and go on with standard input."""
        return ["root", "--backend", backend, "--dir", name, "--durability", "block", "-"]

    def spoiled(self) -> pathlib.Path:
        """A fresh copy."""
        copy = self.folder / "copy"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(self.whole, copy)
        return copy

    def open_and_read(self) -> Completed:
        """Opens the copy and proves every key that any batch had."""
        keys = sorted({key for state in self.states for key in state}) + [ABSENT]
        proofs = [word for key in keys for word in ("--prove", key)]
        return self.run_program(*self.root("copy"), *proofs, stdin="")

    def found(self, result: Completed) -> int:
        """Which batch's state this is, root and values; fails where it is none's."""
        proved = re.findall(r"^proof of (\w+) against (\w+):", result.stdout, re.MULTILINE)
        verdicts = re.findall(r"^verifies: (absent|present, value 0x\w*)$", result.stdout, re.MULTILINE)
        self.assertEqual(len(proved), len(verdicts))
        batch = self.roots.index(proved[0][1])
        for (key, root), verdict in zip(proved, verdicts):
            value = self.states[batch].get(key)
            self.assertEqual("absent" if value is None else f"present, value 0x{value}", verdict)
            self.assertEqual(self.roots[batch], root)
        return batch

    def assert_refused_or_intact(self, batches_that_may_be_lost: int = 0) -> bool:
        """Whether it was refused."""
        result = self.open_and_read()
        if result.returncode != 0:
            self.assert_refused(result, "copy")
            return True
        self.assertGreaterEqual(self.found(result), len(self.roots) - 1 - batches_that_may_be_lost)
        return False

    def flip(self, file: pathlib.Path, at: int, most: int = 256) -> None:
        """One bit or more of this byte, all of them below `most`."""
        content = bytearray(file.read_bytes())
        content[at] ^= self.random.randrange(1, most)
        file.write_bytes(content)

    def used_bytes(self, name: str) -> list[int]:
        """Where the file is not zero: the rest is seldom looked at."""
        return [i for i, byte in enumerate((self.whole / name).read_bytes()) if byte != 0]

    def flip_everywhere(self, name: str, batches_that_may_be_lost: int) -> int:
        """Flips a byte here and there, a copy each; how many were refused."""
        refused = 0
        for at in self.random.sample(self.used_bytes(name), FLIPS):
            with self.subTest(file=name, at=at, seed=SEED):
                self.flip(self.spoiled() / name, at)
                refused += self.assert_refused_or_intact(batches_that_may_be_lost)
        return refused

    def test_copy_that_nobody_spoiled(self) -> None:
        self.spoiled()
        self.assertFalse(self.assert_refused_or_intact())

    def test_flipped_byte_of_the_data_file(self) -> None:
        self.assertGreater(self.flip_everywhere("data", 0), 0)

    def test_flipped_byte_of_the_log(self) -> None:
        self.flip_everywhere("log", 1)

    def test_flipped_byte_of_the_format_marker(self) -> None:
        for at in range(0, len((self.whole / "FORMAT").read_bytes()), 7):
            with self.subTest(at=at, seed=SEED):
                self.flip(self.spoiled() / "FORMAT", at, most=32)  # it stays text
                self.assert_refused(self.open_and_read(), "copy")

    def test_truncated_file(self) -> None:
        log_bytes = (self.whole / "log").stat().st_size
        last_used = self.used_bytes("data")[-1]
        for name, left in (*(("data", left) for left in (0, 100, 512, 4096, 8192, last_used // 2, last_used)),
                           *(("log", left) for left in (0, 100, 512, 4096, log_bytes // 2, log_bytes - 1))):
            with self.subTest(file=name, left=left):
                with open(self.spoiled() / name, "r+b") as file:
                    file.truncate(left)
                # The end of the data file may hold records of before the checkpoint, which no one reads.
                self.assertTrue(self.assert_refused_or_intact() or (name, left) == ("data", last_used))

    def test_missing_file(self) -> None:
        for name in ("data", "log", "FORMAT"):
            with self.subTest(file=name):
                (self.spoiled() / name).unlink()
                self.assert_refused(self.open_and_read(), "copy")

    def test_files_of_two_stores(self) -> None:
        other = self.folder / "other"
        self.assert_ok(self.run_program(*self.root("other"), stdin=f"put {1:064x} aa\ncommit\nput {1:064x} bb\ncommit\n"))
        for name in ("data", "log"):
            with self.subTest(file=name):
                shutil.copy(other / name, self.spoiled() / name)
                self.assert_refused(self.open_and_read(), "copy")

    def test_refused_folder_is_left_as_it_was(self) -> None:
        with open(self.spoiled() / "log", "r+b") as file:
            file.truncate(0)
        self.assert_refused(self.open_and_read(), "copy")
        shutil.copy(self.whole / "log", self.folder / "copy" / "log")
        self.assertFalse(self.assert_refused_or_intact())

    def test_folder_of_another_backend_or_format(self) -> None:
        for other in ("paged:store=lmdb", "paged:store=rocksdb", "paged:store=file,hash=sha256", "mpt:store=lmdb"):
            with self.subTest(other):
                self.spoiled()
                self.assert_refused(self.run_program(*self.root("copy", other), stdin="commit\n"), "copy", "store=file")
                self.assertFalse(self.assert_refused_or_intact())
        self.assert_ok(self.run_program(*self.root("theirs", "paged:store=lmdb"), stdin="commit\n"))
        self.assert_refused(self.run_program(*self.root("theirs"), stdin="commit\n"), "theirs", "store=lmdb")
