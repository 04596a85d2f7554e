"""Runs as `commitbench run` and `commitbench sweep` write them: one line of JSON each in a runs.jsonl.

A run is one process and the unit of all statistics. Runs that are void (their results were wrong) or failed (they came to no result)
are kept and counted; no figure is made of them. Fields that this reader does not know stay in `Run.line`.
"""

import dataclasses
import functools
import hashlib
import json
import lzma
import pathlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, cast

import numpy
import numpy.typing

from .errors import AnalysisError

Role = Literal["cell", "null", "aa"]
Status = Literal["ok", "void", "failed"]
Floats = numpy.typing.NDArray[numpy.float64]
Paths = str | pathlib.Path | Sequence[str | pathlib.Path]

RESULT_FILE: str = "runs.jsonl"
PACKED: str = ".xz"  # results that are kept: a sweep's lines take a fifteenth of their bytes so
SPANS: tuple[str, ...] = ("execute", "stage", "merkleize", "persist", "other")
COMMIT_SPANS: tuple[str, ...] = ("stage", "merkleize", "persist")

# What must be alike for two runs to be of one machine. The kernel and its settings are not: they are what one changes on a machine.
_MACHINE_FACTS: tuple[str, ...] = ("host", "cpu_model", "logical_cores", "physical_cores", "usable_cores", "cgroup_cpus")
_GIBIBYTE: int = 1 << 30


@dataclasses.dataclass(frozen=True)
class ComponentSpec:
    """An executor, backend or workload as it was resolved."""

    name: str
    spec: str
    options: Mapping[str, Any]


@dataclasses.dataclass(frozen=True)
class MachineFacts:
    """The machine of some runs: a short fingerprint, a text for people, and the facts as the first of the runs has them."""

    fingerprint: str
    text: str
    facts: Mapping[str, Any]


@dataclasses.dataclass(frozen=True)
class Run:
    """One process that measured one cell once. The figures (tx_per_s and so on) exist only where `ok` or void: a failed run has none."""

    cell: str
    axes: Mapping[str, str]
    role: Role
    status: Status
    repetition: int
    position: int
    attempt: int
    shard: str
    exit_code: int
    reason: str
    plan: str
    swept: bool  # by `commitbench sweep`; else a plain line of `commitbench run`
    source: str  # FILE:LINE
    machine: str  # fingerprint; "" where the run came to no result
    line: Mapping[str, Any]

    @property
    def ok(self) -> bool:
        """Whether figures may be made of it."""
        return self.status == "ok"

    def value(self, *path: str) -> Any:
        """A field of the line, or None where there is none: value("load", "keys_per_s")."""
        found: Any = self.line
        for name in path:
            if not isinstance(found, Mapping) or name not in found:
                return None
            found = found[name]
        return found

    def number(self, *path: str) -> float:
        """A number that every result has. AnalysisError where this one lacks it."""
        found = self.value(*path)
        if isinstance(found, bool) or not isinstance(found, (int, float)):
            raise AnalysisError(f"{self.source}: the field {'.'.join(path)} is missing or no number: measure the cell again with this version, or "
                                f"take the line out")
        return float(found)

    @property
    def transactions(self) -> int:
        """Of the measured blocks, failed ones included."""
        return int(self.number("transactions"))

    @property
    def total_ns(self) -> float:
        """Wall time of the measured blocks."""
        return self.number("totals", "total_ns")

    @property
    def tx_per_s(self) -> float:
        """All transactions over all wall time; never a mean of rates."""
        return self.transactions * 1e9 / self.total_ns

    @property
    def ns_per_tx(self) -> float:
        """Wall time of the blocks over their transactions."""
        return self.total_ns / self.transactions

    def span_ns(self, span: str) -> float:
        """Of all measured blocks; `span` is one of SPANS or "total"."""
        return self.number("totals", f"{span}_ns")

    @property
    def commit_ns(self) -> float:
        """stage + merkleize + persist."""
        return sum(self.span_ns(span) for span in COMMIT_SPANS)

    @property
    def commit_share(self) -> float:
        """Of the blocks' wall time, 0 to 1."""
        return self.commit_ns / self.total_ns

    def span_blocks_ns(self, span: str) -> Floats:
        """One value a measured block; empty where the line has no blocks."""
        blocks = self.line.get("blocks") or []
        return numpy.array([block[f"{span}_ns"] for block in blocks], dtype=float)

    @property
    def block_ns(self) -> Floats:
        """Wall time of each measured block."""
        return self.span_blocks_ns("total")

    def counter(self, name: str) -> float | None:
        """Over the measured blocks, in the unit that `commitbench` gives it."""
        found = self.value("counters", name)
        return None if found is None else float(found)

    def component(self, kind: Literal["executor", "backend", "workload"]) -> ComponentSpec:
        """As it was resolved."""
        found = self.value(kind)
        if not isinstance(found, Mapping) or "name" not in found:
            raise AnalysisError(f"{self.source}: the field {kind} is missing: measure the cell again with this version, or take the line out")
        return ComponentSpec(found["name"], found.get("spec", found["name"]), found.get("options", {}))

    @property
    def executor(self) -> ComponentSpec:
        """Who ran the transactions."""
        return self.component("executor")

    @property
    def backend(self) -> ComponentSpec:
        """Who kept the state."""
        return self.component("backend")

    @property
    def workload(self) -> ComponentSpec:
        """Who made the blocks."""
        return self.component("workload")

    @property
    def workers(self) -> int:
        """Threads for the parts that run in parallel; lines that are older than the field had one."""
        return int(self.value("workers") or 1)

    @property
    def durability(self) -> str:
        """"none" or "block"."""
        return str(self.value("durability"))

    @property
    def memory_bytes(self) -> int:
        """The cell's budget."""
        return int(self.number("memory_budget_bytes"))

    @property
    def command(self) -> str:
        """What was run, as words of a shell."""
        words = self.line.get("command") or []
        return " ".join(words) if isinstance(words, list) else str(words)

    @property
    def started_utc(self) -> str:
        """ISO 8601."""
        return str(self.value("started_utc") or self.value("sweep", "started_utc") or "")


@dataclasses.dataclass(frozen=True)
class Cell:
    """All runs of one cell, in the order of the files; the figures are made of `ok`."""

    cell: str
    axes: Mapping[str, str]
    role: Role
    runs: tuple[Run, ...]

    @functools.cached_property
    def ok(self) -> tuple[Run, ...]:
        """One run a repetition, by repetition."""
        return tuple(run for _, run in sorted(self.by_repetition.items()))

    @functools.cached_property
    def by_repetition(self) -> dict[int, Run]:
        """The last valid run of each repetition."""
        return {run.repetition: run for run in self.runs if run.ok}

    @property
    def void(self) -> int:
        """Runs whose results were wrong."""
        return sum(run.status == "void" for run in self.runs)

    @property
    def failed(self) -> int:
        """Runs that came to no result."""
        return sum(run.status == "failed" for run in self.runs)

    @property
    def throughputs(self) -> Floats:
        """Transactions a second of each valid run."""
        return numpy.array([run.tx_per_s for run in self.ok])

    @property
    def first(self) -> Run:
        """A valid run, to ask what the cell is. AnalysisError where there is none."""
        if not self.ok:
            raise AnalysisError(f"cell {self.cell} ({self.label()}): none of its {len(self.runs)} runs is valid: look at the reasons in "
                                f"{self.runs[0].source if self.runs else 'its folder'}, or leave the cell out")
        return self.ok[0]

    def label(self, varying: Sequence[str] | None = None) -> str:
        """What tells it apart: "backend=mpt workers=2" over the axes named, else over all."""
        if self.role == "null":
            return "null x null"
        names = self.axes.keys() if varying is None else [name for name in varying if name in self.axes]
        words = " ".join(f"{name}={self.axes[name]}" for name in names)
        return f"{words or self.cell} (A/A)" if self.role == "aa" else words or self.cell


@dataclasses.dataclass(frozen=True)
class SweepData:
    """Every cell of one or more result files."""

    files: tuple[pathlib.Path, ...]
    cells: Mapping[str, Cell]
    machines: Mapping[str, MachineFacts]
    plans: tuple[str, ...]
    pooled: bool  # some cell has runs of several machines, and the caller said that this may be

    @property
    def pooling_note(self) -> str:
        """What must stand beside every figure where machines were pooled; "" where they were not."""
        if not self.pooled:
            return ""
        names = "; ".join(machine.text for machine in self.machines.values())
        return f"pooled: runs of {len(self.machines)} machines in one interval, as asked for: {names}"

    def of_role(self, role: Role) -> list[Cell]:
        """In the order in which they first appear."""
        return [cell for cell in self.cells.values() if cell.role == role]

    @property
    def measured(self) -> list[Cell]:
        """The cells that the question is about."""
        return self.of_role("cell")

    @property
    def null_cells(self) -> list[Cell]:
        """What the harness alone costs."""
        return self.of_role("null")

    @property
    def aa_pairs(self) -> list[tuple[Cell, Cell]]:
        """Each cell that was measured under a second name, with that second cell."""
        by_axes = {tuple(sorted(cell.axes.items())): cell for cell in self.measured}
        pairs = [(by_axes.get(tuple(sorted(twin.axes.items()))), twin) for twin in self.of_role("aa")]
        return [(cell, twin) for cell, twin in pairs if cell is not None]

    @functools.cached_property
    def varying_axes(self) -> list[str]:
        """Axes in which the measured cells differ."""
        names = dict.fromkeys(name for cell in self.measured for name in cell.axes)
        return [name for name in names if len({cell.axes.get(name) for cell in self.measured}) > 1]

    def select(self, **axes: str) -> list[Cell]:
        """The measured cells that have these values."""
        return [cell for cell in self.measured if all(cell.axes.get(name) == str(value) for name, value in axes.items())]

    @property
    def runs(self) -> Iterator[Run]:
        """All of them, void and failed ones too."""
        return (run for cell in self.cells.values() for run in cell.runs)

    @property
    def runs_total(self) -> int:
        """Lines."""
        return sum(1 for _ in self.runs)

    @property
    def void_total(self) -> int:
        """Runs whose results were wrong."""
        return sum(cell.void for cell in self.cells.values())

    @property
    def failed_total(self) -> int:
        """Runs that came to no result."""
        return sum(cell.failed for cell in self.cells.values())

    @property
    def retried_total(self) -> int:
        """Second and third attempts."""
        return sum(run.attempt > 1 for run in self.runs)


def machine_of(line: Mapping[str, Any]) -> MachineFacts | None:
    """None where the line has no machine: the run came to no result."""
    facts = line.get("machine")
    if not isinstance(facts, Mapping):
        return None
    memory = round(float(facts.get("memory_bytes") or 0) / _GIBIBYTE)  # differs by a few pages between two kernels
    identity = [facts.get(name) for name in _MACHINE_FACTS] + [memory]
    fingerprint = hashlib.sha256(json.dumps(identity).encode()).hexdigest()[:12]
    text = f"{facts.get('host') or 'unnamed'}: {facts.get('cpu_model')}, {facts.get('physical_cores')} cores, {memory} GiB ({fingerprint})"
    return MachineFacts(fingerprint, text, facts)


def _plain_axes(line: Mapping[str, Any]) -> dict[str, str]:
    """What identifies the cell of a line of `commitbench run`: specs with all options resolved, and the knobs."""
    axes = {kind: str(line[kind]["spec"]) for kind in ("executor", "backend", "workload")}
    knobs = {"workers": "workers", "memory": "memory_budget_bytes", "durability": "durability", "cache": "cache_state",
             "blocks": "measured_blocks", "warmup": "warmup_blocks", "seed": "seed"}
    axes |= {axis: str(line[field]) for axis, field in knobs.items() if field in line}
    placement = line.get("placement")
    if isinstance(placement, Mapping) and "pin" in placement:
        axes["pin"] = "on" if placement["pin"] else "off"
    return axes


def _plain_run(line: Mapping[str, Any], source: str, count: dict[str, int]) -> Run:
    """A line of `commitbench run`; the order in the files is the repetition."""
    axes = _plain_axes(line)
    cell = hashlib.sha256(json.dumps(sorted(axes.items())).encode()).hexdigest()[:16]
    count[cell] = count.get(cell, 0) + 1
    ledger = line["ledger"]
    machine = machine_of(line)
    status: Status = "ok" if ledger["verdict"] == "valid" else "void"
    return Run(cell=cell, axes=axes, role="cell", status=status, repetition=count[cell], position=0, attempt=1, shard="1/1",
               exit_code=0 if status == "ok" else 1, reason=str(ledger.get("reason", "")), plan="", swept=False, source=source,
               machine=machine.fingerprint if machine else "", line=line)


def _swept_run(line: Mapping[str, Any], source: str) -> Run:
    """A line of `commitbench sweep`."""
    sweep = line["sweep"]
    status, role = sweep["status"], sweep["role"]
    if status not in ("ok", "void", "failed"):
        raise ValueError(f"the status '{status}' is none of ok, void, failed")
    if role not in ("cell", "null", "aa"):
        raise ValueError(f"the role '{role}' is none of cell, null, aa")
    machine = machine_of(line)
    return Run(cell=str(sweep["cell"]), axes={str(name): str(value) for name, value in sweep["axes"].items()}, role=cast(Role, role),
               status=cast(Status, status), repetition=int(sweep["repetition"]), position=int(sweep.get("position", 0)),
               attempt=int(sweep.get("attempt", 1)), shard=str(sweep.get("shard", "1/1")), exit_code=int(sweep.get("exit_code", 0)),
               reason=str(sweep.get("reason") or ""), plan=str(sweep.get("plan", "")), swept=True, source=source,
               machine=machine.fingerprint if machine else "", line=line)


def _parse(text: str, source: str, torn: bool, count: dict[str, int]) -> Run:
    """One line. AnalysisError where it is damaged."""
    try:
        line = json.loads(text)
        if not isinstance(line, dict):
            raise ValueError("it is no object")
        run = _swept_run(line, source) if "sweep" in line else _plain_run(line, source, count)
        if run.status != "failed":
            for path in (("transactions",), ("totals", "total_ns")):
                if run.number(*path) <= 0:
                    raise ValueError(f"the field {'.'.join(path)} is not above 0")
        return run
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        reason = f"the field {error} is missing" if isinstance(error, KeyError) else str(error)
        remedy = ("it has no end, as after a power cut: `commitbench sweep` on this folder moves it aside and measures the run again" if torn else
                  "mend or remove the line, or let `commitbench sweep --set-aside-corrupt` move it aside and measure its run again")
        raise AnalysisError(f"{source}: this line is damaged or no result of a run ({reason}); {remedy}") from error


def result_file(path: pathlib.Path) -> pathlib.Path:
    """The runs.jsonl that is meant: `path` itself, or the one in that folder, packed or not. AnalysisError where there is none."""
    file = path / RESULT_FILE if path.is_dir() else path
    if path.is_dir() and not file.is_file():
        file = path / (RESULT_FILE + PACKED)
    if not file.is_file():
        where = f"the folder {path} has no {RESULT_FILE}" if path.is_dir() else f"{path} does not exist"
        raise AnalysisError(f"{where}: name a folder that `commitbench run` or `commitbench sweep` wrote to, or its {RESULT_FILE}")
    return file


def read_runs(paths: Iterable[pathlib.Path]) -> Iterator[Run]:
    """Every line of every file. AnalysisError at the first that is damaged."""
    count: dict[str, int] = {}
    for path in paths:
        file = result_file(path)
        try:
            with (lzma.open if file.suffix == PACKED else open)(file, "rt", encoding="utf-8") as lines:
                for number, text in enumerate(lines, start=1):
                    if text.strip():
                        yield _parse(text, f"{file}:{number}", not text.endswith("\n"), count)
        except (lzma.LZMAError, EOFError) as error:
            raise AnalysisError(f"{file}: is no whole {PACKED} file ({error}): restore it from a copy") from error
        except UnicodeDecodeError as error:
            raise AnalysisError(f"{file}: is no text ({error.reason}): name a {RESULT_FILE}, or restore it from a copy") from error
        except OSError as error:
            raise AnalysisError(f"{file}: cannot be read: {error.strerror}") from error


def _several_machines(cell: Cell, machines: Mapping[str, MachineFacts]) -> AnalysisError | None:
    """The refusal where the cell's valid runs come from several machines."""
    found = list(dict.fromkeys(run.machine for run in cell.ok))
    if len(found) < 2:
        return None
    names = "; ".join(machines[name].text if name in machines else "unnamed" for name in found)
    return AnalysisError(f"cell {cell.cell} ({cell.label()}): its runs come from {len(found)} machines ({names}), whose figures do not belong in one "
                         f"interval: analyse each machine's folder alone, or say --pool-machines")


def read(paths: Paths, *, pool_machines: bool = False) -> SweepData:
    """Reads result files or the folders that hold one.

    AnalysisError for a file that is missing, empty or damaged, and for a cell whose runs come from several machines unless
    `pool_machines`. O(bytes).
    """
    given = [paths] if isinstance(paths, (str, pathlib.Path)) else list(paths)
    files = tuple(result_file(pathlib.Path(path)) for path in given)
    by_cell: dict[str, list[Run]] = {}
    machines: dict[str, MachineFacts] = {}
    plans: dict[str, None] = {}
    for run in read_runs(files):
        by_cell.setdefault(run.cell, []).append(run)
        if run.machine and run.machine not in machines:
            machine = machine_of(run.line)
            assert machine is not None
            machines[run.machine] = machine
        if run.plan:
            plans.setdefault(run.plan)
    if not by_cell:
        raise AnalysisError(f"{', '.join(str(file) for file in files)}: holds no run yet: measure something first, as with `commitbench sweep`")
    cells = {name: Cell(name, runs[0].axes, runs[0].role, tuple(runs)) for name, runs in by_cell.items()}
    refusals = [refusal for cell in cells.values() if (refusal := _several_machines(cell, machines)) is not None]
    if refusals and not pool_machines:
        raise refusals[0]
    return SweepData(files, cells, machines, tuple(plans), pooled=bool(refusals))
