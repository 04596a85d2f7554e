"""The real go-ethereum against `mpt`: every root, whatever way it keeps its nodes, and what it refuses."""

from typing import Iterator

from cli_test import SMALL_WORKLOAD
from peer_test import PeerTest

OURS: str = "mpt:store=rocksdb"
BLOCKS: int = 12

# The last one deletes, inserts keys that were never there, and has values of many lengths.
WORKLOADS: tuple[str, ...] = (
    SMALL_WORKLOAD,
    "kv:items=2000,block-size=200",
    "kv:items=300,block-size=100,writes=2,delete-share=0.4,fresh-share=0.3,value-size=8,value-size-max=200",
)

# Ethereum's own test cases (TrieTests: puppy, branch-value-update, all deleted): values inside branches, nodes inside nodes.
SCRIPT: str = """put 646f 76657262
put 686f727365 7374616c6c696f6e
put 646f6765 636f696e
put 646f67 7075707079
commit
delete 646f
delete 686f727365
delete 646f6765
delete 646f67
put 616263 313233
put 61626364 61626364
put 616263 616263
commit
delete 616263
delete 61626364
commit
"""
SCRIPT_ROOTS: tuple[str, ...] = (
    "5991bb8c6514148a29db676a14ac506cd2cd5775ace63c30a4fe457715e9ac84",
    "7a320748f780ad9ad5b0837302075ce0eeba6c26e3d8562c67ccc0f1b273298a",
    "56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421",
)


class GethTest(PeerTest):
    """What all of these share."""

    peer = "geth"

    def databases(self) -> Iterator[str]:
        """Every way to keep nodes in every engine."""
        for scheme in ("path", "hash"):
            for engine in ("pebble", "leveldb"):
                yield f"scheme={scheme},db={engine}"


class RootsOfBlocks(GethTest):
    """Of whole runs."""

    def test_every_database(self) -> None:
        for workload in WORKLOADS:
            expected = self.roots_of_blocks(OURS, "--blocks", str(BLOCKS), "--workload", workload)
            self.assertEqual(BLOCKS, len(set(expected)), "every block changes the state")
            for database in self.databases():
                for durability in ("none", "block"):
                    with self.subTest(workload=workload, database=database, durability=durability):
                        words = ("--blocks", str(BLOCKS), "--workload", workload, "--durability", durability)
                        self.assertEqual(expected, self.roots_of_blocks(self.spec(database), *words))

    def test_reads_and_workers_and_reopening_change_nothing(self) -> None:
        workload = ("--blocks", str(BLOCKS), "--workload", WORKLOADS[-1])
        expected = self.roots_of_blocks(OURS, *workload)
        for database in self.databases():
            for options in (database, f"{database},reads=trie", f"{database},clean-cache=0,procs=3"):
                for more in (("--reopen",), ("--executor", "block-stm", "--workers", "2"), ("--reopen", "--durability", "block")):
                    with self.subTest(options=options, more=more):
                        self.assertEqual(expected, self.roots_of_blocks(self.spec(options), *workload, *more))

    def test_flush_buffer(self) -> None:
        blocks = 150  # more than the tries that are kept in memory
        workload = ("--blocks", str(blocks), "--workload", WORKLOADS[-1])
        expected = self.roots_of_blocks(OURS, *workload)
        for database in self.databases():
            for more in ((), ("--reopen",)):
                with self.subTest(database=database, more=more):
                    options = f"{database},flush=buffer,dirty-cache=1"
                    self.assertEqual(expected, self.roots_of_blocks(self.spec(options), *workload, *more))

    def test_facts(self) -> None:
        line = self.run_cell("--workload", SMALL_WORKLOAD, "--backend", self.spec(), "--blocks", "2", "--durability", "block")
        facts = line["backend"]["facts"]
        for name in ("plugin", "geth_version", "geth_procs", "geth_caches", "geth_reads", "geth_persist"):
            self.assertIn(name, facts)
        linked = facts["geth_version"]["value"].split()[1].rstrip(",")
        self.assertIn(linked, facts["plugin"]["value"], "the version in the table is the one that is linked in")


class Scripts(GethTest):
    """Keys of any length, and proofs."""

    def test_ethereums_own_cases(self) -> None:
        for database in self.databases():
            for more in ((), ("--reopen",)):
                with self.subTest(database=database, more=more):
                    self.assertEqual(list(SCRIPT_ROOTS), self.roots_of_script(self.spec(database), SCRIPT, *more))

    def test_values_that_no_clean_cache_takes(self) -> None:
        """go-ethereum's pathdb alone would go on with the leaf of before (README.md, "Faults")."""
        one, other = "aa" * 32, "bb" * 32
        script = f"put {one} 01\nput {other} 02\ncommit\nput {one} 0x{'03' * 65536}\ncommit\nput {one} 04\ncommit\n"
        expected = self.roots_of_script("mpt", script)
        self.assertEqual(3, len(expected))
        for database in self.databases():
            with self.subTest(database=database):
                self.assertEqual(expected, self.roots_of_script(self.spec(database), script))

    def test_proofs_are_those_of_mpt(self) -> None:
        script = SCRIPT.partition("commit\n")[0] + "commit\n"
        proofs = [word for key in ("646f", "646f67", "646f6a", "ff") for word in ("--prove", key)]
        expected = self.roots_of_script("mpt", script, *proofs)
        self.assertEqual(4, sum(line.startswith("verifies: ") for line in expected))
        for scheme in ("path", "hash"):
            with self.subTest(scheme=scheme):
                self.assertEqual(expected, self.roots_of_script(self.spec(f"scheme={scheme}"), script, *proofs))


class Refusals(GethTest):
    """One line each."""

    def test_what_does_not_go_together(self) -> None:
        for options, more, said in (
            ("scheme=hash,reads=flat", (), "hashdb has no flat state"),
            ("flush=buffer", ("--durability", "block"), "take flush=block"),
            ("sync=off", ("--durability", "block"), "leave sync away"),
            ("flush=buffer,sync=on", (), "sync=on is for flush=block"),
            ("dirty-cache=1000", (), "pathdb takes 256 MiB at most"),
            ("scheme=tree", (), "scheme"),
            ("clean-cash=1", (), "did you mean 'clean-cache'"),
        ):
            with self.subTest(options=options):
                done = self.run_program("run", "--quiet", "--blocks", "1", "--workload", SMALL_WORKLOAD, "--backend", self.spec(options), *more)
                self.assert_refused(done, said)

    def test_another_engine_or_scheme_than_the_folders(self) -> None:
        script = self.write("script", SCRIPT)
        self.assert_ok(self.run_program("root", "--backend", self.spec(), "--dir", "state", script))
        for options, said in (("db=leveldb", "holds a database of pebble"), ("scheme=hash", "was loaded with scheme=path")):
            with self.subTest(options=options):
                self.assert_refused(self.run_program("root", "--backend", self.spec(options), "--dir", "state", script), said)
