"""Our trees beside the real ones that they imitate, from one sweep: commit throughput, reads, bytes, database, memory. See scripts/side_by_side."""

import dataclasses
import itertools
import math
import pathlib
import statistics
from collections.abc import Callable, Sequence

from . import records
from .arguments import Parser
from .bounds import NO, OPEN, YES, within
from .claims.command import run_sweep
from .claims.verdict import estimate_text
from .errors import EXIT_DIFFERENT, EXIT_SAME
from .number_text import number
from .plots.setting import amount_text
from .records import Cell, Run, SweepData
from .statistics import Estimate, median_estimate, ratio_estimate
from .sweep_statistics import flags, together
from .terminal import columns

PLAN: pathlib.Path = pathlib.Path(__file__).parents[2] / "backends" / "peers" / "warm.toml"
MEBI: float = 1 << 20
# first-touch-16M-hashdb.toml's first states take 21 GiB: a sweep that keeps fewer loads one of them anew for every run.
STATES_SIZE: str = "32GiB"


@dataclasses.dataclass(frozen=True)
class Target:
    """What a tree of ours should be worth beside a real one; ratios of commit throughput."""

    ours: str   # how our spec begins
    peer: str   # how the peer's spec begins
    least: float
    most: float | None = None  # more wants an explanation


TARGETS: tuple[Target, ...] = (
    Target("paged:store=file", "nomt", 4.0),
    Target("paged:store=file", "geth:scheme=path", 8.0),
    Target("mpt:store=rocksdb", "geth:scheme=hash", 1.0, 3.0),
)


def changes(run: Run) -> int:
    """Keys that the measured blocks wrote."""
    return sum(int(block["changes"]) for block in run.value("blocks") or [])


def commit_rate(run: Run) -> float:
    """Keys committed a second: over stage + merkleize + persist."""
    return changes(run) * 1e9 / run.commit_ns


def block_rate(run: Run) -> float:
    """Keys committed a second, reads and everything else of the block included."""
    return changes(run) * 1e9 / run.total_ns


def read_rate(run: Run) -> float | None:
    """Keys read a second, of those that the executor asked the backend for; their execution is in it. None where nothing was read."""
    reads = run.counter("state_reads")
    return reads * 1e9 / run.span_ns("execute") if reads else None


def device_bytes(run: Run, name: str) -> float | None:
    """Read or written, a key committed, as the kernel counts it."""
    found = run.counter(f"device_{name}_bytes")
    return None if found is None else found / changes(run)


def median_of(cell: Cell, figure: Callable[[Run], float | None]) -> float | None:
    """Over the valid runs that have it."""
    values = [value for run in cell.ok if (value := figure(run)) is not None]
    return statistics.median(values) if values else None


def text_of(value: float | None, unit: float = 1.0) -> str:
    """Three digits."""
    return "not counted" if value is None else number(value / unit)


def group_of(cell: Cell) -> tuple[tuple[str, str], ...]:
    """Everything but the backend: cells of one group have the same blocks under the same knobs."""
    return tuple(sorted((name, value) for name, value in cell.axes.items() if name != "backend"))


def groups_of(data: SweepData) -> list[dict[str, Cell]]:
    """The cells with a valid run by their backend, fastest commit first; smaller states, commitment alone, smaller blocks, fewer workers and warm
    caches first."""
    groups: dict[tuple[tuple[str, str], ...], list[Cell]] = {}
    for cell in data.measured:
        if cell.ok:
            groups.setdefault(group_of(cell), []).append(cell)
    ordered = sorted(groups.values(), key=lambda cells: place_of(cells[0].first))
    return [{cell.axes["backend"]: cell for cell in sorted(cells, key=lambda cell: -statistics.median(map(commit_rate, cell.ok)))} for cells in ordered]


def place_of(run: Run) -> tuple[int, bool, int, int, bool]:
    """Of its group among all."""
    return int(run.number("load", "keys")), run.executor.name != "replay", changes(run), run.workers, run.value("cache_state") == "cold"


def title_of(cell: Cell) -> str:
    """What a group has in common, in words."""
    run = cell.first
    keys = int(run.value("load", "keys") or 0)
    block = changes(run) / max(len(run.value("blocks") or []), 1)
    workers = "1 worker" if run.workers == 1 else f"{run.workers} workers"
    return (f"{amount_text(keys)} keys, {number(block)} keys a block, {workers}, {run.value('cache_state')} after {run.value('warmup_blocks')} blocks, "
            f"{run.executor.name}; durability={run.durability}, budget {run.memory_bytes / MEBI:,.0f} MiB")


def ratio_of(ours: Cell, peer: Cell, rate: Callable[[Run], float]) -> Estimate:
    """Of ours against the peer's, repetition by repetition."""
    first, second = together(peer, ours)
    return ratio_estimate([rate(run) for run in first], [rate(run) for run in second], paired=True)


def verdict_of(target: Target, found: Estimate) -> str:
    """By the whole interval."""
    most = math.inf if target.most is None else target.most
    bounds = f"{target.least:g} x and more" if target.most is None else f"{target.least:g} to {target.most:g} x"
    return {YES: "met", NO: "missed", OPEN: "open"}[within(found, target.least, most)] + f" ({bounds})"


def table_of(cells: dict[str, Cell]) -> str:
    """A line a backend."""
    rows = [("backend", "keys committed/s", "whole blocks, keys/s", "keys read/s", "read, bytes/key", "written, bytes/key", "database, MiB", "peak memory, MiB", "runs")]
    for backend, cell in cells.items():
        rows.append((
            backend, median_estimate([commit_rate(run) for run in cell.ok]).text(), text_of(median_of(cell, block_rate)), text_of(median_of(cell, read_rate)),
            text_of(median_of(cell, lambda run: device_bytes(run, "read"))), text_of(median_of(cell, lambda run: device_bytes(run, "write"))),
            text_of(median_of(cell, lambda run: run.value("storage", "database_bytes")), MEBI),
            text_of(median_of(cell, lambda run: run.counter("peak_rss_bytes")), MEBI), str(len(cell.ok))))
    return columns(rows, right=range(1, 9))


def targets_of(cells: dict[str, Cell]) -> list[str]:
    """A line for each target and each setting of ours and of the peer's that it names."""
    lines = []
    for target in TARGETS:
        for ours, peer in itertools.product(cells, cells):
            if ours.startswith(target.ours) and peer.startswith(target.peer):
                found = ratio_of(cells[ours], cells[peer], commit_rate)
                whole = ratio_of(cells[ours], cells[peer], block_rate)
                lines.append(f"{ours} against {peer}: commit {estimate_text(found, False)}, {verdict_of(target, found)}; "
                             f"whole blocks {estimate_text(whole, False)}")
    return lines


def show(data: SweepData) -> None:
    """Every group: its table, its targets, what a reader should know of its runs."""
    for cells in groups_of(data):
        print(f"\n{title_of(next(iter(cells.values())))}")
        print(table_of(cells))
        for line in targets_of(cells):
            print(f"    {line}")
        for backend, cell in cells.items():
            for flag in flags(cell):
                print(f"    {backend}: {flag}")
    for cell in data.measured:
        if not cell.ok:
            print(f"\nno valid run of {cell.label(data.varying_axes)}: {cell.runs[-1].reason}")


def main(arguments: Sequence[str]) -> int:
    """`scripts/side_by_side`."""
    parser = Parser("side-by-side", "Measures our trees beside the real ones that they imitate, in one sweep, and prints a table for each setting.")
    parser.add_argument("--out", type=pathlib.Path, required=True, metavar="DIR", help="gets the sweep; what is measured there is not measured again")
    parser.add_argument("--plan", type=pathlib.Path, metavar="FILE", help="another plan (default: backends/peers/warm.toml)")
    parser.add_argument("--repetitions", type=int, metavar="N", help="runs of each cell (default: the plan's)")
    parser.add_argument("--evaluate-only", action="store_true", help="measures nothing: prints what is there")
    given = parser.parse_args(arguments)
    if not given.evaluate_only:
        words = ["--states-size", STATES_SIZE, *([] if given.repetitions is None else ["--repetitions", str(given.repetitions)])]
        code = run_sweep(given.plan or PLAN, given.out, words)
        if code not in (0, 1):
            return code
    data = records.read(given.out)
    show(data)
    # A wrong root is no slow run: it fails all.
    return EXIT_DIFFERENT if data.void_total or data.failed_total else EXIT_SAME
