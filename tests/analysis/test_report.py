"""The report: what stands in it, and that a browser shows it without complaint."""

import json
import os
import pathlib
import shutil
import tempfile
import unittest
from typing import Any

import chromium
import made_runs
from analysis import records, report
from analysis.errors import AnalysisError

CLAIMS: dict[str, Any] = {
    "schema_version": 1, "quick": False, "claims": [
        {"id": "K1", "hypothesis": "Commitment is the <largest> cost.", "verdict": "does not hold", "by_regime": {"on disk": "does not hold"}, "refuted_by": "a share below half.",
         "parts": [{"regime": "on disk", "statement": "share at 3 us", "estimate": "93 % (92 to 94 %)", "rule": "lower end above 50 %", "verdict": "holds", "reason": "made up"}],
         "regime": ["Half at 46 us of work and 1M keys."],
         "tables": [{"title": "If a phase cost more", "columns": ["phase", "throughput"], "rows": [["commitment", "0.5"]]}], "not_built": ["overlapping stages"], "figures": ["regime-map"]},
        {"id": "K2", "hypothesis": "A second one.", "verdict": "undecided", "by_regime": {}, "refuted_by": "nothing.", "parts": [], "regime": [], "tables": [], "not_built": [], "figures": []},
    ],
}


class WithReport(unittest.TestCase):
    """A page that is made once."""

    folder: pathlib.Path
    page: pathlib.Path
    text: str

    @classmethod
    def setUpClass(cls) -> None:
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="commitbench-report-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        made_runs.write_sweep(cls.folder, made_runs.every_figure(), 6)
        (cls.folder / report.VERDICTS_FILE).write_text(json.dumps(CLAIMS), encoding="utf-8")
        assert report.main([str(cls.folder), "--title", "Made <up> & tested"]) == 0
        cls.page = cls.folder / "report.html"
        cls.text = cls.page.read_text(encoding="utf-8")


class Report(WithReport):
    """The file."""

    def test_verdicts_come_before_figures(self) -> None:
        self.assertLess(self.text.index('id="K1"'), self.text.index('id="throughput-cores"'))

    def test_text_of_others_is_no_markup(self) -> None:
        self.assertIn("Made &lt;up&gt; &amp; tested", self.text)
        self.assertIn("Commitment is the &lt;largest&gt; cost.", self.text)
        self.assertNotIn("<largest>", self.text)

    def test_nothing_is_fetched_from_anywhere(self) -> None:
        for word in (' src="http', ' href="http', "url(http", "@import", "fetch(", "XMLHttpRequest"):
            self.assertNotIn(word, self.text)

    def test_what_is_not_built_is_said(self) -> None:
        self.assertIn("Not built, so not measured: overlapping stages", self.text)

    def test_quick_verdicts_are_called_ranges(self) -> None:
        data = records.read(self.folder)
        self.assertIn("too few runs for a verdict", report.verdicts_html({**CLAIMS, "quick": True}))
        self.assertIn("No claim was evaluated", report.introduction_html(data, None))

    def test_every_figure_has_its_commands_and_the_manifest_is_there(self) -> None:
        self.assertEqual(8, self.text.count('<section class="figure"'))
        self.assertEqual(8, self.text.count("The command of each cell in the picture"))
        self.assertIn("&quot;plan_hash&quot;: &quot;0&quot;", self.text)

    def test_damaged_verdicts_are_refused_in_one_line(self) -> None:
        other = self.folder / "damaged"
        other.mkdir()
        (other / report.VERDICTS_FILE).write_text("{", encoding="utf-8")
        with self.assertRaisesRegex(AnalysisError, "claims.json: is damaged"):
            report.read_claims(other)

    def test_a_page_that_cannot_be_written_is_said_in_one_line(self) -> None:
        with self.assertRaisesRegex(AnalysisError, "cannot be written"):
            report.main([str(self.folder), "--out", str(self.folder / "no" / "such" / "folder.html")])


class InBrowser(WithReport):
    """The page as people see it."""

    browser: chromium.Page
    pictures: pathlib.Path

    @classmethod
    def setUpClass(cls) -> None:
        program = chromium.installed()
        if program is None:
            raise unittest.SkipTest("there is no chromium; scripts/install_dependencies test installs it")
        super().setUpClass()
        cls.pictures = pathlib.Path(os.environ.get("COMMITBENCH_SCREENSHOTS") or cls.folder)
        cls.pictures.mkdir(parents=True, exist_ok=True)
        cls.browser = chromium.Page(program)
        cls.addClassCleanup(cls.browser.close)

    def show(self, width: int, fragment: str = "", *, phone: bool = False, dark: bool = False) -> None:
        """The page anew."""
        self.browser.open("about:blank")
        self.browser.complaints.clear()
        self.browser.requests.clear()
        self.browser.resize(width, 900, phone=phone, dark=dark)
        self.browser.open(self.page.as_uri() + fragment)

    def assert_quiet(self) -> None:
        """No complaint on the console, no request to anywhere."""
        self.assertEqual([], self.browser.complaints)
        self.assertEqual([], [address for address in self.browser.requests if not address.startswith(("file:", "data:"))])

    def rows(self) -> int:
        """That are shown."""
        return int(self.browser.value("[...document.querySelectorAll('tr[data-cells]')].filter((row) => row.getClientRects().length > 0).length"))

    def test_renders_without_complaint_in_light_and_dark_wide_and_narrow(self) -> None:
        for width, phone in ((1280, False), (390, True)):
            for dark in (False, True):
                with self.subTest(width=width, dark=dark):
                    self.show(width, phone=phone, dark=dark)
                    self.assert_quiet()
                    self.assertEqual(8, self.browser.value("[...document.images].filter((image) => image.complete && image.naturalWidth > 100).length"))
                    self.assertLessEqual(self.browser.value("document.documentElement.scrollWidth"), width, "the page is not to scroll sideways")
                    ground = self.browser.value("getComputedStyle(document.body).backgroundColor")
                    self.assertEqual(dark, ground != "rgb(255, 255, 255)", ground)
                    picture = self.pictures / f"report-{width}-{'dark' if dark else 'light'}.png"
                    self.browser.screenshot(picture, height=3000)
                    self.assertGreater(picture.stat().st_size, 10_000)

    def test_filter_of_the_address_hides_other_rows_and_figures(self) -> None:
        self.show(1280)
        everything = self.rows()
        self.show(1280, "#words=paged+block-stm")
        self.assertLess(0, self.rows())
        self.assertLess(self.rows(), everything)
        self.assertEqual("12", self.browser.value("document.body.dataset.shown"))
        self.assertTrue(self.browser.value("document.getElementById('contention').hidden"), "no cell of it has the words")
        self.assertFalse(self.browser.value("document.getElementById('throughput-cores').hidden"))
        self.assert_quiet()

    def test_typing_filters_and_is_in_the_address_and_clearing_undoes_it(self) -> None:
        self.show(1280)
        everything = self.rows()
        self.browser.value("document.getElementById('words').focus()")
        self.browser.type("theta=1.2")
        self.assertEqual("#words=theta%3D1.2", self.browser.value("location.hash"))
        self.assertLess(self.rows(), everything)
        self.browser.value("document.getElementById('clear').click()")
        self.assertEqual(everything, self.rows())
        self.assert_quiet()

    def test_an_axis_can_be_chosen(self) -> None:
        self.show(1280)
        self.browser.value("""(() => { const menu = document.querySelector("#filter select[name=workers]");
            menu.value = "2"; menu.dispatchEvent(new Event("change")); })()""")
        self.assertEqual("#axis.workers=2", self.browser.value("location.hash"))
        self.assertEqual("16", self.browser.value("document.body.dataset.shown"))

    def test_words_that_no_cell_has_show_none(self) -> None:
        self.show(1280, "#words=nonsense")
        self.assertEqual(0, self.rows())
        self.assertEqual("0 of 186 cells", self.browser.value("document.getElementById('count').textContent"))


if __name__ == "__main__":
    unittest.main()
