"""The real NOMT against `paged`: every root, its life in a folder, and what it refuses."""

import hashlib
import random
import shutil

from peer_test import PeerTest

SEED: int = 20261127
OURS: str = "paged:store=file"
# A small table and small caches, so that pages come from the disk.
SMALL: str = "buckets=4000,page-cache=1,leaf-cache=1,page-cache-upper-levels=0"
EMPTY_ROOT: str = "0" * 64

WORKLOADS: tuple[str, ...] = (
    "transfer:accounts=20k,block-size=1k",
    "kv:items=20k,block-size=500,writes=1,fresh-share=0.3,delete-share=0.3,value-size=8,value-size-max=2000",
    "mint:block-size=500",
)


def key_of(number: int) -> str:
    """Uniform, as the workloads' keys are."""
    return hashlib.sha256(number.to_bytes(8, "big")).hexdigest()


class NomtTest(PeerTest):
    """What all of these share."""

    peer = "nomt"


class RootsOfBlocks(NomtTest):
    """Of whole runs."""

    def test_defaults(self) -> None:
        for workload in WORKLOADS:
            with self.subTest(workload):
                self.assert_same_roots(OURS, self.spec(), 12, "--workload", workload, "--durability", "block")

    def test_small_caches_and_several_workers(self) -> None:
        for workload in WORKLOADS:
            with self.subTest(workload):
                peer = self.spec(f"{SMALL},commit-concurrency=3,io-workers=1")
                self.assert_same_roots(OURS, peer, 12, "--workload", workload, "--executor", "block-stm", "--workers", "2")

    def test_every_hint(self) -> None:
        for hint in ("writes", "reads"):
            with self.subTest(hint):
                peer = self.spec(f"{SMALL},warm-up={hint},metrics=on,prepopulate=on,preallocate=off")
                self.assert_same_roots(OURS, peer, 6, "--workload", WORKLOADS[1], "--reopen")

    def test_opened_anew_before_every_block(self) -> None:
        self.assert_same_roots(OURS, self.spec(SMALL), 8, "--workload", WORKLOADS[1], "--reopen")

    def test_facts_and_counters(self) -> None:
        line = self.run_cell("--backend", self.spec(f"{SMALL},metrics=on"), "--workload", WORKLOADS[0], "--blocks", "3", "--warmup", "0")
        facts = line["backend"]["facts"]
        self.assertEqual("1.0.4", facts["nomt"]["value"])
        self.assertEqual("block", facts["durability_kept"]["value"])
        self.assertRegex(facts["buckets"]["value"], r"^\d+ of 4000$")
        self.assertEqual(3, line["counters"]["commits"])
        self.assertGreater(line["counters"]["merkle_page_requests"], 0)


class RootsOfScripts(NomtTest):
    """Of batches made to be awkward."""

    def assert_script(self, lines: list[str], *words: str) -> list[str]:
        """Both print the same; the roots."""
        script = "\n".join(lines) + "\n"
        wanted = self.roots_of_script("paged", script)
        found = self.roots_of_script(self.spec(SMALL), script, *words)
        self.assertEqual(wanted, found)
        return found

    def test_values_of_every_kind(self) -> None:
        # NOMT keeps up to 1332 bytes in a leaf, and longer values in pages of their own.
        lines = [f"put {key_of(size)} 0x{(bytes([size % 251]) * size).hex()}" for size in (0, 1, 31, 32, 33, 1332, 1333, 5000, 70000)]
        self.assert_script([*lines, "commit", f"put {key_of(5000)} 0x", "commit", f"put {key_of(0)} 01", "commit"], "--reopen")

    def test_an_empty_value_is_present(self) -> None:
        roots = self.assert_script([f"put {key_of(1)} 0x", "commit", f"delete {key_of(1)}", "commit"])
        self.assertNotEqual(EMPTY_ROOT, roots[0])
        self.assertEqual(EMPTY_ROOT, roots[1])

    def test_nothing_deleted_and_nothing_at_all(self) -> None:
        self.assert_script(["commit", f"delete {key_of(1)}", "commit", f"put {key_of(2)} aa", "commit", "commit", f"delete {key_of(1)}", "commit"])

    def test_keys_that_share_all_but_their_last_bits(self) -> None:
        stem = "5a" * 31
        lines = [line for last in (0, 1, 2, 3, 128, 255) for line in (f"put {stem}{last:02x} {last:02x}", "commit")]
        lines += [line for last in (255, 0, 2, 1, 128, 3) for line in (f"delete {stem}{last:02x}", "commit")]
        self.assertEqual(EMPTY_ROOT, self.assert_script(lines, "--reopen")[-1])

    def test_pages_that_come_and_go(self) -> None:
        # A page is kept from 20 leaves on: 15 to 25 keys below one page of the second level, up and down.
        stem = "abc"
        keys = [stem + key_of(number)[len(stem):] for number in range(25)]
        lines = [line for key in keys for line in (f"put {key} 11", "commit")]
        lines += [line for key in reversed(keys) for line in (f"delete {key}", "commit")]
        filler = [f"put {key_of(number)} 22" for number in range(1000, 4000)]
        self.assert_script([*filler, "commit", *lines])

    def test_random_batches(self) -> None:
        chance = random.Random(SEED)
        keys = [key_of(number) for number in range(600)]
        lines: list[str] = []
        for _ in range(40):
            for key in chance.sample(keys, chance.randrange(0, 80)):
                lines.append(f"delete {key}" if chance.random() < 0.4 else f"put {key} 0x{chance.randbytes(chance.randrange(0, 60)).hex()}")
            lines.append("commit")
        self.assert_script(lines, "--reopen")


class Folders(NomtTest):
    """What it leaves, and finds again."""

    def commit(self, folder: str, *lines: str) -> list[str]:
        """The roots of a script that goes on with what is in the folder."""
        return self.roots_of_script(self.spec(SMALL), "\n".join(lines) + "\n", "--dir", folder, "--durability", "block")

    def test_goes_on_in_the_next_process(self) -> None:
        first = self.commit("state", f"put {key_of(1)} 01", "commit")
        second = self.commit("state", f"put {key_of(2)} 02", "commit")
        together = self.roots_of_script("paged", f"put {key_of(1)} 01\ncommit\nput {key_of(2)} 02\ncommit\n")
        self.assertEqual(together, first + second)

    def test_a_load_that_was_cut_short(self) -> None:
        self.commit("state", f"put {key_of(1)} 01", "commit")
        self.write("state/files/position", "commitbench nomt 1\nloading\n")
        done = self.run_program("root", "--backend", self.spec(SMALL), "--dir", "state", "-", stdin="commit\n")
        self.assert_refused(done, "cut short", "delete the folder")

    def test_a_file_of_another_state(self) -> None:
        self.commit("state", f"put {key_of(1)} 01", "commit")
        self.write("state/files/position", "commitbench nomt 1\ncommit 77 is block 5\n")
        done = self.run_program("root", "--backend", self.spec(SMALL), "--dir", "state", "-", stdin="commit\n")
        self.assertNotEqual(0, done.returncode)
        self.assertIn("not of one state", done.stderr)

    def test_a_table_of_another_size(self) -> None:
        self.commit("state", f"put {key_of(1)} 01", "commit")
        done = self.run_program("root", "--backend", self.spec("buckets=5000"), "--dir", "state", "-", stdin="commit\n")
        self.assert_refused(done, "buckets=5000", "has 4000")

    def test_a_folder_of_somebody_else(self) -> None:
        self.commit("state", f"put {key_of(1)} 01", "commit")
        shutil.copytree(self.folder / "state", self.folder / "other")
        (self.folder / "other" / "files" / "position").unlink()
        done = self.run_program("root", "--backend", self.spec(SMALL), "--dir", "other", "-", stdin="commit\n")
        self.assert_refused(done, "is not of this plug-in")
        self.assertTrue((self.folder / "other" / "files" / "nomt" / "meta").exists(), "it is left as it was")

    def test_caches_larger_than_the_budget(self) -> None:
        done = self.run_program("root", "--backend", self.spec("page-cache=200,leaf-cache=100"), "--memory", "256MiB", "-", stdin="commit\n")
        self.assert_refused(done, "200 MiB (page-cache)", "256 MiB", "give all three as auto")

    def test_a_full_table(self) -> None:
        # 29 keys below each page of the second level: some 4,000 pages are kept.
        lines = [f"put {key_of(number)} 11" for number in range(120_000)]
        self.write("many.txt", "\n".join(lines) + "\ncommit\n")
        done = self.run_program("root", "--backend", self.spec("buckets=1000"), "many.txt")
        self.assertNotEqual(0, done.returncode, done.stdout)
        self.assertIn("hash table is full", done.stderr)
