"""`load` and `run --state`: a restored state is as a loaded one."""

import shutil

from sweep_test import SweepTest


class SavedStates(SweepTest):
    """`load`, and `run --state`."""

    CELL: tuple[str, ...] = ("--workload", "transfer:accounts=500,block-size=20", "--memory", "64MiB")

    def test_restored_is_as_loaded(self) -> None:
        for i, backend in enumerate(("mpt:store=lmdb", "mpt:store=rocksdb", "paged:store=file", "flat:store=lmdb")):
            with self.subTest(backend):
                state = f"state-{i}"
                self.assert_ok(self.run_program("load", *self.CELL, "--backend", backend, "--dir", state))
                files = self.files(state)
                loaded = self.run_cell(*self.CELL, "--backend", backend, "--blocks", "3")
                # Other blocks, the same first state.
                other = ["--workload", "transfer:accounts=500,block-size=30,work=3", "--memory", "64MiB"]
                for words in (list(self.CELL), other):
                    restored = self.run_cell(*words, "--backend", backend, "--blocks", "3", "--state", state)
                    self.assertTrue(restored["load"]["restored"])
                    self.assertEqual("valid", restored["ledger"]["verdict"])
                    if words == list(self.CELL):
                        self.assertEqual([b["root"] for b in loaded["blocks"]], [b["root"] for b in restored["blocks"]])
                self.assertEqual(files, self.files(state), "what is shared was not changed")
                self.assertEqual([], list(self.folder.glob(".restored*")))

    def files(self, state: str) -> dict[str, bytes]:
        """Every file of a saved state with what is in it."""
        root = self.folder / state / "files"
        return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}

    def test_another_state_is_refused(self) -> None:
        self.assert_ok(self.run_program("load", *self.CELL, "--backend", "mpt:store=lmdb", "--dir", "state"))
        for words in (["--seed", "2"], ["--memory", "65MiB"], ["--workload", "transfer:accounts=501"], ["--backend", "mpt:store=rocksdb"]):
            cell = {"--workload": self.CELL[1], "--memory": self.CELL[3], "--backend": "mpt:store=lmdb", words[0]: words[1]}
            flat = [word for pair in cell.items() for word in pair]
            self.assert_refused(self.run_program("run", "--quiet", *flat, "--blocks", "2", "--state", "state"), "the state in state is of")
        self.assert_refused(self.run_program("run", "--quiet", *self.CELL, "--blocks", "2", "--state", "none"), "none", "commitbench load")
        self.assert_refused(self.run_program("load", *self.CELL, "--backend", "mpt:store=lmdb", "--dir", "state"), "holds a state already")
        self.assert_refused(self.run_program("load", *self.CELL, "--backend", "mpt:store=memory", "--dir", "memory"), "keeps its state in memory")
        (self.folder / "own").mkdir()
        self.write("own/letter", "dear")
        self.assert_refused(self.run_program("load", *self.CELL, "--backend", "mpt:store=lmdb", "--dir", "own"), "no state of this program")

    def test_a_state_that_is_not_what_it_says_makes_the_run_void(self) -> None:
        self.assert_ok(self.run_program("load", *self.CELL, "--backend", "mpt:store=lmdb", "--dir", "right"))
        self.assert_ok(self.run_program("load", *self.CELL, "--seed", "2", "--backend", "mpt:store=lmdb", "--dir", "wrong"))
        shutil.copy(self.folder / "right" / "state.json", self.folder / "wrong" / "state.json")
        result = self.run_program("run", "--quiet", *self.CELL, "--backend", "mpt:store=lmdb", "--blocks", "2", "--state", "wrong")
        self.assert_message(result, "this run is void", "first state", code=1)
