"""Claims as files (claims/K1.toml and so on): hypothesis, statements with their decision rule, cells; and the one plan of many claims."""

import dataclasses
import itertools
import os
import pathlib
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any

from ..errors import AnalysisError

FOLDER: pathlib.Path = pathlib.Path(__file__).parents[3] / "claims"
KNOBS_FILE: str = "knobs.toml"
# Every table names all of these, so that two claims that mean the same cell say the same.
DEFAULTS: Mapping[str, str] = {"executor": "sequential", "backend": "mpt", "workload": "transfer", "workers": "1", "memory": "1GiB", "durability": "none",
                               "cache": "warm", "blocks": "20", "warmup": "5", "parallelism": "off", "execute_times": "1", "commit_times": "1"}


@dataclasses.dataclass(frozen=True)
class Statement:
    """One part of a claim, which can come out either way."""

    regime: str  # where it is asked; "" in every regime of its claim
    text: str
    statistic: str  # "share", "ratio", "gain" or "not built"
    above: float | None
    below: float | None
    needs_cores: int
    cells: Mapping[str, Mapping[str, str]]  # "cell", or "a" to "d": what the cell must be


@dataclasses.dataclass(frozen=True)
class Claim:
    """One file."""

    identifier: str
    hypothesis: str
    rule: str
    refuted_by: str
    figures: Sequence[str]
    regimes: Sequence[str]
    not_built: Sequence[str]
    statements: Sequence[Statement]
    tables: Sequence[Mapping[str, Any]]  # products of axes, of the variant that was asked for


@dataclasses.dataclass(frozen=True)
class Knobs:
    """What all cells have alike."""

    repetitions: int
    axes: Mapping[str, Any]
    parameters: Mapping[str, str]
    null: Mapping[str, Any]


def usable_cores() -> int:
    """That this process may use."""
    return len(os.sched_getaffinity(0))


def core_counts(usable: int) -> list[int]:
    """Powers of two up to that many."""
    return [count for count in (1 << power for power in range(usable.bit_length())) if count <= usable]


def _read(path: pathlib.Path) -> dict[str, Any]:
    try:
        with open(path, "rb") as file:
            return tomllib.load(file)
    except OSError as error:
        raise AnalysisError(f"{path}: cannot be read ({error.strerror}): the claims come with the sources; set COMMITBENCH_SHARE to their folder") from error
    except tomllib.TOMLDecodeError as error:
        raise AnalysisError(f"{path}: is no TOML ({error}): restore it from the sources") from error


def names() -> list[str]:
    """Of all claims."""
    return sorted(path.stem for path in FOLDER.glob("K*.toml"))


def read_knobs(variant: str, cores: Sequence[int]) -> Knobs:
    """`variant` is "full" or "quick"."""
    found = _read(FOLDER / KNOBS_FILE)[variant]
    parameters = {**found["parameters"], "most": str(cores[-1]), "half": str(cores[-2] if len(cores) > 1 else cores[-1])}
    return Knobs(found["repetitions"], found["axes"], parameters, found["null"])


def _fill(value: Any, parameters: Mapping[str, str]) -> str:
    text = str(value)
    for name, given in parameters.items():
        text = text.replace("{" + name + "}", given)
    return text


def read_claim(name: str, variant: str, knobs: Knobs) -> Claim:
    """AnalysisError where there is no such claim, or its file says something that is not understood."""
    if name not in names():
        raise AnalysisError(f"claim: there is no claim '{name}': choose from {', '.join(names())} or all")
    path = FOLDER / f"{name}.toml"
    found = _read(path)
    try:
        statements = [Statement(one["regime"], one["text"], one["statistic"], one.get("above"), one.get("below"), one.get("needs_cores", 0),
                                {part: {axis: _fill(value, knobs.parameters) for axis, value in one[part].items()}
                                 for part in ("cell", "a", "b", "c", "d") if part in one}) for one in found["statement"]]
        return Claim(found["id"], found["hypothesis"], found["rule"], found["refuted_by"], found["figures"], found["regimes"], found["not_built"],
                     statements, found[variant])
    except KeyError as error:
        raise AnalysisError(f"{path}: has no {error}: restore it from the sources") from error


def expand(table: Mapping[str, Any], knobs: Knobs, cores: Sequence[int]) -> dict[str, list[str]]:
    """All axes of a plan with their values, every {parameter} filled in; a parameter of the table itself multiplies the values that name it."""
    given = {**DEFAULTS, **knobs.axes, **table}
    lists: dict[str, list[str]] = {}
    for axis, value in given.items():
        values_given = [str(count) for count in cores] if value == "{cores}" else value if isinstance(value, list) else [value]
        lists[axis] = [_fill(one, knobs.parameters) for one in values_given]
    own = [axis for axis in lists if axis not in DEFAULTS]
    made: dict[str, list[str]] = {}
    for axis in DEFAULTS:
        values: dict[str, None] = {}
        for text in lists[axis]:
            used = [name for name in own if "{" + name + "}" in text]
            for choice in itertools.product(*(lists[name] for name in used)):
                values.setdefault(_fill(text, dict(zip(used, choice))))
        made[axis] = list(values)
    return made


def _toml(values: Mapping[str, Sequence[str]]) -> str:
    def quoted(text: str) -> str:
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'

    return "".join(f"{axis} = {quoted(value[0]) if len(value) == 1 else '[' + ', '.join(quoted(one) for one in value) + ']'}\n"
                   for axis, value in values.items())


def plan_text(claims: Sequence[Claim], variant: str, knobs: Knobs, cores: Sequence[int]) -> str:
    """One plan for all of them, so that cells which several need are measured once, and all are interleaved."""
    identifiers = "-".join(claim.identifier for claim in claims)
    tables = [expand(table, knobs, cores) for claim in claims for table in claim.tables]
    lines = [f'name = "claims-{identifiers}-{variant}"', f'description = "the cells of the claims {", ".join(claim.identifier for claim in claims)} ({variant})"',
             f"repetitions = {knobs.repetitions}", "", "[axes]", _toml(tables[0])]
    for table in tables[1:]:
        lines += ["[[include]]", _toml(table)]
    lines += ["[null]", _toml({axis: [str(value)] for axis, value in knobs.null.items()})]
    return "\n".join(lines)
