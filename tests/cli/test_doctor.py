"""`doctor` looks and changes nothing."""

from cli_test import CliTest


class Doctor(CliTest):
    """The checks of this machine; what they find differs, that they are made does not."""

    def test_every_check_is_made(self) -> None:
        text = self.assert_ok(self.run_program("doctor"))
        for word in ("governor", "swap", "load", "worker_seats", "Nothing was changed."):
            self.assertIn(word, text)

    def test_leaves_nothing_behind(self) -> None:
        data = self.folder / "data"
        data.mkdir()
        self.assert_ok(self.run_program("doctor", "--dir", "data"))
        self.assertEqual([], list(data.iterdir()))

    def test_missing_folder(self) -> None:
        self.assert_refused(self.run_program("doctor", "--dir", "nowhere"), "--dir nowhere: is no folder")

    def test_bad_memory(self) -> None:
        self.assert_refused(self.run_program("doctor", "--memory", "x"), "--memory x")
