"""`trace`: what is in block access lists, made-up ones, and files that are no such thing."""

import csv
import io
import pathlib

from cli_test import CliTest


class TraceWrite(CliTest):
    """Made-up blocks."""

    def files(self, folder: str) -> dict[str, bytes]:
        """Name and content of what was written."""
        return {path.name: path.read_bytes() for path in (self.folder / folder).iterdir()}

    def test_same_seed_same_bytes(self) -> None:
        for folder, seed in (("a", "7"), ("b", "7"), ("c", "8")):
            self.assert_ok(self.run_program("trace", "write", folder, "--blocks", "4", "--seed", seed))
        self.assertEqual(4, len(self.files("a")))
        self.assertEqual(self.files("a"), self.files("b"))
        self.assertNotEqual(self.files("a"), self.files("c"))

    def test_flags_shape_the_blocks(self) -> None:
        self.assert_ok(
            self.run_program("trace", "write", "t", "--blocks", "2", "--first-block", "100", "--transactions", "17",
                             "--pure-reads", "0", "--no-fee-recipient", "--code-share", "0", "--delete-share", "0")
        )
        text = self.assert_ok(self.run_program("trace", "info", "--csv", "t"))
        rows = list(csv.DictReader(io.StringIO(text)))
        self.assertEqual(["100", "101"], [row["block"] for row in rows])
        for row in rows:
            self.assertEqual(("17", "0", "0", "0"),
                             (row["txs"], row["pure_read_slots"], row["code_writes"], row["zero_slot_writes"]))
            self.assertLess(float(row["hottest_share"]), 0.9)

    def test_nothing_is_overwritten(self) -> None:
        self.assert_ok(self.run_program("trace", "write", "t", "--seed", "1"))
        before = self.files("t")
        self.assert_refused(self.run_program("trace", "write", "t", "--seed", "2"), "t")
        self.assertEqual(before, self.files("t"))

    def test_values_out_of_range(self) -> None:
        for words in (["--blocks", "0"], ["--blocks", "5G"], ["--transactions", "x"], ["--delete-share", "2"],
                      ["--delete-share", "x"], ["--accounts", "1"]):
            with self.subTest(words):
                self.assert_refused(self.run_program("trace", "write", "t", *words))
                self.assertFalse((self.folder / "t").exists())

    def test_folder_that_is_a_file(self) -> None:
        self.write("t", "")
        self.assert_refused(self.run_program("trace", "write", "t"), "t")


class TraceInfo(CliTest):
    """Numbers about blocks."""

    def setUp(self) -> None:
        super().setUp()
        self.assert_ok(self.run_program("trace", "write", "t", "--blocks", "3"))

    def test_one_file_has_every_column_with_its_meaning(self) -> None:
        header = self.assert_ok(self.run_program("trace", "info", "--csv", "t")).splitlines()[0].split(",")
        text = self.assert_ok(self.run_program("trace", "info", str(next((self.folder / "t").iterdir()))))
        for name in header:
            self.assertRegex(text, rf"(?m)^{name} +\S+  \S+")

    def test_folder_has_a_row_a_block_and_totals(self) -> None:
        text = self.assert_ok(self.run_program("trace", "info", "t"))
        self.assertIn("3 blocks", text)
        self.assertIn("300 transactions", text)

    def test_several_paths(self) -> None:
        files = sorted(str(path) for path in (self.folder / "t").iterdir())
        self.assertEqual(3, len(self.assert_ok(self.run_program("trace", "info", "--csv", *files[:2])).splitlines()))


class DamagedFiles(CliTest):
    """A file that is not one good RLP item, in `trace info` and in `run`."""

    def setUp(self) -> None:
        super().setUp()
        self.assert_ok(self.run_program("trace", "write", "t", "--blocks", "1"))
        self.good = next((self.folder / "t").iterdir()).read_bytes()

    def refuse(self, content: bytes, *parts: str) -> None:
        """Both refuse this file and name it."""
        file = self.folder / "bad" / "1_with_reads.rlp"
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(content)
        self.assert_refused(self.run_program("trace", "info", str(file)), file.name, *parts)
        cell = ("run", "--quiet", "--workload", f"trace:path={file.parent}", "--backend", "null")
        self.assert_refused(self.run_program(*cell), file.name, *parts)
        self.assertEqual([], self.result_lines())

    def test_truncated_at_many_places(self) -> None:
        length = len(self.good)
        for cut in (1, 2, 3, 10, length // 2, length - 1):
            with self.subTest(cut):
                self.refuse(self.good[:cut])

    def test_empty(self) -> None:
        self.refuse(b"")

    def test_trailing_garbage(self) -> None:
        self.refuse(self.good + b"\x00")

    def test_second_item(self) -> None:
        self.refuse(self.good + self.good)

    def test_length_beyond_the_file(self) -> None:
        self.refuse(b"\xfb\x7f\xff\xff\xff" + self.good[4:])

    def test_length_beyond_64_bits(self) -> None:
        self.refuse(b"\xff" + b"\xff" * 8 + self.good)

    def test_length_with_a_leading_zero(self) -> None:
        self.refuse(b"\xf9\x00" + self.good)

    def test_string_instead_of_a_list(self) -> None:
        self.refuse(b"\x83abc")

    def test_list_of_the_wrong_shape(self) -> None:
        self.refuse(b"\xc1\xc0")

    def test_text(self) -> None:
        self.refuse(b"this is no RLP\n")

    def test_missing_file(self) -> None:
        self.assert_refused(self.run_program("trace", "info", "nowhere"), "nowhere")
        self.assert_refused(self.run_program("run", "--workload", "trace:path=nowhere", "--backend", "null"), "nowhere")

    def test_folder_without_blocks(self) -> None:
        (self.folder / "none").mkdir()
        self.assert_refused(self.run_program("trace", "info", "none"), "none")
        self.assert_refused(self.run_program("run", "--workload", "trace:path=none", "--backend", "null"), "none")

    def test_folder_in_the_place_of_a_file(self) -> None:
        odd = pathlib.Path("odd") / "1_with_reads.rlp"
        (self.folder / odd).mkdir(parents=True)
        self.assert_refused(self.run_program("trace", "info", "odd"), "odd")
