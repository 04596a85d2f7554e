"""Shapes that others have published, measured here: published, measured, agrees or not, and why. See scripts/published_shapes."""

import dataclasses
import pathlib
from collections.abc import Callable, Sequence

from . import records
from .arguments import Parser
from .bounds import within
from .claims.command import run_sweep
from .claims.verdict import estimate_text
from .errors import EXIT_SAME, AnalysisError
from .plots.setting import Setting, amount_text, settings_of, work_text
from .records import SweepData
from .statistics import Estimate, median_estimate
from .sweep_statistics import cell_share, floor_of, ratio, together

COLD_TRIE: str = "mpt:store=rocksdb,direct=on"


@dataclasses.dataclass(frozen=True)
class Line:
    """One line of the table."""

    published: str
    source: str
    measured: str
    agrees: str
    why: str


@dataclasses.dataclass(frozen=True)
class Shape:
    """What is measured, and how it is read."""

    plan: str
    summary: str
    read: Callable[[SweepData], list[Line]]


def one(data: SweepData, executor: str, backend: str) -> Setting:
    """The cell. AnalysisError where it has no valid run."""
    for setting in settings_of(data):
        if setting.executor == executor and setting.backend == backend:
            return setting
    raise AnalysisError(f"published: {executor} over {backend} has no valid run: look at the reasons in {data.files[0]}")


def share_of(setting: Setting) -> str:
    """Where its time goes, in words."""
    parts = ", ".join(f"{span} {100 * cell_share(setting.cell, span).value:.0f} %" for span in ("execute", "stage", "merkleize", "persist"))
    return f"{parts}; {work_text(setting.work_us)}"


def cold(data: SweepData) -> list[Line]:
    """S1."""
    setting = one(data, "sequential", COLD_TRIE)
    share = cell_share(setting.cell, "commit")
    return [Line("50 to 75 % of serial execution with a cold naive trie on disk", "reth 2024 (75 %), Erigon sync 2026 (61 %), ethresear.ch 2024 (50 %)",
                 estimate_text(share, True), within(share, 0.50, 0.75), share_of(setting) + "; nothing but the budget caches nodes")]


def parallel(data: SweepData) -> list[Line]:
    """S2."""
    serial, shared = one(data, "sequential", COLD_TRIE), one(data, "block-stm", COLD_TRIE)
    before, after = cell_share(serial.cell, "commit"), cell_share(shared.cell, "commit")
    faster = ratio(serial.cell, shared.cell)
    rise = ratio_of_shares(serial, shared)
    return [Line("the share rises when only execution is parallelised", "reth 2026 (17 to 44 %), Erigon tip 2026 (45 to 47 %)",
                 f"{estimate_text(before, True)} to {estimate_text(after, True)} on {shared.workers} cores", within(rise, 1.0, float("inf")),
                 f"end to end {estimate_text(faster, False)}; " + share_of(shared))]


def ratio_of_shares(before: Setting, after: Setting) -> Estimate:
    """Of commitment, repetition by repetition."""
    first, second = together(before.cell, after.cell)
    return median_estimate([right.commit_share / left.commit_share for left, right in zip(first, second)])


def warm(data: SweepData) -> list[Line]:
    """S3."""
    lines = []
    for backend in ("mpt:store=memory,hash=blake3,lanes=on", "paged:store=memory"):
        setting = one(data, "sequential", backend)
        share = cell_share(setting.cell, "commit")
        lines.append(Line("below 15 % with warm nodes and a cheap hash", "go-ethereum slow block 2025 (7 %), Besu 2026 (4 %)", f"{backend}: {estimate_text(share, True)}",
                          within(share, 0.0, 0.15), share_of(setting)))
    return lines


def accounts(data: SweepData) -> list[Line]:
    """Block-STM's table."""
    settings = settings_of(data)
    floor = floor_of(data).floor
    base = {setting.accounts: setting for setting in settings if setting.executor == "sequential"}
    ours = sorted((setting for setting in settings if setting.executor == "block-stm"), key=lambda setting: setting.accounts)
    if not ours or any(setting.accounts not in base for setting in ours):
        raise AnalysisError(f"published: cells of the accounts have no valid run: look at the reasons in {data.files[0]}")
    speed = {setting.accounts: ratio(base[setting.accounts].cell, setting.cell) for setting in ours}
    lines = []
    for fewer, more in zip(ours, ours[1:]):
        step = ratio(fewer.cell, more.cell)
        # More accounts are no slower, up to the noise; on few cores the upper ones are all at the cores' limit.
        lines.append(Line(f"{amount_text(more.accounts)} accounts no slower than {amount_text(fewer.accounts)}", "Block-STM, PPoPP 2023",
                          estimate_text(step, False), within(step, 1 - floor, float("inf")),
                          f"{speed[fewer.accounts].value:.2f} x and {speed[more.accounts].value:.2f} x sequential on {more.workers} cores"))
    two, ten = speed.get(2.0), speed.get(10.0)
    if two is not None:
        lines.append(Line("2 accounts at most 30 % slower than sequential", "Block-STM, PPoPP 2023", estimate_text(two, False), within(two, 0.70, float("inf")),
                          "a chain: nothing can run at the same time"))
    if ten is not None:
        lines.append(Line("10 accounts beat sequential", "Block-STM, PPoPP 2023 (16 and 32 threads)", estimate_text(ten, False), within(ten, 1.0, float("inf")),
                          "the longest chain allows 2.1 x, whatever the cores"))
    return lines


SHAPES: dict[str, Shape] = {
    "cold": Shape("published-commitment", "commitment's share, serial, cold naive trie on disk", cold),
    "parallel": Shape("published-commitment", "the share when only execution is parallelised", parallel),
    "warm": Shape("published-commitment", "the share with warm nodes and a cheap hash", warm),
    "accounts": Shape("published-accounts", "Block-STM over 2 to 10,000 accounts", accounts),
}


def main(arguments: Sequence[str]) -> int:
    """`scripts/published_shapes [SHAPE...]`."""
    parser = Parser("published", "Measures shapes that others have published and says whether they come out here.",
                    "\n".join(f"{name}: {shape.summary}" for name, shape in SHAPES.items()))
    parser.add_argument("shapes", nargs="*", metavar="SHAPE", help=f"one or more of {', '.join(SHAPES)} (default: all)")
    parser.add_argument("--out", type=pathlib.Path, required=True, metavar="DIR", help="gets a folder for each plan; a measured one is not measured again")
    parser.add_argument("--repetitions", type=int, metavar="N", help="runs of each cell (default: the plans' 6)")
    given = parser.parse_args(arguments)
    wrong = [name for name in given.shapes if name not in SHAPES]
    if wrong:
        raise AnalysisError(f"published: there is no shape '{wrong[0]}': choose from {', '.join(SHAPES)}")
    words = [] if given.repetitions is None else ["--repetitions", str(given.repetitions)]
    plans = pathlib.Path(__file__).parents[2] / "plans"
    for name in given.shapes or SHAPES:
        shape = SHAPES[name]
        folder = given.out / shape.plan
        code = run_sweep(plans / f"{shape.plan}.toml", folder, words)
        if code not in (0, 1):
            return code
        print(f"\n{name}: {shape.summary}")
        for line in shape.read(records.read(folder)):
            print(f"    published  {line.published} ({line.source})\n    measured   {line.measured}\n    agrees     {line.agrees}: {line.why}")
    return EXIT_SAME
