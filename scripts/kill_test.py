#!/usr/bin/env python3
"""Kills `commitbench root` with SIGKILL in the midst of batches, and demands that its folder is whole.

After each kill another process opens the folder. Its root and values must be those of the last batch whose root was
printed or, where the kill fell inside the one after it, of that one; then the work goes on from there in the same folder.
What the roots must be is said by a second process that applies the same batches in memory and is never killed.

What a process gave to the kernel outlives it, so every durability must hold (some processes sync no block), and this says
nothing about a power cut.
"""

import argparse
import contextlib
import dataclasses
import pathlib
import random
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from typing import IO, Optional

DEFAULT_PROGRAM: pathlib.Path = pathlib.Path(__file__).resolve().parents[1] / "build/release/commitbench"

# What is killed, and its share of the kills. A cache of 64 pages writes a checkpoint every other batch; one as large as the
# state lives on its log.
DEFAULT_BACKENDS: dict[str, int] = {
    "paged:store=file": 3,
    "paged:store=file,cache-pages=64": 3,
    "paged:store=file,cache-pages=64,elide=1": 3,
    "paged:store=file,cache-pages=64,elide=16": 3,
    "paged:store=file,cache-pages=64,io=threads": 3,
    "paged:store=lmdb": 1,
    "paged:store=rocksdb": 1,
}

KEYS: int = 4000  # that the batches choose from, so that most of them overwrite or delete
KILLS_A_FOLDER: int = 50  # then it begins with an empty one, so that making the files is hit as well
BATCHES_AHEAD: int = 40  # of the process that is not killed
TIMEOUT_SECONDS: float = 300.0

Batch = list[tuple[bytes, Optional[bytes]]]  # None: deleted


class Violation(Exception):
    """The folder does not hold what it must, or the program failed."""


class History:
    """The batches from an empty state on, each with the root after it, from the seed alone.

    Index 0 is the empty state; batch i leads to index i.
    """

    def __init__(self, program: pathlib.Path, backend: str, seed: str) -> None:
        self.random = random.Random(seed)
        self.keys = [self.make_key() for _ in range(KEYS)]
        self.absent = self.random.randbytes(32)
        # To an Ethereum trie, to put an empty value is to delete.
        self.shortest_value = 0 if backend.startswith("paged") else 1
        self.batches: list[Batch] = [[]]
        self.roots: list[str] = []
        self.witness = subprocess.Popen(
            [program, "root", "--backend", in_memory(backend), "-"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        self.lock = threading.Lock()
        self.extend_to(0)

    def make_key(self) -> bytes:
        """Any key or, for deep paths, one that begins like one of a few others."""
        if self.random.random() < 0.75:
            return self.random.randbytes(32)
        length = self.random.randrange(1, 32)
        return bytes([self.random.randrange(4)]) * length + self.random.randbytes(32 - length)

    def make_batch(self) -> Batch:
        """50 to 2,000 changes; small ones are as frequent as large ones."""
        batch: Batch = []
        for _ in range(int(50 * 40 ** self.random.random())):
            key = self.random.choice(self.keys)
            if self.random.random() < 0.3:
                batch.append((key, None))
            else:
                length = 5000 if self.random.random() < 0.005 else self.random.randrange(self.shortest_value, 80)
                batch.append((key, self.random.randbytes(length)))
        return batch

    def extend_to(self, index: int) -> None:
        """Afterwards batches and roots up to this index are there. From any thread."""
        with self.lock:
            assert self.witness.stdin is not None and self.witness.stdout is not None
            while len(self.roots) <= index:
                if self.roots:
                    self.batches.append(self.make_batch())
                self.witness.stdin.write(script_of(self.batches[-1]))
                self.witness.stdin.flush()
                self.roots.append(self.witness.stdout.readline().strip())
                if not self.roots[-1]:
                    raise Violation("the process that applies the batches in memory has ended")

    def close(self) -> None:
        """Ends the process that applies the batches in memory."""
        self.witness.kill()
        self.witness.communicate()


def in_memory(backend: str) -> str:
    """The backend whose roots are the same, and that has no files and no tricks."""
    name, _, options = backend.partition(":")
    kept = [option for option in options.split(",") if option.startswith(("hash=", "secure="))]
    return f"{name}:{','.join(['store=memory', *kept])}"


def script_of(batch: Batch) -> str:
    """As `commitbench root` reads it."""
    lines = [f"delete {key.hex()}" if value is None else f"put {key.hex()} 0x{value.hex()}" for key, value in batch]
    return "\n".join([*lines, "commit", ""])


@dataclasses.dataclass
class Findings:
    """Of one backend."""

    kills: int = 0
    while_opening: int = 0  # no root was printed yet
    batches: int = 0
    with_the_batch_under_way: int = 0  # it was persisted, though its root was never printed
    proofs: int = 0


class Folder:
    """One folder that survives its processes, and what must be in it."""

    def __init__(self, program: pathlib.Path, backend: str, seed: str, directory: pathlib.Path) -> None:
        self.backend = backend
        self.seed = seed
        self.directory = directory
        self.command = [str(program), "root", "--backend", backend, "--dir", str(directory / "db"), "-"]
        self.index = 0
        self.state: dict[bytes, bytes] = {}
        self.open_seconds = 0.1
        self.batch_seconds = 0.01
        self.random = random.Random(seed + " kills")
        self.history = History(program, backend, seed)

    def kill_once(self, findings: Findings) -> None:
        """Feeds batches, kills, reopens, checks."""
        wait_for_roots, delay = self.choose_moment()
        printed = self.work(wait_for_roots, delay)
        findings.kills += 1
        findings.batches += printed
        findings.while_opening += printed == 0
        at_least = self.index + printed
        self.history.extend_to(at_least + 1)
        touched = [key for batch in self.history.batches[at_least : at_least + 2] for key, _ in batch]
        keys = [*self.random.sample(touched, min(4, len(touched))), *self.random.sample(self.history.keys, 3), self.history.absent]
        self.check(at_least, keys)
        findings.with_the_batch_under_way += self.index == at_least + 1
        findings.proofs += len(keys)

    def check_all(self, findings: Findings) -> None:
        """Every key there is."""
        self.check(self.index, self.history.keys)
        findings.proofs += len(self.history.keys)

    def choose_moment(self) -> tuple[int, float]:
        """How many roots to wait for, and how long after them, in seconds."""
        chance = self.random.random()
        if chance < 0.2:
            return 0, self.random.uniform(0, 1.2) * self.open_seconds
        roots = self.random.randint(1, 8)
        return roots, 0 if chance < 0.4 else self.random.uniform(0, 1.5) * self.batch_seconds

    def work(self, wait_for_roots: int, delay: float) -> int:
        """One process, from its start to its kill; how many roots it printed."""
        first = self.index + 1
        command = [*self.command, "--durability", self.random.choice(("none", "block", "block"))]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            assert process.stdin is not None and process.stdout is not None and process.stderr is not None
            start = time.monotonic()
            feeder = threading.Thread(target=self.feed, args=(process.stdin, first))
            feeder.start()
            guard = threading.Timer(TIMEOUT_SECONDS, process.kill)  # a process that hangs ends the wait for its root
            guard.start()
            roots: list[str] = []
            ended: Optional[int] = None
            while len(roots) < wait_for_roots:
                line = process.stdout.readline()
                if not line:
                    ended = process.wait()
                    break
                roots.append(line.strip())
                now = time.monotonic()
                if len(roots) == 1:
                    self.open_seconds += (now - start - self.open_seconds) / 4
                else:
                    self.batch_seconds += (now - start - self.batch_seconds) / 4
                start = now
            guard.cancel()
            time.sleep(delay)
            ended = process.poll() if ended is None else ended
            process.kill()
            feeder.join()
            rest, errors = process.stdout.read(), process.stderr.read()
        if ended is not None:
            raise Violation(f"the program ended by itself, or hung, with exit code {ended}: {errors.strip()}")
        # The kill may have cut a line off.
        roots += rest.split("\n")[:-1]
        self.history.extend_to(self.index + len(roots))
        for i, root in enumerate(roots, first):
            if root != self.history.roots[i]:
                raise Violation(f"batch {i} has root {root}; in memory it is {self.history.roots[i]}")
        return len(roots)

    def feed(self, pipe: IO[str], first: int) -> None:
        """Batches without end, until no one reads them."""
        index = first
        with contextlib.suppress(BrokenPipeError):
            while True:
                if index >= len(self.history.roots):
                    self.history.extend_to(index + BATCHES_AHEAD)
                pipe.write(script_of(self.history.batches[index]))
                pipe.flush()
                index += 1
        with contextlib.suppress(BrokenPipeError):
            pipe.close()  # writes what is left, in vain

    def check(self, at_least: int, keys: list[bytes]) -> None:
        """Opens the folder in a new process: index at_least or the next, and these keys' values."""
        allowed = range(at_least, at_least + 2)
        words = [*self.command, *(word for key in keys for word in ("--prove", key.hex()))]
        done = subprocess.run(words, input="", capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False)
        if done.returncode != 0:
            raise Violation(f"the folder does not open, exit code {done.returncode}: {done.stderr.strip()}")
        roots = set(re.findall(r"^proof of [0-9a-f]+ against ([0-9a-f]+):", done.stdout, re.MULTILINE))
        found = [index for index in allowed if index < len(self.history.roots) and roots == {self.history.roots[index]}]
        if not found:
            expected = " or ".join(self.history.roots[index] for index in allowed if index < len(self.history.roots))
            raise Violation(f"after batch {at_least} the folder has root {', '.join(roots)}; expected {expected}")
        for index in range(self.index + 1, found[0] + 1):
            for key, value in self.history.batches[index]:
                if value is None:
                    self.state.pop(key, None)
                else:
                    self.state[key] = value
        self.index = found[0]
        verdicts = re.findall(r"^verifies: (?:present, value 0x([0-9a-f]*)|absent)$", done.stdout, re.MULTILINE)
        present = re.findall(r"^verifies: (present|absent)", done.stdout, re.MULTILINE)
        if len(verdicts) != len(keys):
            raise Violation(f"{len(keys)} keys gave {len(verdicts)} proofs")
        for key, value, verdict in zip(keys, verdicts, present):
            got = bytes.fromhex(value) if verdict == "present" else None
            if got != self.state.get(key):
                raise Violation(f"after batch {self.index} key {key.hex()} is {got!r}; expected {self.state.get(key)!r}")

    def keep_for_the_finder(self) -> None:
        """Beside the database: the script that leads to where it should be, and one batch more."""
        batches = self.history.batches[1 : self.index + 60]
        (self.directory / "script").write_text("".join(map(script_of, batches)), encoding="ascii")


class Progress:
    """One line that is written over on a terminal; elsewhere a line each tenth."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.start = time.monotonic()
        self.tenth = 0

    def show(self, done: int, backend: str) -> None:
        """After each kill."""
        left = (time.monotonic() - self.start) / done * (self.total - done)
        line = f"kill {done} of {self.total}, {int(left) // 60}:{int(left) % 60:02} left, {backend}"
        if sys.stdout.isatty():
            print(f"\r\x1b[K{line}", end="" if done < self.total else "\n", flush=True)
        elif done * 10 // self.total > self.tenth:
            self.tenth = done * 10 // self.total
            print(line, flush=True)


def shares(backends: dict[str, int], kills: int) -> dict[str, int]:
    """The kills of each backend, in proportion to its weight; together they are `kills`."""
    result: dict[str, int] = {}
    weights = sum(backends.values())
    for backend, weight in backends.items():
        result[backend] = round(kills * weight / weights)
        kills -= result[backend]
        weights -= weight
    return result


def parse() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="kill_test", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=500, metavar="N", help="of all backends together (500)")
    parser.add_argument("--seed", type=int, metavar="S", help="of batches and moments (random; the clock still has its say)")
    parser.add_argument("--backend", action="append", metavar="SPEC",
                        help="one that has a root and proofs; may be repeated (the paged ones on every store)")
    parser.add_argument("--program", type=pathlib.Path, default=DEFAULT_PROGRAM, help="that of the release build")
    arguments = parser.parse_args()
    if arguments.kills < 1:
        parser.error("--kills: at least 1")
    if not arguments.program.is_file():
        parser.error(f"--program {arguments.program}: is not there; scripts/build release makes it")
    return arguments


def main() -> int:
    """All backends, one after the other."""
    arguments = parse()
    seed: int = arguments.seed if arguments.seed is not None else random.SystemRandom().randrange(1 << 32)
    backends = dict.fromkeys(arguments.backend, 1) if arguments.backend else DEFAULT_BACKENDS
    print(f"seed {seed}, {arguments.kills} kills", flush=True)
    progress = Progress(arguments.kills)
    done = 0
    for backend, kills in shares(backends, arguments.kills).items():
        findings = Findings()
        for begun in range(0, kills, KILLS_A_FOLDER):
            directory = pathlib.Path(tempfile.mkdtemp(prefix="commitbench-kill-"))
            try:
                folder = Folder(arguments.program, backend, f"{seed} {backend} {begun}", directory)
            except (Violation, BrokenPipeError):  # the program has said why
                shutil.rmtree(directory)
                return 2
            try:
                for _ in range(min(KILLS_A_FOLDER, kills - begun)):
                    folder.kill_once(findings)
                    done += 1
                    progress.show(done, backend)
                folder.check_all(findings)
            except (Violation, subprocess.TimeoutExpired) as violation:
                folder.keep_for_the_finder()
                print(f"\nkill_test: {backend}, kill {findings.kills} of it, seed {seed}: {violation}\n"
                      f"kept: {directory} (db; script: all batches from the empty state on)\n"
                      f"command: {shlex.join(folder.command)}", file=sys.stderr)
                return 1
            finally:
                folder.history.close()
            shutil.rmtree(directory)
        print(f"{backend}: {findings.kills} kills ({findings.while_opening} before the first root), {findings.batches} batches "
              f"persisted, {findings.with_the_batch_under_way} times the one under way too; {findings.proofs} keys as they must be")
    print(f"intact after {done} kills in {time.monotonic() - progress.start:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
