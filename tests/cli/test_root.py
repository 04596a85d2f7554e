"""`root`: scripts on published vectors, proofs, reopening, and what is wrong with a script."""

import re
from typing import Optional

from cli_test import CliTest, Completed
from mpt_vectors import CASES, EMPTY_ROOT, GROUPS

STORES: tuple[str, ...] = ("memory", "lmdb", "rocksdb")


def script_of(changes: list[tuple[bytes, Optional[bytes]]], commit_each: bool = False) -> str:
    """These changes as a script, committed once or after each."""
    lines: list[str] = []
    for key, value in changes:
        lines.append(f"delete {key.hex()}" if value is None else f"put {key.hex()} 0x{value.hex()}")
        if commit_each:
            lines.append("commit")
    return "\n".join(lines) + ("\n" if commit_each else "\ncommit\n")


class PublishedRoots(CliTest):
    """The roots that others computed."""

    def roots(self, script: str, *words: str, backend: str = "mpt:secure=off") -> list[str]:
        """The roots that this script on standard input prints."""
        return self.assert_ok(self.run_program("root", "--backend", backend, "-", *words, stdin=script)).splitlines()

    def test_cases_in_one_batch(self) -> None:
        for name, case in CASES.items():
            with self.subTest(name):
                self.assertEqual([case.root], self.roots(script_of(case.changes)))

    def test_cases_with_a_commit_after_each_change(self) -> None:
        for name, case in CASES.items():
            with self.subTest(name):
                self.assertEqual(case.root, self.roots(script_of(case.changes, commit_each=True))[-1])

    def test_cases_with_hashed_keys(self) -> None:
        for name, case in CASES.items():
            if case.secure_root is not None:
                with self.subTest(name):
                    roots = self.roots(script_of(case.changes), backend="mpt:secure=on")
                    self.assertEqual([case.secure_root], roots)

    def test_root_after_each_insertion_of_embedded_nodes_on_every_store(self) -> None:
        for store in STORES:
            for group in GROUPS:
                with self.subTest(store=store, first_key=group[0][0]):
                    script = script_of([(bytes.fromhex(key), value) for key, value, _ in group], commit_each=True)
                    roots = self.roots(script, "--reopen", backend=f"mpt:secure=off,store={store}")
                    self.assertEqual([root for _, _, root in group], roots)

    def test_nothing_and_all_deleted_are_the_empty_root(self) -> None:
        self.assertEqual([EMPTY_ROOT], self.roots("commit\n"))
        self.assertEqual(EMPTY_ROOT, self.roots("put 01 aa\nput 0102 bb\ncommit\ndelete 01\ndelete 0102\ncommit\n")[-1])

    def test_empty_value_deletes_in_an_ethereum_trie(self) -> None:
        self.assertEqual(EMPTY_ROOT, self.roots("put 01 aa\ncommit\nput 01 0x\ncommit\n")[-1])

    def test_last_change_of_a_key_in_a_batch_wins(self) -> None:
        self.assertEqual(self.roots("put 01 cc\ncommit\n"), self.roots("put 01 aa\ndelete 01\nput 01 bb\nput 01 cc\ncommit\n"))

    def test_deletions_beside_an_extension_that_the_same_batch_splits(self) -> None:
        # Each deletion leaves the extension's path before the put does: it names no key, and must delete none.
        for before, deleted, put in (
            (("111111", "111112"), "11", "111211"),
            (("11111111", "11111112"), "12111111", "11112111"),
            (("11111111", "11111112"), "01111111", "11112111"),
        ):
            with self.subTest(deleted=deleted, put=put):
                first = "".join(f"put {key} aa\n" for key in before)
                last = f"put {put} bb\n"
                roots = self.roots(f"{first}commit\ndelete {deleted}\n{last}commit\n")
                self.assertEqual(self.roots(f"{first}{last}commit\n"), roots[1:])

    def test_comments_blank_lines_spaces_and_both_cases(self) -> None:
        plain = self.roots("put 01ab ccdd\ncommit\n")
        self.assertEqual(plain, self.roots("# a script\n\n  \tput  0x01AB\t0XCCDD  # here\r\n\ncommit # done"))

    def test_script_in_a_file(self) -> None:
        script = self.write("s", script_of(CASES["dogs"].changes))
        result = self.run_program("root", "--backend", "mpt:secure=off", script)
        self.assertEqual(CASES["dogs"].root + "\n", self.assert_ok(result))

    def test_large_batch_and_long_lines(self) -> None:
        many = "".join(f"put {i:08x} {i + 1:064x}\n" for i in range(20_000)) + f"put ffffffff {'ab' * 200_000}\ncommit\n"
        some = self.roots(many)
        self.assertEqual(some, self.roots("".join(many.splitlines(keepends=True)[:-2][::-1]) + "".join(many.splitlines(keepends=True)[-2:])))

    def test_nothing_is_left_in_the_temporary_folder(self) -> None:
        self.roots(script_of(CASES["dogs"].changes), backend="mpt:secure=off,store=rocksdb")
        self.assertEqual([], list((self.folder / "tmp").iterdir()))


class KeptDatabases(CliTest):
    """--dir."""

    def test_a_second_script_goes_on_where_the_first_ended(self) -> None:
        for store in ("lmdb", "rocksdb"):
            with self.subTest(store):
                words = ("root", "--backend", f"mpt:secure=off,store={store}", "--dir", f"data-{store}", "--durability", "block", "-")
                changes = CASES["puppy"].changes
                self.assert_ok(self.run_program(*words, stdin=script_of(changes[:2])))
                result = self.run_program(*words, stdin=script_of(changes[2:]))
                self.assertEqual(CASES["puppy"].root + "\n", self.assert_ok(result))

    def test_a_bad_line_loses_nothing_that_was_committed(self) -> None:
        words = ("root", "--backend", "mpt:secure=off,store=lmdb", "--dir", "data", "-")
        script = script_of(CASES["puppy"].changes)
        refused = self.run_program(*words, stdin=script + "put zz 00\n")
        self.assertEqual(CASES["puppy"].root + "\n", refused.stdout)
        self.assert_refused(refused, "standard input:6: the key 'zz' is not hexadecimal")
        self.assertEqual(CASES["puppy"].root + "\n", self.assert_ok(self.run_program(*words, stdin="commit\n")))


class Proofs(CliTest):
    """--prove."""

    DOGS = script_of(CASES["dogs"].changes)

    def prove(self, *keys: bytes, backend: str = "mpt:secure=off", script: str = DOGS) -> str:
        """What is printed after the roots."""
        words = [word for key in keys for word in ("--prove", key.hex())]
        text = self.assert_ok(self.run_program("root", "--backend", backend, "-", *words, stdin=script))
        return text.split("\n", 1)[1]

    def test_presence(self) -> None:
        for backend in ("mpt:secure=off", "mpt:secure=on", "mpt:secure=off,store=rocksdb"):
            with self.subTest(backend):
                self.assertIn(f"verifies: present, value 0x{b'puppy'.hex()}", self.prove(b"dog", backend=backend))

    def test_absence(self) -> None:
        for backend in ("mpt:secure=off", "mpt:secure=on"):
            with self.subTest(backend):
                self.assertIn("verifies: absent", self.prove(b"cat", backend=backend))

    def test_absence_in_the_empty_trie(self) -> None:
        self.assertIn("verifies: absent", self.prove(b"cat", script="commit\n"))

    def test_items_are_printed_and_counted(self) -> None:
        text = self.prove(b"doe")
        counted = re.search(r"proof of 646f65 against ([0-9a-f]{64}): (\d+) items?", text)
        assert counted is not None
        self.assertEqual(CASES["dogs"].root, counted[1])
        self.assertEqual(int(counted[2]), len(re.findall(r"(?m)^  [0-9a-f]+$", text)))

    def test_several_keys(self) -> None:
        text = self.prove(b"doe", b"dog", b"cat")
        self.assertEqual(2, text.count("verifies: present"))
        self.assertEqual(1, text.count("verifies: absent"))

    def test_bad_key(self) -> None:
        result = self.run_program("root", "--backend", "mpt:secure=off", "-", "--prove", "0x1", stdin=self.DOGS)
        self.assert_refused(result, "--prove 0x1: is no key")


class BadScripts(CliTest):
    """Each fault is named by line."""

    def refuse(self, script: str, *parts: str, backend: str = "mpt:secure=off") -> None:
        """This script is refused with these parts in the line."""
        self.write("s", script)
        self.assert_refused(self.run_program("root", "--backend", backend, "s"), *parts)

    def test_unknown_command(self) -> None:
        self.refuse("put 01 aa\n\nputt 02 bb\ncommit\n", "s:3: no command is called 'putt': did you mean 'put'?")

    def test_missing_key(self) -> None:
        self.refuse("delete\ncommit\n", "s:1: the key is missing")

    def test_missing_value(self) -> None:
        self.refuse("put 01\ncommit\n", "s:1: the value is missing", "0x is an empty value")

    def test_odd_digits(self) -> None:
        self.refuse("put 012 aa\n", "s:1: the key '012' is not hexadecimal")

    def test_bad_value(self) -> None:
        self.refuse("put 01 0xgg\n", "s:1: the value '0xgg' is not hexadecimal")

    def test_word_too_many(self) -> None:
        self.refuse("delete 01 aa\n", "s:1: 'aa' stands after the end of 'delete'")
        self.refuse("commit now\n", "s:1: 'now' stands after the end of 'commit'")

    def test_changes_after_the_last_commit(self) -> None:
        self.refuse("put 01 aa\ncommit\nput 02 bb\nput 03 cc\n", "s:3: this change and 1 after it are never committed", "'commit'")

    def test_missing_file(self) -> None:
        self.assert_refused(self.run_program("root", "none"), "script none: cannot be read", "- for standard input")

    def test_folder_as_file(self) -> None:
        (self.folder / "d").mkdir()
        self.assert_refused(self.run_program("root", "d"), "script d: is a folder")

    def test_binary_file(self) -> None:
        (self.folder / "s").write_bytes(bytes(range(256)))
        result: Completed = self.run_program("root", "s")
        self.assert_refused(result, "s:1: ")

    def test_backend_without_a_root(self) -> None:
        self.refuse("commit\n", "commits to nothing", backend="null")
        self.refuse("commit\n", "commits to nothing", backend="flat")


class OtherSchemes(CliTest):
    """Backends that commit otherwise than Ethereum's trie does."""

    # Of an independent implementation of BLAKE3 and of the lattice hash. A key with an empty value counts.
    LTHASH_ROOTS: tuple[str, ...] = (
        "9b75e72e4b3c4936b7ca2a119ae536563220b42938039855cab8e4137f4e335c",
        "73820dea5e7518a8b14d723e2529fc17a243df24eca3d5b4f47d69e81b95c65f",
        "97b7d94ec3ad499f4f6fe0dd3a04265bd89bc7cf4f87e7bd2b9db395fc37e4b9",
        "be2a8de3dcf46c94ce85cdc8e07ac308f4d8a95490d956c38d780fd610db0813",
    )

    def test_lattice_hash(self) -> None:
        one, two = "01" * 32, "02" * 32
        script = (f"put {one} aa\ncommit\nput {two} 0x\ncommit\nput {one} 0x{'bb' * 70}\ncommit\n"
                  f"delete {one}\ndelete {two}\ncommit\n")
        for store in STORES:
            for words in ((), ("--reopen",)):
                with self.subTest(store, words=words):
                    result = self.run_program("root", "--backend", f"lthash:store={store}", "-", *words, stdin=script)
                    self.assertEqual(list(self.LTHASH_ROOTS), self.assert_ok(result).splitlines())

    def test_empty_trie_of_blake3(self) -> None:
        for options in ("hash=blake3", "hash=blake3,lanes=on", "hash=blake3,secure=on"):
            with self.subTest(options):
                result = self.run_program("root", "--backend", f"mpt:{options}", "-", stdin="put 01 aa\ndelete 01\ncommit\n")
                self.assertEqual(["bbe6a9f5a0146a1f4d0381e9b0ed1ac2f1a979ce9d5ad84e46ff0b58f36b5f46"], self.assert_ok(result).splitlines())
