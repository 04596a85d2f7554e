"""Data folders and result folders that cannot be used: one line, and nothing that was there is lost."""

import os

from cli_test import SMALL_WORKLOAD, CliTest

NOBODY: int = 65534
SCRIPT: str = f"put {1:064x} aa\ncommit\n"


class DataFolders(CliTest):
    """--dir of `run` and `root`."""

    def cell(self, *words: str, backend: str = "mpt:store=lmdb") -> list[str]:
        """The words of a small cell that keeps its state in `data`."""
        return ["run", "--quiet", "--workload", SMALL_WORKLOAD, "--backend", backend, "--blocks", "2", "--dir", "data", *words]

    def test_state_is_kept(self) -> None:
        self.assert_ok(self.run_program(*self.cell()))
        self.assertNotEqual([], list((self.folder / "data").iterdir()))

    def test_second_run_into_the_same_folder_is_refused(self) -> None:
        self.assert_ok(self.run_program(*self.cell()))
        line = self.assert_refused(self.run_program(*self.cell()), "data")
        self.assertIn("--overwrite", line)
        self.assertEqual(1, len(self.result_lines()))

    def test_overwrite_starts_anew(self) -> None:
        self.assert_ok(self.run_program(*self.cell()))
        self.assert_ok(self.run_program(*self.cell("--overwrite")))
        self.assertEqual(2, len(self.result_lines()))

    def test_overwrite_touches_no_folder_of_others(self) -> None:
        (self.folder / "data").mkdir()
        precious = self.folder / "data" / "precious"
        precious.write_text("keep me")
        self.assert_refused(self.run_program(*self.cell("--overwrite")), "data")
        self.assertEqual("keep me", precious.read_text())

    def test_several_cells_keep_their_states_apart(self) -> None:
        words = self.cell("--backend", "flat:store=rocksdb")
        self.assert_ok(self.run_program(*words))
        self.assertEqual({"1-mpt", "2-flat"}, {entry.name for entry in (self.folder / "data").iterdir()})

    def test_data_folder_that_is_a_file(self) -> None:
        self.write("data", "")
        self.assert_refused(self.run_program(*self.cell()), "data")
        self.assert_refused(self.run_program("root", "--dir", "data", "-", stdin=SCRIPT), "data")

    def test_database_of_another_format(self) -> None:
        root = ["root", "--dir", "data", "-"]
        self.assert_ok(self.run_program(*root, "--backend", "mpt:secure=off,store=lmdb", stdin=SCRIPT))
        for other in ("mpt:secure=off,store=rocksdb", "mpt:secure=on,store=lmdb"):
            with self.subTest(other):
                refused = self.run_program(*root, "--backend", other, stdin="commit\n")
                line = self.assert_refused(refused, "data")
                self.assertIn("store=lmdb", line)  # what is there
        self.assert_ok(self.run_program(*root, "--backend", "mpt:secure=off,store=lmdb", stdin="commit\n"))

    def test_folder_that_holds_something_else(self) -> None:
        (self.folder / "data").mkdir()
        (self.folder / "data" / "letter").write_text("dear")
        refused = self.run_program("root", "--dir", "data", "--backend", "mpt:store=lmdb", "-", stdin=SCRIPT)
        self.assert_refused(refused, "data")

    def test_damaged_database(self) -> None:
        root = ["root", "--dir", "data", "--backend", "mpt:secure=off,store=lmdb", "-"]
        self.assert_ok(self.run_program(*root, stdin=SCRIPT))
        for file in (self.folder / "data").rglob("*.mdb"):
            if "lock" not in file.name:
                file.write_bytes(b"\xff" * 8192)
        self.assert_refused(self.run_program(*root, stdin="commit\n"), "data")

    def test_database_in_use_by_another_process(self) -> None:
        for i, backend in enumerate(("mpt:store=lmdb", "mpt:store=rocksdb", "paged:store=file", "paged:store=lmdb")):
            with self.subTest(backend):
                data = f"data-{i}"
                words = ["root", "--backend", backend, "--dir", data, "-"]
                first = self.start_program(*words)
                assert first.stdin is not None and first.stdout is not None
                first.stdin.write(SCRIPT)
                first.stdin.flush()
                root = first.stdout.readline()  # it is open now, and waits for more
                line = self.assert_refused(self.run_program(*words, stdin="commit\n"), data)
                self.assertIn("process", line)
                first.stdin.close()
                first.stdin = None
                self.assertEqual(0, first.wait())
                self.assertEqual(root, self.assert_ok(self.run_program(*words, stdin="commit\n")))


class UnwritableFolders(CliTest):
    """Without permission. Root may write everywhere, so root's tests are run as NOBODY."""

    def setUp(self) -> None:
        super().setUp()
        (self.folder / "locked").mkdir(mode=0o500)
        if os.geteuid() == 0:
            self.environment()  # makes the temporary folder
            for path in (self.folder, *self.folder.iterdir()):
                os.chown(path, NOBODY, NOBODY)
            self.user = NOBODY
            try:
                self.run_program("--version")
            except PermissionError:
                self.skipTest("the program lies where only root may run it")

    def test_data_folder(self) -> None:
        cell = ["run", "--quiet", "--workload", SMALL_WORKLOAD, "--backend", "mpt:store=lmdb", "--blocks", "2"]
        self.assert_refused(self.run_program(*cell, "--dir", "locked"), "locked")
        self.assert_refused(self.run_program(*cell, "--dir", "locked/inner"), "locked")

    def test_results_folder(self) -> None:
        cell = ["run", "--quiet", "--workload", SMALL_WORKLOAD, "--backend", "null", "--blocks", "2"]
        self.assert_refused(self.run_program(*cell, "--results", "locked"), "locked")

    def test_script_folder(self) -> None:
        self.assert_refused(self.run_program("root", "--dir", "locked/inner", "-", stdin=SCRIPT), "locked")

    def test_trace_folder(self) -> None:
        self.assert_refused(self.run_program("trace", "write", "locked/inner"), "locked")


class ResultFolders(CliTest):
    """--results, also for root."""

    def test_results_folder_that_is_a_file(self) -> None:
        self.write("results", "")
        words = ["run", "--quiet", "--workload", SMALL_WORKLOAD, "--backend", "null", "--blocks", "2", "--results", "results"]
        self.assert_refused(self.run_program(*words), "results")

    def test_results_below_a_kernel_folder(self) -> None:
        words = ["run", "--quiet", "--workload", SMALL_WORKLOAD, "--backend", "null", "--blocks", "2", "--results", "/proc/results"]
        self.assert_refused(self.run_program(*words), "/proc/results")

    def test_data_below_a_kernel_folder(self) -> None:
        self.assert_refused(self.run_program("root", "--dir", "/proc/data", "-", stdin=SCRIPT), "/proc/data")

    def test_temporary_folder_that_is_not_there(self) -> None:
        refused = self.run_program("root", "--backend", "mpt:store=lmdb", "-", stdin=SCRIPT, TMPDIR="/nowhere")
        self.assert_refused(refused, "TMPDIR")

    def test_lines_are_appended_never_overwritten(self) -> None:
        cell = ["run", "--quiet", "--workload", SMALL_WORKLOAD, "--backend", "null", "--blocks", "2"]
        self.assert_ok(self.run_program(*cell))
        first = self.result_lines()
        self.assert_ok(self.run_program(*cell, "--seed", "2"))
        self.assertEqual(first, self.result_lines()[:1])
        self.assertEqual(2, len(self.result_lines()))
