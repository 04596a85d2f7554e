"""Result files made up for tests: lines as `commitbench run` and `commitbench sweep` write them, with times of the test's choice."""

import hashlib
import json
import pathlib
from collections.abc import Mapping, Sequence
from typing import Any

Line = dict[str, Any]

TRANSACTIONS: int = 10_000
BLOCKS: int = 10
MACHINE: Line = {"host": "one", "cpu_model": "a processor", "logical_cores": 2, "physical_cores": 2, "usable_cores": 2, "cgroup_cpus": None,
                 "memory_bytes": 25_276_502_016, "kernel": "Linux 6"}


def result_line(ns_per_tx: float, *, executor: str = "sequential", backend: str = "mpt", shares: Mapping[str, float] | None = None,
                machine: Line | None = None, drift: float = 0.0, verdict: str = "valid") -> Line:
    """A line of `commitbench run` whose blocks take `ns_per_tx` a transaction; `drift` is how much longer the last block takes."""
    total = ns_per_tx * TRANSACTIONS
    parts = shares or {"execute": 0.4, "stage": 0.2, "merkleize": 0.2, "persist": 0.2}
    factors = [1 + drift * (block / (BLOCKS - 1) - 0.5) for block in range(BLOCKS)]
    component = {name: {"name": spec.split(":")[0], "spec": spec, "options": dict(word.split("=") for word in spec.split(":")[1].split(",")) if ":" in spec else {}}
                 for name, spec in (("executor", executor), ("backend", backend), ("workload", "transfer:accounts=1000"))}
    return {
        "schema_version": 1, "command": ["commitbench", "run"], "started_utc": "2026-11-23T01:32:25Z", **component, "workers": 1, "durability": "none",
        "memory_budget_bytes": 1 << 30, "cache_state": "warm", "seed": 1, "warmup_blocks": 2, "measured_blocks": BLOCKS, "transactions": TRANSACTIONS,
        "totals": {"total_ns": total, "other_ns": 0, **{f"{span}_ns": share * total for span, share in parts.items()}},
        "ledger": {"verdict": verdict, "reason": "" if verdict == "valid" else "block 3 differs"},
        "counters": {"logical_bytes": 123}, "machine": machine or MACHINE, "build": {"git_revision": "abc", "git_dirty": False},
        "blocks": [{"total_ns": total / BLOCKS * factor} for factor in factors], "a_field_of_a_later_version": {"kept": True},
    }


def cell_id(role: str, axes: Mapping[str, str]) -> str:
    """16 hexadecimal digits of role and axes."""
    return hashlib.sha256(json.dumps([role, sorted(axes.items())]).encode()).hexdigest()[:16]


def swept(line: Line, repetition: int, *, role: str = "cell", status: str = "ok", attempt: int = 1, more_axes: Mapping[str, str] | None = None) -> Line:
    """The line as a sweep writes it; of a failed run only what such a line has."""
    axes = {"executor": line["executor"]["spec"], "backend": line["backend"]["spec"], "workload": line["workload"]["spec"], **(more_axes or {})}
    sweep = {"plan": "made", "plan_hash": "f" * 32, "cell": cell_id(role, axes), "axes": axes, "role": role, "repetition": repetition, "position": 1,
             "attempt": attempt, "shard": "1/1", "status": status, "exit_code": 0 if status == "ok" else 1, "reason": "" if status == "ok" else "disk full"}
    kept = {name: line[name] for name in ("schema_version", "command")} if status == "failed" else line
    return {**kept, "sweep": sweep}


def cell_lines(times: Sequence[float], **more: Any) -> list[Line]:
    """A swept cell with one run a repetition, of these ns a transaction."""
    sweep_words = {name: more.pop(name) for name in ("role", "more_axes") if name in more}
    return [swept(result_line(time, **more), repetition, **sweep_words) for repetition, time in enumerate(times, start=1)]


def write(folder: pathlib.Path, lines: Sequence[Line]) -> pathlib.Path:
    """A folder with these lines as its runs.jsonl."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "runs.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return folder
