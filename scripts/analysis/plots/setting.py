"""What a cell is, in the quantities that figures have on their axes: keys, work, cores, skew; taken from the resolved result, not from a plan."""

import re
import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from analysis.records import Cell, Run, SweepData

Parts = frozenset[tuple[str, str]]

NUMBER: re.Pattern[str] = re.compile(r"[-+0-9.eE]+")
# Of a workload, what figures vary; all other options must be equal within one panel.
WORK: str = "workload.work"
STATE: tuple[str, ...] = ("keys", "workload.accounts")
SKEW: tuple[str, ...] = ("workload.keys", "workload.theta")
EVERYTHING: tuple[str, ...] = ("executor", "workers", "backend", "work", "keys", "theta", "durability", "cache", "workload")  # of describe()
COMMON: tuple[str, ...] = ("workload", "executor", "workers", "backend", "work", "keys", "theta", "block", "durability", "cache", "memory")


def unit_ns(data: SweepData) -> float:
    """What a unit of work=N costs on the machine of these runs: the median over runs of the workload's own calibration; 0 where none says."""
    costs = [float(found.group()) for cell in data.cells.values() for run in cell.ok
             if (found := NUMBER.match(str(run.value("workload", "facts", "work_unit_ns", "value") or "")))]
    return statistics.median(costs) if costs else 0.0


def short_spec(spec: str) -> str:
    """A component as people say it: what is not said has its default."""
    return spec.replace("store=", "").replace("lock-schedule:declared=over,factor=", "lock-schedule, declared x")


@dataclass(frozen=True)
class Setting:
    """One cell's coordinates. `parts` has everything else that must be equal for two cells to differ in one quantity only."""

    cell: Cell
    executor: str  # as the plan says it
    backend: str
    workload: str  # its name
    workers: int
    keys: int           # in the first state
    work_units: float
    work_us: float      # the same, at this machine's cost of a unit
    accounts: float
    theta: float        # 0 where keys are drawn alike
    parts: Parts
    available: float | None = None  # parallelism of its blocks: transactions over the longest chain of conflicts; None where no run says it

    def without(self, *names: str) -> Parts:
        """Everything but these."""
        return frozenset(part for part in self.parts if part[0] not in names)

    @property
    def executor_name(self) -> str:
        """Without options."""
        return self.executor.split(":")[0]

    @property
    def backend_name(self) -> str:
        """Without options."""
        return self.backend.split(":")[0]


def _number(text: Any) -> float:
    found = NUMBER.match(str(text))
    return float(found.group()) if found else 0.0


def setting_of(cell: Cell, cost_of_unit: float) -> Setting:
    """Reads a valid run of the cell."""
    run: Run = cell.first
    workload = run.workload
    options = {name: str(value) for name, value in workload.options.items()}
    skewed = options.get("keys", options.get("distribution")) == "zipf"
    units = _number(options.get("work", 0))
    parts = {
        "executor": cell.axes["executor"], "backend": cell.axes["backend"], "workload": workload.name, "workers": str(run.workers),
        "durability": run.durability, "memory": str(run.memory_bytes), "cache": str(run.value("cache_state")), "keys": str(run.value("load", "keys")),
        "execute_times": str(run.value("execute_times") or 1), "commit_times": str(run.value("commit_times") or 1),
        **{f"workload.{name}": value for name, value in options.items()},
    }
    if not skewed:
        parts["workload.theta"] = "0"
    return Setting(
        cell=cell, executor=cell.axes["executor"], backend=cell.axes["backend"], workload=workload.name, workers=run.workers,
        keys=int(run.value("load", "keys") or 0), work_units=units, work_us=units * cost_of_unit / 1000, accounts=_number(options.get("accounts", 0)),
        theta=_number(options.get("theta", 0)) if skewed else 0.0, parts=frozenset(parts.items()))


def settings_of(data: SweepData) -> list[Setting]:
    """Of every measured cell with a valid run, in order of the file; repeated work (--execute-times, --commit-times) is not among them.

    Where two plans asked for the same setting, the cell with more runs stands for both.
    """
    cost = unit_ns(data)
    settings = [setting_of(cell, cost) for cell in data.measured if cell.ok]
    # How much of the blocks could run at the same time is of the workload alone, and one cell that recorded it is enough.
    parallelism = {blocks_of(setting): float(recorded) for setting in settings if (recorded := setting.cell.first.value("parallelism", "available"))}
    found: dict[Parts, Setting] = {}
    for setting in settings:
        known = found.get(setting.parts)
        if {("execute_times", "1"), ("commit_times", "1")} <= setting.parts and (known is None or len(known.cell.ok) < len(setting.cell.ok)):
            found[setting.parts] = replace(setting, available=parallelism.get(blocks_of(setting)))
    return list(found.values())


def blocks_of(setting: Setting) -> Parts:
    """What the conflicts of its blocks depend on: the workload's options but work."""
    return frozenset(part for part in setting.parts if part[0].startswith("workload") and part[0] != WORK)


def grouped(settings: Iterable[Setting], *names: str) -> dict[Parts, list[Setting]]:
    """By everything but these names: each group differs in them alone."""
    groups: dict[Parts, list[Setting]] = {}
    for setting in settings:
        groups.setdefault(setting.without(*names), []).append(setting)
    return groups


def main_families(settings: Sequence[Setting], most: int = 2) -> list[list[Setting]]:
    """Of many cells those that one picture should hold, by family: the same state, skew and knobs, under many pipelines; work may differ.

    At most `most` families, those of the most backends, and at best one on each durability: what is alike in this is told apart by the number of
    pipelines, and then by the larger state. Budgets may differ: what one is for depends on the backend.
    """
    families = grouped(settings, "executor", "backend", "workers", "memory", WORK)
    ranked = sorted(families.values(), reverse=True, key=lambda family: (
        len({one.backend_name for one in family}), len({(one.executor, one.backend, one.workers) for one in family}), family[0].keys))
    chosen: list[list[Setting]] = []
    for family in ranked:
        durabilities = {dict(other[0].parts)["durability"] for other in chosen}
        if len({one.backend_name for one in family}) == len({one.backend_name for one in ranked[0]}) and dict(family[0].parts)["durability"] not in durabilities:
            chosen.append(family)
    return chosen[:most]


def amount_text(value: float) -> str:
    """10000 as 10k; what is no round number as it is."""
    for factor, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= factor and value % (factor / 10) == 0:
            return f"{value / factor:g}{letter}"
    return f"{value:g}"


def work_text(work_us: float) -> str:
    """Work of a transaction, in words."""
    return "no work" if work_us == 0 else f"{work_us:.3g} us of work"


# What a panel, a label or a caption says about a quantity.
DESCRIBERS: Mapping[str, Callable[[Setting], str]] = {
    "work": lambda setting: work_text(setting.work_us),
    "keys": lambda setting: f"{amount_text(setting.keys)} keys",
    "theta": lambda setting: f"zipf {setting.theta:g}" if setting.theta else "uniform",
    "executor": lambda setting: short_spec(setting.executor),
    "backend": lambda setting: short_spec(setting.backend),
    "workers": lambda setting: f"{setting.workers} workers" if setting.workers > 1 else "1 worker",
    "workload": lambda setting: setting.workload,
    "durability": lambda setting: {"block": "synced every block", "none": "no syncs"}[dict(setting.parts)["durability"]],
    "block": lambda setting: f"{dict(setting.parts).get('workload.block-size', '?')} transactions a block",
    "memory": lambda setting: f"budget {int(dict(setting.parts)['memory']) >> 20} MiB",
    "cache": lambda setting: f"{dict(setting.parts)['cache']} caches",
}


def describe(groups: Sequence[Setting], of: Setting, names: Sequence[str]) -> str:
    """What tells this one apart among the representatives of all panels: only what differs between them is said."""
    words = []
    for name in names:
        describer = DESCRIBERS[name]
        if len({describer(setting) for setting in groups}) > 1:
            words.append(describer(of))
    return ", ".join(words)


def common(settings: Sequence[Setting]) -> str:
    """What all of them have alike, in words; for the caption, since panels and labels say only what differs."""
    words = []
    for name in COMMON:
        said = {DESCRIBERS[name](setting) for setting in settings}
        if len(said) == 1:
            words.append(said.pop())
    return ", ".join(words)


def panels_text(left_out: int) -> str:
    """Said where a figure cannot hold everything."""
    return f" {left_out} more panels are only in the table." if left_out else ""
