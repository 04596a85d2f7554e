"""What the tests of every peer stand on: a library of scripts/peers beside one of our backends, root for root."""

import os
import pathlib
from typing import Any

from cli_test import CliTest

PEERS: pathlib.Path = pathlib.Path(os.environ["COMMITBENCH_PEERS"])


class PeerTest(CliTest):
    """Skipped where the peer is not built."""

    peer: str  # as scripts/peers calls it

    def setUp(self) -> None:
        super().setUp()
        if not self.library().exists():
            self.skipTest(f"{self.library()} is not built: scripts/peers {self.peer}")

    def library(self) -> pathlib.Path:
        """Its file."""
        return PEERS / f"libcommitbench_{self.peer}.so"

    def spec(self, options: str = "") -> str:
        """Of a --backend."""
        return f"{self.library()}:{options}" if options else str(self.library())

    def roots_of_blocks(self, backend: str, *words: str) -> list[str]:
        """The root of every block of one valid cell."""
        line: dict[str, Any] = self.run_cell("--backend", backend, "--warmup", "0", *words)
        self.assertEqual("valid", line["ledger"]["verdict"], line["ledger"])
        return [block["root"] for block in line["blocks"]]

    def assert_same_roots(self, ours: str, peer: str, blocks: int, *words: str) -> list[str]:
        """Block by block; the roots."""
        wanted = self.roots_of_blocks(ours, "--blocks", str(blocks), *words)
        found = self.roots_of_blocks(peer, "--blocks", str(blocks), *words)
        self.assertEqual(blocks, len(wanted))
        for number, (one, other) in enumerate(zip(wanted, found), start=1):
            self.assertEqual(one, other, f"block {number}")
        self.assertEqual(len(wanted), len(found))
        return found

    def roots_of_script(self, backend: str, script: str, *words: str) -> list[str]:
        """The roots that a script prints."""
        return self.assert_ok(self.run_program("root", "--backend", backend, *words, "-", stdin=script)).splitlines()
