#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the Ethereum Foundation's trie vectors and four genesis states through `commitbench root`.

usage: ethereum_vectors.py COMMITBENCH SHARED_DIR

Origin of the vectors: SHARED_DIR/vectors/ethereum/README.md. Each TrieTests case runs on every store, in one batch and
with one commit and one reopening a change; cases whose order is free run in five seeded orders. Exit 77 (skipped)
where SHARED_DIR has no vectors.
"""
from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path

STORES = ("memory", "lmdb", "rocksdb")
Change = tuple[bytes, bytes]  # key, value; an empty value deletes


def literal(text: str | None) -> bytes:
    """0x… is hex, any other string is its ASCII bytes, null is empty."""
    if text is None:
        return b""
    return bytes.fromhex(text[2:]) if text.startswith("0x") else text.encode()


def script(changes: list[Change], commit_each: bool) -> str:
    lines: list[str] = []
    for key, value in changes:
        lines.append(f"put {key.hex()} {value.hex()}" if value else f"delete {key.hex()}")
        if commit_each:
            lines.append("commit")
    if not commit_each:
        lines.append("commit")
    return "\n".join(lines) + "\n"


class Program:
    def __init__(self, path: str) -> None:
        self.path = path

    def root(self, spec: str, changes: list[Change], *, commit_each: bool = False) -> str:
        """The root after the last change, as hex."""
        command = [self.path, "root", "--backend", spec, *(["--reopen"] if commit_each else []), "-"]
        done = subprocess.run(command, input=script(changes, commit_each), capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise SystemExit(f"{' '.join(command)}: exit {done.returncode}: {done.stderr.strip()}")
        return done.stdout.split()[-1].removeprefix("0x")


def trie_cases(folder: Path) -> list[tuple[str, bool, list[list[Change]], str]]:
    """(name, keys are hashed first, orders to try, root)"""
    cases = []
    for path in sorted(folder.glob("*.json")):
        if path.name == "trietestnextprev.json":
            continue  # about iteration, not roots
        secure = "secure" in path.name.lower()  # nothing inside the files says so
        for name, case in json.loads(path.read_text()).items():
            given = case["in"]
            free_order = isinstance(given, dict)
            pairs = given.items() if free_order else given
            changes = [(literal(key), literal(value)) for key, value in pairs]
            orders = [changes]
            for seed in range(4 if free_order else 0):
                shuffled = list(changes)
                random.Random(seed).shuffle(shuffled)
                orders.append(shuffled)
            cases.append((f"{path.name}: {name}", secure, orders, case["root"][2:]))
    return cases


def genesis_root(program: Program, genesis: dict, store: str, oracle) -> str:
    """State root with the account trie and every storage trie computed by the program; `oracle` only hashes code and
    encodes RLP."""
    accounts: list[Change] = []
    for address, account in genesis["alloc"].items():
        slots = [(oracle.parse_hex(slot, 32), oracle.parse_int(value) if value.startswith("0x") else int(value, 16))
                 for slot, value in account.get("storage", {}).items()]
        changes = [(slot, oracle.rlp_encode(value)) for slot, value in slots if value]
        storage = bytes.fromhex(program.root(f"mpt:store={store},secure=on", changes)) if changes else oracle.EMPTY_ROOT
        code = oracle.parse_hex(account.get("code"))
        accounts.append((oracle.parse_hex(address, 20),
                         oracle.account_rlp(oracle.parse_int(account.get("nonce")), oracle.parse_int(account.get("balance")),
                                            storage, oracle.keccak256(code) if code else oracle.EMPTY_CODE)))
    return program.root(f"mpt:store={store},secure=on", accounts)


def main(program_path: str, shared_dir: str) -> int:
    shared = Path(shared_dir)
    vectors = shared / "vectors" / "ethereum"
    if not vectors.is_dir():
        print(f"skipped: {vectors} is not here")
        return 77
    sys.path.insert(0, str(shared / "reference" / "oracle"))
    import mpt_ref  # the plain Python restatement of the trie  # noqa: PLC0415

    program = Program(program_path)
    passed = failed = 0

    def check(name: str, got: str, expected: str) -> None:
        nonlocal passed, failed
        if got == expected:
            passed += 1
        else:
            failed += 1
            print(f"FAILED {name}: got {got}, expected {expected}")

    for name, secure, orders, root in trie_cases(vectors / "TrieTests"):
        for store in STORES:
            spec = f"mpt:store={store},secure={'on' if secure else 'off'}"
            for order in orders:
                check(f"{name} ({spec})", program.root(spec, order), root)
            check(f"{name} ({spec}, --reopen)", program.root(spec, orders[0], commit_each=True), root)
    expected = json.loads((vectors / "genesis" / "EXPECTED.json").read_text())
    for network in ("mainnet", "sepolia", "holesky", "hoodi"):
        genesis = json.loads((vectors / "genesis" / f"{network}.json").read_text())
        for store in STORES:
            check(f"genesis {network} ({store})", genesis_root(program, genesis, store, mpt_ref),
                  expected[network]["stateRoot"][2:])
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
