"""The real go-ethereum beside `mpt`: the same root after every block, whatever way it keeps its nodes."""

import json
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

# Deletes and keys that were not there before; values of more than one length.
WORKLOADS: tuple[str, ...] = (
    SMALL_WORKLOAD,
    "kv:keys=2000,block-size=200",
    "kv:keys=300,block-size=200,write=60,delete=40,fresh=30",
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
        described = json.loads(json.dumps(facts["geth_version"]))["value"]
        self.assertIn(described.split()[1].rstrip(","), facts["plugin"]["value"], "the version in the table is the one that is linked in")


if __name__ == "__main__":
    unittest.main()
