"""The real go-ethereum beside `mpt`: the same root after every block, whatever way it keeps its nodes."""

import os
import pathlib
import sys
import unittest
from typing import Any, Iterator

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "cli"))

from cli_test import SMALL_WORKLOAD, CliTest  # noqa: E402

PEERS: str = os.environ.get("COMMITBENCH_PEERS_DIR", "")
GETH: pathlib.Path = pathlib.Path(PEERS) / "libcommitbench_geth.so"
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


@unittest.skipUnless(PEERS and GETH.exists(), f"go-ethereum's library is not built ({GETH}): scripts/peers builds it")
class Geth(CliTest):
    """Against mpt:store=rocksdb."""

    def roots(self, backend: str, workload: str, *more: str) -> list[str]:
        """The root of every measured block of a valid run."""
        line = self.run_cell("--workload", workload, "--backend", backend, "--blocks", str(BLOCKS), "--warmup", "0", *more)
        self.assertEqual("valid", line["ledger"]["verdict"], line["ledger"])
        self.assertTrue(line["ledger"]["roots_checked"])
        roots = [block["root"] for block in line["blocks"]]
        self.assertEqual(BLOCKS, len(roots))
        return roots

    def spec(self, **options: str) -> str:
        """The backend with these options."""
        words = ",".join(f"{key.replace('_', '-')}={value}" for key, value in options.items())
        return f"{GETH}:{words}" if words else str(GETH)

    def databases(self) -> Iterator[tuple[str, str]]:
        """Every way to keep nodes in every engine."""
        for scheme in ("path", "hash"):
            for engine in ("pebble", "leveldb"):
                yield scheme, engine

    def test_every_root_is_that_of_mpt(self) -> None:
        for workload in WORKLOADS:
            expected = self.roots("mpt:store=rocksdb", workload)
            self.assertEqual(BLOCKS, len(set(expected)), "every block changes the state")
            for scheme, engine in self.databases():
                for durability in ("none", "block"):
                    with self.subTest(workload=workload, scheme=scheme, engine=engine, durability=durability):
                        self.assertEqual(expected, self.roots(self.spec(scheme=scheme, db=engine), workload, "--durability", durability))

    def test_reads_and_workers_and_reopening_change_nothing(self) -> None:
        workload = WORKLOADS[-1]
        expected = self.roots("mpt:store=rocksdb", workload)
        for scheme, engine in self.databases():
            for more in (("--reopen",), ("--executor", "block-stm", "--workers", "2"), ("--reopen", "--durability", "block")):
                with self.subTest(scheme=scheme, engine=engine, more=more):
                    self.assertEqual(expected, self.roots(self.spec(scheme=scheme, db=engine, reads="trie"), workload, *more))
                    self.assertEqual(expected, self.roots(self.spec(scheme=scheme, db=engine), workload, *more))

    def test_flush_buffer_survives_a_reopening(self) -> None:
        workload = WORKLOADS[-1]
        expected = self.roots("mpt:store=rocksdb", workload)
        for scheme, engine in self.databases():
            for more in ((), ("--reopen",)):
                with self.subTest(scheme=scheme, engine=engine, more=more):
                    self.assertEqual(expected, self.roots(self.spec(scheme=scheme, db=engine, flush="buffer", dirty_cache="1MiB"), workload, *more))

    def test_scripts_with_keys_of_any_length(self) -> None:
        script = self.write("script", SCRIPT)
        for scheme, engine in self.databases():
            for more in ((), ("--reopen",)):
                with self.subTest(scheme=scheme, engine=engine, more=more):
                    done = self.run_program("root", "--backend", self.spec(scheme=scheme, db=engine), script, *more)
                    self.assertEqual(list(SCRIPT_ROOTS), self.assert_ok(done).split())

    def test_proofs_are_those_of_mpt(self) -> None:
        script = self.write("script", SCRIPT.partition("commit\n")[0] + "commit\n")
        proofs = [word for key in ("646f", "646f67", "646f6a", "ff") for word in ("--prove", key)]
        expected = self.assert_ok(self.run_program("root", "--backend", "mpt", script, *proofs))
        self.assertEqual(4, expected.count("verifies: "))
        for scheme in ("path", "hash"):
            with self.subTest(scheme=scheme):
                self.assertEqual(expected, self.assert_ok(self.run_program("root", "--backend", self.spec(scheme=scheme), script, *proofs)))

    def test_what_does_not_go_together_is_refused(self) -> None:
        for options, more, said in (
            ({"scheme": "hash", "reads": "flat"}, (), "hashdb has no flat state"),
            ({"flush": "buffer"}, ("--durability", "block"), "take flush=block"),
            ({"sync": "off"}, ("--durability", "block"), "leave sync away"),
            ({"flush": "buffer", "sync": "on"}, (), "sync=on is for flush=block"),
            ({"dirty_cache": "1GiB"}, (), "pathdb takes 256 MiB at most"),
            ({"scheme": "tree"}, (), "scheme"),
            ({"clean_cash": "1MiB"}, (), "did you mean 'clean-cache'"),
        ):
            with self.subTest(options=options):
                done = self.run_program("run", "--quiet", "--blocks", "1", "--workload", SMALL_WORKLOAD, "--backend", self.spec(**options), *more)
                self.assert_refused(done, said)

    def test_the_result_says_how_it_was_made(self) -> None:
        line: dict[str, Any] = self.run_cell("--workload", SMALL_WORKLOAD, "--backend", self.spec(), "--blocks", "2", "--durability", "block")
        facts = line["backend"]["facts"]
        for name in ("plugin", "geth_version", "geth_procs", "geth_caches", "geth_reads", "geth_persist"):
            self.assertIn(name, facts)
        linked = facts["geth_version"]["value"].split()[1].rstrip(",")
        self.assertIn(linked, facts["plugin"]["value"], "the version in the table is the one that is linked in")


if __name__ == "__main__":
    unittest.main()
