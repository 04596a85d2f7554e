"""`interval`: how well each cell of a sweep is known so far. What `commitbench sweep --until-ci` asks after each repetition."""

import json
from typing import Any

from . import records
from .arguments import Parser
from .records import Cell
from .sweep_statistics import cell_throughput
from .terminal import columns


def interval_of(cell: Cell) -> dict[str, Any]:
    """n, the median, and the wider half of its interval in % of it: null where there are too few runs for one."""
    estimate = cell_throughput(cell)
    return {"role": cell.role, "n": estimate.n, "median_tx_per_s": estimate.value if estimate.n else None, "half_width_percent": estimate.half_width_percent}


def main(arguments: list[str]) -> int:
    """The command."""
    parser = Parser("interval", "Prints the 95 % interval of each cell's throughput.")
    parser.add_results("folder", "a folder of results or its runs.jsonl")
    parser.add_pool_machines()
    parser.add_json()
    given = parser.parse_args(arguments)
    data = records.read(given.folder, pool_machines=given.pool_machines)
    if given.json:
        print(json.dumps({"pooled": data.pooling_note or None, "cells": {name: interval_of(cell) for name, cell in data.cells.items()}}))
        return 0
    if data.pooled:
        print(data.pooling_note)
    print(columns([["cell", "", "transactions/s"], *([name, cell.label(data.varying_axes), cell_throughput(cell).text()] for name, cell in data.cells.items())]))
    return 0
