"""SIGINT: exit code 130, one line, no result line, and what was committed stays readable."""

import pathlib
import signal
import subprocess

from cli_test import SMALL_WORKLOAD, CliTest

INTERRUPTED: int = 130

# A store of others, and files of our own.
KEEPING: tuple[str, ...] = ("mpt:store=lmdb", "paged:store=file")


class Interrupt(CliTest):
    """In every part of the work."""

    def interrupt(self, process: "subprocess.Popen[str]") -> str:
        """Sends SIGINT; stderr. The one line of the program comes last (progress may stand before it)."""
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=120)
        self.assertEqual(INTERRUPTED, process.returncode, f"{out}\n{err}")
        lines = [line for line in err.splitlines() if line.startswith("commitbench: ")]
        self.assertEqual(1, len(lines), err)
        self.assertIn("interrupted", lines[0])
        self.assertEqual([], self.result_lines())
        return lines[0]

    def await_end_of(self, part: str, process: "subprocess.Popen[str]") -> None:
        """Until the program says that this part of its work is done, so that it is in the next."""
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith(part + ":"):
                return
        self.fail(f"the program ended before the end of its {part}")

    def test_while_making_the_ledger(self) -> None:
        process = self.start_program("run", "--quiet", "--workload", "transfer:accounts=1M", "--backend", "null", "--blocks", "100000")
        self.wait_for(lambda: (self.folder / "commitbench-results").exists(), "the results folder", process)
        self.interrupt(process)
        self.assertEqual([], list((self.folder / "tmp").iterdir()))

    def test_while_loading(self) -> None:
        process = self.start_program("run", "--workload", "transfer:accounts=300k,block-size=100", "--backend", "mpt:store=lmdb",
                                     "--blocks", "2", "--dir", "data")
        self.await_end_of("sorting", process)
        self.assertIn("half-loaded", self.interrupt(process))
        again = self.run_program("run", "--quiet", "--workload", SMALL_WORKLOAD, "--backend", "mpt:store=lmdb", "--blocks", "2",
                                 "--dir", "data", "--overwrite")
        self.assert_ok(again)

    def test_while_measuring(self) -> None:
        for i, backend in enumerate(KEEPING):
            with self.subTest(backend):
                data = f"data-{i}"
                process = self.start_program("run", "--workload", SMALL_WORKLOAD, "--backend", backend, "--blocks", "2k",
                                             "--durability", "block", "--dir", data)
                self.await_end_of("loading", process)
                self.interrupt(process)
                # What was persisted is whole: a script goes on from it.
                goes_on = self.run_program("root", "--backend", backend, "--dir", data, "-", stdin="commit\n")
                self.assertRegex(self.assert_ok(goes_on), r"^[0-9a-f]{64}\n$")

    def test_several_cells_stop_at_the_first(self) -> None:
        process = self.start_program("run", "--quiet", "--workload", SMALL_WORKLOAD, "--backend", "null", "--backend", "flat",
                                     "--blocks", "1M")
        self.wait_for(lambda: (self.folder / "commitbench-results").exists(), "the first cell", process)
        self.interrupt(process)

    def test_script_that_waits_for_input(self) -> None:
        for i, backend in enumerate(KEEPING):
            with self.subTest(backend):
                words = ("root", "--backend", backend, "--dir", f"data-{i}", "-")
                process = self.start_program(*words)
                assert process.stdin is not None and process.stdout is not None
                process.stdin.write(f"put {1:064x} aa\ncommit\nput {2:064x} bb\n")
                process.stdin.flush()
                root = process.stdout.readline()
                line = self.interrupt(process)
                self.assertIn("block 1", line)
                self.assertEqual(root, self.assert_ok(self.run_program(*words, stdin="commit\n")))

    def test_temporary_folder_is_removed(self) -> None:
        process = self.start_program("root", "--backend", "mpt:store=lmdb", "-")
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write("commit\n")
        process.stdin.flush()
        process.stdout.readline()
        self.interrupt(process)
        self.assertEqual([], list(pathlib.Path(self.folder / "tmp").iterdir()))
