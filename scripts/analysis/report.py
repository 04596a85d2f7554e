"""`commitbench report`: one HTML file that needs nothing else: verdicts first, then every figure with its numbers, command and manifest."""

import base64
import html
import io
import json
import pathlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Optional

from . import records
from .arguments import Parser
from .errors import EXIT_SAME, AnalysisError
from .number_text import number, plural
from .plots import FIGURES
from .plots.figure import Figure, Value, manifest_beside
from .records import Cell, SweepData
from .sweep_statistics import flags, floor_of

PAGE: pathlib.Path = pathlib.Path(__file__).parent / "page"
VERDICTS_FILE: str = "claims.json"
MOST_CHOICES: int = 40  # values of an axis in a menu; more are found by typing


def escape(text: object) -> str:
    """For text and attributes of HTML."""
    return html.escape(str(text), quote=True)


def embedded_json(value: Any) -> str:
    """JSON that may stand inside a script element."""
    return json.dumps(value, ensure_ascii=False).replace("</", "<\\/")


def cell_text(cell: Cell, data: SweepData) -> str:
    """What the words of the filter are looked for in."""
    return f"{cell.label(data.varying_axes)} {cell.label()} {cell.cell}".lower()


def value_html(value: Value) -> str:
    """A field of a table."""
    if isinstance(value, str):
        return f'<td class="word">{escape(value)}</td>'
    if value is None:
        return "<td>no value</td>"
    return f"<td>{value:,}</td>" if isinstance(value, int) else f"<td>{number(value, 4)}</td>"


def table_html(figure: Figure) -> str:
    """The numbers of a figure; each row names its cells."""
    heads = "".join(f'<th class="word">{escape(name)}</th>' if isinstance(value, str) else f"<th>{escape(name)}</th>"
                    for name, value in zip(figure.columns, figure.rows[0].values))
    body = "\n".join(f'<tr data-cells="{escape(" ".join(row.cells))}">{"".join(value_html(value) for value in row.values)}</tr>' for row in figure.rows)
    return f'<div class="wide" tabindex="0"><table><thead><tr>{heads}</tr></thead><tbody>\n{body}\n</tbody></table></div>'


def image_html(figure: Figure) -> str:
    """The picture inside the page. An image element keeps the names within two pictures apart."""
    picture = io.BytesIO()
    figure.canvas.savefig(picture, format="svg", bbox_inches="tight", pad_inches=0.08, metadata={"Date": None})
    return f'<img alt="{escape(figure.title)}" src="data:image/svg+xml;base64,{base64.b64encode(picture.getvalue()).decode()}">'


def commands_html(cells: Iterable[Cell]) -> str:
    """What was run for each cell."""
    return "\n".join(escape(cell.first.command) for cell in cells if cell.ok)


def figure_html(figure: Figure) -> str:
    """Picture, caption, numbers, commands."""
    caption = "<br>".join(escape(line) for line in figure.caption.split("\n"))
    return f"""<section class="figure" id="{escape(figure.name)}">
<h3>{escape(figure.title)}</h3>
<figure><div class="picture" tabindex="0">{image_html(figure)}</div><figcaption class="quiet">{caption}</figcaption></figure>
<details open><summary>Numbers (<span class="shown">{len(figure.rows)}</span> of {len(figure.rows)} rows)</summary>{table_html(figure)}</details>
<details><summary>The command of each cell in the picture; <a href="#manifest">manifest</a></summary><pre>{commands_html(figure.cells)}</pre></details>
</section>"""


def verdicts_html(claims: Optional[dict[str, Any]]) -> str:
    """The verdict of each claim with what it rests on; nothing where no claim was evaluated."""
    if claims is None:
        return ""
    parts = ['<h2 id="verdicts">Verdicts</h2>']
    if claims["quick"]:
        parts.append('<p class="warning">A quick look: too few runs for a verdict. What follows are ranges.</p>')
    else:
        parts.append(summary_html(claims["claims"]))
    for claim in claims["claims"]:
        kind = claim["verdict"].replace(" ", "-")
        rows = "".join(
            f'<tr><td class="word">{escape(part["regime"])}</td><td class="word">{escape(part["statement"])}</td><td class="word">{escape(part["estimate"])}</td>'
            f'<td class="word">{escape(part["rule"])}</td><td class="word">{escape(part["verdict"])}</td><td class="word">{escape(part["reason"])}</td></tr>'
            for part in claim["parts"])
        regime = "".join(f"<li>{escape(sentence)}</li>" for sentence in claim["regime"])
        tables = "".join(claim_table_html(table) for table in claim["tables"])
        links = ", ".join(f'<a href="#{escape(name)}">{escape(name)}</a>' for name in claim["figures"])
        missing = "".join(f"<li>Not built, so not measured: {escape(text)}</li>" for text in claim["not_built"])
        parts.append(f"""<div class="verdict {kind}" id="{escape(claim['id'])}">
<h3>{escape(claim['id'])}: <span class="answer">{escape(claim['verdict'])}</span></h3>
<p>{escape(claim['hypothesis'])}</p>
<div class="wide parts" tabindex="0"><table><thead><tr><th class="word">regime</th><th class="word">statement</th><th class="word">measured</th><th class="word">holds where</th><th class="word">verdict</th><th class="word">why</th></tr></thead><tbody>{rows}</tbody></table></div>
<ul>{regime}{missing}</ul>{tables}
<p class="quiet">Would be refuted by: {escape(claim['refuted_by'])} Figures: {links or 'none'}.</p>
</div>""")
    return "\n".join(parts)


def summary_html(claims: Sequence[Mapping[str, Any]]) -> str:
    """All verdicts at a glance: in which regimes each claim holds."""
    def regimes(claim: Mapping[str, Any], verdict: str) -> str:
        return "; ".join(escape(regime) for regime, found in claim["by_regime"].items() if found == verdict) or "-"

    rows = "".join(f'<tr><td class="word"><a href="#{escape(claim["id"])}">{escape(claim["id"])}</a></td><td class="word">{escape(claim["hypothesis"])}</td>'
                   f'<td class="word"><b>{escape(claim["verdict"])}</b></td><td class="word">{regimes(claim, "holds")}</td>'
                   f'<td class="word">{regimes(claim, "does not hold")}</td><td class="word">{regimes(claim, "undecided")}</td></tr>' for claim in claims)
    return ('<div class="wide parts" tabindex="0"><table><thead><tr><th class="word">claim</th><th class="word">says</th><th class="word">verdict</th>'
            '<th class="word">holds</th><th class="word">does not hold</th><th class="word">undecided</th></tr></thead>'
            f'<tbody>{rows}</tbody></table></div>')


def claim_table_html(table: Mapping[str, Any]) -> str:
    """Of a claim, folded away."""
    head = "".join(f'<th class="word">{escape(column)}</th>' for column in table["columns"])
    rows = "".join("<tr>" + "".join(f'<td class="word">{escape(text)}</td>' for text in row) + "</tr>" for row in table["rows"])
    return (f'<details><summary>{escape(table["title"])}</summary><div class="wide parts" tabindex="0"><table><thead><tr>{head}</tr></thead>'
            f'<tbody>{rows}</tbody></table></div></details>')


def introduction_html(data: SweepData, claims: Optional[dict[str, Any]]) -> str:
    """Machine, runs, noise."""
    machines = "; ".join(machine.text for machine in data.machines.values())
    lines = [f"<p>Machine: {escape(machines)}.</p>",
             f"<p>{plural(data.runs_total, 'run')} of {plural(len(data.cells), 'cell')}: {data.void_total} void, {data.failed_total} failed, "
             f"{data.retried_total} repeated attempts. Noise {escape(floor_of(data).text())}.</p>"]
    if data.pooled:
        lines.append(f'<p class="warning">{escape(data.pooling_note)}</p>')
    if claims is None:
        lines.append('<p class="quiet">No claim was evaluated on these runs; <code>commitbench claim</code> does that.</p>')
    return "\n".join(lines)


def runs_html(data: SweepData) -> str:
    """Every cell with its runs and what is to be said about them; the manifest."""
    rows = []
    for cell in data.cells.values():
        said = "; ".join([*([] if cell.ok else ["no valid run"]), *flags(cell)])
        rows.append(f'<tr><td class="word">{escape(cell.label(data.varying_axes))}</td><td class="word">{escape(cell.role)}</td><td>{len(cell.ok)}</td>'
                    f'<td class="word">{escape(said)}</td><td class="word">{escape(cell.cell)}</td></tr>')
    manifests = []
    for file in data.files:
        manifest = manifest_beside(file)
        if manifest is not None:
            manifests.append(f"<details><summary>{escape(file.parent / 'manifest.json')}</summary><pre>{escape(json.dumps(manifest, indent=1))}</pre></details>")
    facts = "".join(f"<details><summary>{escape(machine.text)}</summary><pre>{escape(json.dumps(dict(machine.facts), indent=1))}</pre></details>"
                    for machine in data.machines.values())
    body = "\n".join(rows)
    return (f'<details><summary>All {len(data.cells)} cells</summary><div class="wide" tabindex="0"><table><thead><tr><th class="word">cell</th>'
            f'<th class="word">role</th><th>runs</th><th class="word">notes</th><th class="word">id</th></tr></thead><tbody>\n{body}\n</tbody></table></div>'
            f'</details>\n<h3 id="manifest">Manifest</h3>{"".join(manifests) or "<p>These runs are no sweep&#39;s: they have no manifest.</p>"}\n'
            f"<h3>Machine</h3>{facts}")


def choices_html(data: SweepData) -> str:
    """A menu an axis."""
    menus = []
    for axis in data.varying_axes:
        values = list(dict.fromkeys(cell.axes[axis] for cell in data.measured if axis in cell.axes))
        if len(values) <= MOST_CHOICES:
            options = "".join(f'<option value="{escape(value)}">{escape(value)}</option>' for value in values)
            menus.append(f'<label>{escape(axis)}<select name="{escape(axis)}"><option value="">any</option>{options}</select></label>')
    return "".join(menus)


def draw_all(data: SweepData) -> list[Figure]:
    """Every figure that the runs have something to show for; who calls this closes them."""
    return [figure for function in FIGURES.values() if (figure := function(data)) is not None]


def render(data: SweepData, figures: Sequence[Figure], title: str, claims: Optional[dict[str, Any]] = None) -> str:
    """The page."""
    cells = {cell.cell: {"text": cell_text(cell, data), "axes": dict(cell.axes)} for cell in data.measured}
    return (PAGE / "page.html").read_text(encoding="utf-8").format(
        title=escape(title), style=(PAGE / "page.css").read_text(encoding="utf-8"), introduction=introduction_html(data, claims),
        verdicts=verdicts_html(claims), choices=choices_html(data), figures="\n".join(figure_html(figure) for figure in figures), runs=runs_html(data), cells=embedded_json(cells),
        script=(PAGE / "page.js").read_text(encoding="utf-8"))


def read_claims(folder: pathlib.Path) -> Optional[dict[str, Any]]:
    """What `commitbench claim` left there."""
    file = folder / VERDICTS_FILE
    if not file.is_file():
        return None
    try:
        claims: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise AnalysisError(f"{file}: is damaged ({error}): remove it, or let `commitbench claim` write it again") from error
    return claims


def write_report(data: SweepData, figures: Sequence[Figure], file: pathlib.Path, title: str, claims: Optional[dict[str, Any]] = None) -> None:
    """Writes the page. AnalysisError where it cannot be written."""
    page = render(data, figures, title, claims)
    try:
        file.write_text(page, encoding="utf-8")
    except OSError as error:
        raise AnalysisError(f"{file}: cannot be written: {error.strerror}") from error


def main(arguments: Sequence[str]) -> int:
    """`commitbench report DIR...`."""
    parser = Parser("report", "One HTML file from result folders: verdicts, figures with their numbers. It needs no network.")
    parser.add_results("folders", "folders with a runs.jsonl, or the files", several=True)
    parser.add_argument("--out", type=pathlib.Path, metavar="FILE", help="the page (default: report.html in the first folder)")
    parser.add_argument("--title", default="commitbench: results", help="of the page")
    parser.add_pool_machines()
    given = parser.parse_args(arguments)
    data = records.read(given.folders, pool_machines=given.pool_machines)
    folder = data.files[0].parent
    out = given.out or folder / "report.html"
    figures = draw_all(data)
    write_report(data, figures, out, given.title, read_claims(folder))
    for figure in figures:
        figure.close()
    print(f"report: {out}")
    return EXIT_SAME
