#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the Ethereum Foundation's trie vectors and four genesis states through `commitbench root`.

usage: ethereum_vectors.py COMMITBENCH SHARED_DIR

Origin of the vectors: SHARED_DIR/vectors/ethereum/README.md. Each TrieTests case runs on every store, in one batch and
with one commit and one reopening a change; cases whose order is free run in five seeded orders. Cases run one after
another in one database, each deleted before the next: a process a case took most of the time. Exit 77 (skipped) where
SHARED_DIR has no vectors.
"""
from __future__ import annotations

import itertools
import json
import random
import subprocess
import sys
from pathlib import Path

STORES = ("memory", "lmdb", "rocksdb")
EMPTY_ROOT = "56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421"
Change = tuple[bytes, bytes]  # key, value; an empty value deletes


def literal(text: str | None) -> bytes:
    """0x… is hex, any other string is its ASCII bytes, null is empty."""
    if text is None:
        return b""
    return bytes.fromhex(text[2:]) if text.startswith("0x") else text.encode()


def lines_of(changes: list[Change]) -> list[str]:
    return [f"put {key.hex()} {value.hex()}" if value else f"delete {key.hex()}" for key, value in changes]


def script_of(tries: list[list[Change]], commit_each: bool) -> tuple[str, list[int]]:
    """Makes the tries one after another in one database, each deleted before the next; and the commits that end them."""
    lines: list[str] = []
    ends: list[int] = []
    commits = 0
    for number, changes in enumerate(tries):
        groups = [[change] for change in changes] if commit_each else [changes]
        commits += len(groups)
        ends.append(commits - 1)
        if number + 1 < len(tries):
            groups.append([(key, b"") for key in {key: None for key, _ in changes}])
            commits += 1
        for group in groups:
            lines += [*lines_of(group), "commit"]
    return "\n".join(lines) + "\n", ends


class Program:
    def __init__(self, path: str) -> None:
        self.path = path

    def roots(self, spec: str, tries: list[list[Change]], *, commit_each: bool = False) -> list[str]:
        """The root of each trie, as hex, from one process; every deletion in between must give the empty root."""
        text, ends = script_of(tries, commit_each)
        command = [self.path, "root", "--backend", spec, *(["--reopen"] if commit_each else []), "-"]
        done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise SystemExit(f"{' '.join(command)}: exit {done.returncode}: {done.stderr.strip()}")
        given = [root.removeprefix("0x") for root in done.stdout.split()]
        if len(given) != ends[-1] + 1 or any(given[end + 1] != EMPTY_ROOT for end in ends[:-1]):
            raise SystemExit(f"{' '.join(command)}: a trie that was deleted has another root than the empty one")
        return [given[end] for end in ends]


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
    spec = f"mpt:store={store},secure=on"
    storages: dict[str, list[Change]] = {}
    for address, account in genesis["alloc"].items():
        slots = [(oracle.parse_hex(slot, 32), oracle.parse_int(value) if value.startswith("0x") else int(value, 16))
                 for slot, value in account.get("storage", {}).items()]
        changes = [(slot, oracle.rlp_encode(value)) for slot, value in slots if value]
        if changes:
            storages[address] = changes
    roots = dict(zip(storages, program.roots(spec, list(storages.values())))) if storages else {}
    accounts: list[Change] = []
    for address, account in genesis["alloc"].items():
        storage = bytes.fromhex(roots[address]) if address in roots else oracle.EMPTY_ROOT
        code = oracle.parse_hex(account.get("code"))
        accounts.append((oracle.parse_hex(address, 20),
                         oracle.account_rlp(oracle.parse_int(account.get("nonce")), oracle.parse_int(account.get("balance")),
                                            storage, oracle.keccak256(code) if code else oracle.EMPTY_CODE)))
    return program.roots(spec, [accounts])[0]


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

    cases = trie_cases(vectors / "TrieTests")
    for store, secure in itertools.product(STORES, (False, True)):
        of_kind = [(name, orders, root) for name, is_secure, orders, root in cases if is_secure == secure]
        spec = f"mpt:store={store},secure={'on' if secure else 'off'}"
        tries = [(name, order, root) for name, orders, root in of_kind for order in orders]
        for (name, _, root), got in zip(tries, program.roots(spec, [order for _, order, _ in tries])):
            check(f"{name} ({spec})", got, root)
        reopened = program.roots(spec, [orders[0] for _, orders, _ in of_kind], commit_each=True)
        for (name, _, root), got in zip(of_kind, reopened):
            check(f"{name} ({spec}, --reopen)", got, root)
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
