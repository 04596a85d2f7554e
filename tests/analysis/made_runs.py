"""Made-up result lines for the tests of the analysis: right in shape, from a cost model, and measured nowhere.

Every line says so: its machine is "MADE UP", its git revision is zeros. Nothing outside tests/ may use this module.
"""

import itertools
import json
import math
import pathlib
import random
from typing import Any, Iterable, Optional

Axes = dict[str, Any]
Line = dict[str, Any]

MACHINE: str = "MADE UP, for tests"
UNIT_NS: float = 80.0
BLOCKS: int = 8
TRANSACTIONS: int = 1000
PHASES: tuple[str, ...] = ("execute", "stage", "merkleize", "persist")
# ns a transaction at 10^6 keys: stage, merkleize, persist, and how much of it more workers share.
BACKENDS: dict[str, tuple[float, float, float, float]] = {
    "null": (60, 0, 0, 0),
    "flat": (120, 0, 150, 0),
    "flat:store=memory": (120, 0, 150, 0),
    "flat:store=rocksdb": (60, 0, 3500, 0),
    "flat:store=rocksdb,direct=on": (60, 0, 3500, 0),
    "mpt": (1500, 4500, 3200, 0),
    "mpt:hash=blake3": (1500, 1500, 3200, 0),
    "mpt:store=memory": (1500, 4500, 3200, 0),
    "mpt:store=rocksdb": (26000, 3500, 19000, 0),
    "mpt:store=rocksdb,direct=on": (260000, 3500, 19000, 0),
    "mpt:store=rocksdb,direct=on,hash=blake3": (260000, 1100, 19000, 0),
    "paged": (700, 1500, 100, 0.8),
    "paged:store=file": (3400, 2200, 700, 0.8),
    "nomt": (1000, 24000, 15000, 0.5),
    "geth:scheme=path": (20000, 20000, 20000, 0),
    "geth:scheme=hash": (30000, 20000, 40000, 0),
}
# Part of the work that the executor can share among workers, and its cost a transaction with one.
EXECUTORS: dict[str, tuple[float, float]] = {
    "sequential": (0.0, 700.0), "replay": (0.0, 0.0), "block-stm": (0.96, 900.0), "lock-schedule": (0.97, 1000.0),
}


def options_of(spec: str) -> dict[str, str]:
    """Of name:a=1,b=2 as a dictionary."""
    return dict(word.split("=", 1) for word in spec.partition(":")[2].split(",") if word)


def amount(text: Any) -> float:
    """10,000 for 10k."""
    text = str(text)
    return float(text[:-1]) * {"k": 1e3, "M": 1e6}[text[-1]] if text[-1] in "kM" else float(text)


def conflict_chain(accounts: float, theta: float, transactions: int) -> int:
    """A longest chain of conflicts that is of the right size: uniform pairs, or the head of a Zipf law."""
    hottest = 2 / accounts if theta == 0 else 2 / sum(k**-theta for k in range(1, int(min(accounts, 3000)) + 1))
    return max(1, min(transactions, round(transactions * min(1.0, 2.4 * hottest) + math.log2(transactions))))


def span_means(axes: Axes) -> tuple[dict[str, float], int]:
    """Mean ns of a block's spans, and its longest chain."""
    workload = options_of(axes["workload"])
    executor, options = str(axes["executor"]).split(":")[0], options_of(axes["executor"])
    workers = int(axes.get("workers", 1))
    accounts = amount(workload.get("accounts", "100k"))
    theta = float(workload.get("theta", 0.99)) if workload.get("keys") == "zipf" else 0.0
    chain = conflict_chain(accounts, theta, TRANSACTIONS)
    shared, base = EXECUTORS[executor]
    work = base + (amount(workload.get("work", 0)) * UNIT_NS if executor != "replay" else 0.0)
    chain_seen = min(TRANSACTIONS, chain * (4 * int(float(options.get("factor", 2))) if options.get("declared") == "over" else 1))
    parallel = max(1.0, min(workers * shared if workers > 1 else 1.0, TRANSACTIONS / chain_seen))
    stage, merkleize, persist, split = BACKENDS[str(axes["backend"])]
    growth = max(0.15, 1 + 0.32 * math.log10(accounts / 1e6)) if axes["backend"] != "null" else 1.0
    faster = 1 / ((1 - split) + split / workers)
    sync = 4e6 if axes.get("durability") == "block" and axes["backend"] != "null" else 0.0
    executed, committed = int(axes.get("execute_times", 1)), int(axes.get("commit_times", 1))
    return {
        "execute": executed * (TRANSACTIONS * work / parallel + 300),
        "stage": committed * TRANSACTIONS * stage * growth / faster,
        "merkleize": committed * TRANSACTIONS * merkleize * growth / faster,
        "persist": committed * (TRANSACTIONS * persist * growth / faster + sync),
    }, chain


def made_block(number: int, means: dict[str, float], chain: int, speed: float, rng: random.Random) -> dict[str, Any]:
    """One measured block."""
    spans = {phase: round(means[phase] * speed * rng.lognormvariate(0, 0.03)) for phase in PHASES}
    other = 5000 + rng.randrange(800)
    block: dict[str, Any] = {"number": number, "transactions": TRANSACTIONS, "failed": 10, "changes": 2 * TRANSACTIONS - 14, "root": "00" * 32}
    block["parallelism"] = {"edges": 2 * chain, "longest_chain": chain, "available": TRANSACTIONS / chain}
    block.update({phase + "_ns": spans[phase] for phase in PHASES})
    block.update({"other_ns": other, "total_ns": sum(spans.values()) + other})
    block.update({phase + "_cpu_ns": spans[phase] for phase in PHASES})
    block["counters"] = {"logical_bytes": 220 * TRANSACTIONS}
    return block


def made_line(axes: Axes, rng: random.Random) -> Line:
    """The line of one run of this cell: run-to-run noise of 1 %."""
    means, chain = span_means(axes)
    speed = rng.lognormvariate(0, 0.01)
    blocks = [made_block(3 + i, means, chain, speed, rng) for i in range(BLOCKS)]
    names = [phase + "_ns" for phase in PHASES] + ["other_ns", "total_ns"] + [phase + "_cpu_ns" for phase in PHASES]
    totals = {name: sum(block[name] for block in blocks) for name in names}
    walls = sorted(block["total_ns"] for block in blocks)
    transactions = BLOCKS * TRANSACTIONS
    workload = {"keys": "uniform", "theta": "0.99", "work": "0", "accounts": "100000", **options_of(axes["workload"]), "block-size": str(TRANSACTIONS)}
    keys = int(amount(workload["accounts"]))
    workload["accounts"] = str(keys)
    work = amount(workload["work"])
    workers = int(axes.get("workers", 1))
    on_disk = 0 if axes["backend"] in ("null", "flat", "flat:store=memory", "mpt", "mpt:hash=blake3", "mpt:store=memory", "paged") else 1
    stored = {"null": 0, "flat": 1.1, "mpt": 9.0, "paged": 2.1, "nomt": 4.0, "geth": 9.0}[str(axes["backend"]).split(":")[0]]

    def component(spec: str, options: dict[str, str], facts: Optional[dict[str, str]] = None) -> dict[str, Any]:
        return {"name": spec.split(":")[0], "spec": spec, "options": options,
                "facts": {name: {"value": value, "why": "made up"} for name, value in (facts or {}).items()}}

    return {
        "schema_version": 1, "started_utc": "2026-01-01T00:00:00Z",
        "command": ["commitbench", "run", "--workload", axes["workload"], "--backend", axes["backend"], "--executor", axes["executor"],
                    "--workers", str(workers), "--durability", axes.get("durability", "none")],
        "executor": component(axes["executor"], options_of(axes["executor"])),
        "backend": component(axes["backend"], options_of(axes["backend"])),
        "workload": component(axes["workload"], workload, {
            "work_unit_ns": f"{UNIT_NS} (fastest 79.0, slowest 82.0 of 11 runs)",
            "work_per_transaction": f"{work:.0f} units, about {work * UNIT_NS:.0f} ns"}),
        "reference": "sequential", "scheme": "none", "seed": 1, "warmup_blocks": 2, "measured_blocks": BLOCKS,
        "memory_budget_bytes": 1 << 30, "workers": workers,
        "execute_times": int(axes.get("execute_times", 1)), "commit_times": int(axes.get("commit_times", 1)),
        "placement": {"pin": True, "pinned": workers > 1, "seats": [], "text": "made up"},
        "durability": axes.get("durability", "none"), "cache_state": axes.get("cache", "warm"),
        "transactions": transactions, "failed": 80, "transactions_per_s": transactions / (totals["total_ns"] / 1e9),
        "totals": totals,
        "block_ns": {"p50": walls[3], "p90": walls[-1], "p99": walls[-1], "max": walls[-1]},
        "parallelism": {"edges": 2 * chain * BLOCKS, "longest_chain": chain * BLOCKS, "available": TRANSACTIONS / chain},
        "steady_state": {"known": True, "steady": True, "slope_percent": 0.4, "halves_percent": 0.2, "limit_percent": 5.0},
        "limiter": {"limit": "none", "sentence": "Made up."},
        "ledger": {"verdict": "valid", "file": "", "scheme": "none", "roots_checked": False, "blocks_checked": BLOCKS + 2, "reason": ""},
        "counters": {"logical_bytes": 220 * transactions, "store_bytes": round(220 * stored * transactions), "store_put_bytes": round(214 * stored * transactions), "store_syncs": 0,
                     "device_read_bytes": 4096 * on_disk * transactions // 4, "device_write_bytes": round(220 * stored * on_disk * transactions),
                     "user_cpu_ns": round(totals["total_ns"] * (1 + 0.8 * (workers - 1))), "system_cpu_ns": 1000000,
                     "peak_rss_bytes": round(20e6 + 150 * keys * (1 if on_disk == 0 else 0.2)), "rss_anon_bytes": 10000000,
                     "rss_file_bytes": 5000000},
        "counters_at_end": {}, "hashing": {"hash_permutations": None, "hash_permutation_ns": None, "hash_floor_ns": None},
        "load": {"keys": keys, "passes": 1, "seconds": keys / 2e5, "keys_per_s": 2e5, "peak_rss_bytes": 30000000, "rss_file_bytes": 0},
        "harness": {"other_ns_per_transaction": totals["other_ns"] / transactions, "untimed_ns": 1000000, "clock_read_ns": 18.0,
                    "cpu_clock_read_ns": 210.0},
        "machine": {"cpu_model": MACHINE, "microcode": "0x0", "logical_cores": 8, "physical_cores": 4, "usable_cores": 4, "cpu_features": [],
                    "governor": "", "clock_source": "tsc", "kernel": "made up", "host": "nowhere", "virtualization": "", "memory_bytes": 1 << 34,
                    "available_bytes": 1 << 34, "cgroup_cpus": None, "cgroup_memory_bytes": None},
        "storage": {"directory": "nowhere", "temporary": True, "database_bytes": round(keys * 100 * stored), "mount_point": "/", "file_system": "ext4", "mount_options": "", "device": "none",
                    "device_model": "", "rotational": None, "free_bytes": 1, "direct_io": True},
        "build": {"version": "0.1.0", "git_revision": "0" * 40, "git_dirty": False, "compiler": "none", "flags": "", "build_type": "Release",
                  "sanitizers": "", "assertions": False, "optimized": True, "libraries": []},
        "blocks": blocks,
    }


def product_of(**axes: Any) -> list[Axes]:
    """Cells: the product of the axes, where values may hold {names} of other axes."""
    names = list(axes)
    values = [axes[name] if isinstance(axes[name], list) else [axes[name]] for name in names]
    cells = []
    for choice in itertools.product(*values):
        cell = dict(zip(names, choice))
        cells.append({name: value.format(**cell) if isinstance(value, str) else value for name, value in cell.items()})
    return cells


def write_sweep(folder: pathlib.Path, cells: Iterable[Axes], repetitions: int, seed: int = 1) -> pathlib.Path:
    """A sweep's folder: runs.jsonl and manifest.json with the null and A/A cells, as `commitbench sweep` leaves them. Returns it."""
    folder.mkdir(parents=True, exist_ok=True)
    all_cells: list[tuple[str, str, Axes, Optional[str]]] = []
    for axes in cells:
        name = f"c{len(all_cells):03d}"
        if all(known[2] != axes for known in all_cells):
            all_cells.append((name, "cell", axes, None))
    first = all_cells[0][2]
    null = {**first, "executor": "replay", "backend": "null", "workers": 1}
    all_cells.append((f"c{len(all_cells):03d}", "null", null, None))
    all_cells.append((f"c{len(all_cells):03d}", "aa", first, all_cells[0][0]))
    rng = random.Random(seed)
    with open(folder / "runs.jsonl", "w", encoding="utf-8") as lines:
        for repetition in range(1, repetitions + 1):
            for position, (name, role, axes, _) in enumerate(rng.sample(all_cells, len(all_cells)), 1):
                line = made_line(axes, rng)
                line["sweep"] = {"plan": "made-up", "plan_hash": "0", "cell": name, "axes": {key: str(value) for key, value in axes.items()},
                                 "role": role, "repetition": repetition, "position": position, "attempt": 1, "shard": "1/1", "status": "ok",
                                 "exit_code": 0, "reason": "", "started_utc": "2026-01-01T00:00:00Z", "seconds": 1.0}
                lines.write(json.dumps(line) + "\n")
    sample = made_line(first, random.Random(0))
    manifest_cells = [{"cell": name, "role": role, "twin_of": twin, "axes": {key: str(value) for key, value in axes.items()},
                       "command": made_line(axes, random.Random(0))["command"]} for name, role, axes, twin in all_cells]
    (folder / "manifest.json").write_text(json.dumps({
        "schema_version": 1, "plan": {"name": "made-up", "description": "made up for tests", "file": "made-up.toml", "text": ""},
        "plan_hash": "0", "seed": seed, "order": "blocks", "repetitions": repetitions, "until_ci_percent": None, "max_repetitions": repetitions,
        "cells": manifest_cells,
        "sessions": [{"started_utc": "2026-01-01T00:00:00Z", "shard": "1/1", "command": ["commitbench", "sweep", "made-up.toml"],
                      "machine": sample["machine"], "storage": sample["storage"], "build": sample["build"], "doctor": []}],
    }, indent=1), encoding="utf-8")
    return folder


def every_figure() -> list[Axes]:
    """Cells from which each figure has something to show."""
    transfer = "transfer:accounts={accounts},work={work}"
    cells = product_of(executor=["sequential", "block-stm"], backend=["mpt:store=rocksdb", "paged:store=file"], workload=transfer,
                       workers=[1, 2, 4], accounts="1M", work=[0, 38, 375, 1250])
    cells += product_of(executor="sequential", backend="mpt:store=rocksdb", workload=transfer, workers=1,
                        accounts=["10k", "100k", "1M", "10M"], work=[0, 38, 125, 375, 1250, 2500])
    cells += product_of(executor=["sequential", "replay"], backend=["null", "flat:store=rocksdb", "mpt:store=rocksdb", "paged:store=file"],
                        workload="transfer:accounts=1M,work=38", workers=1)
    parallel = ["block-stm", "lock-schedule", "lock-schedule:declared=over,factor=4", "lock-schedule:declared=over,factor=16"]
    cells += product_of(executor=["sequential", *parallel], backend="flat:store=memory", workload=transfer, workers=[1, 4],
                        accounts=[2, 10, 100, "1k", "10k", "100k"], work=38)
    cells += product_of(executor=["sequential", *parallel], backend="flat:store=memory",
                        workload="transfer:accounts=10k,work=38,keys=zipf,theta={theta}", workers=[1, 4], theta=[0, 0.4, 0.8, 1.0, 1.2])
    return cells
