"""Every figure, each from runs alone: a function takes SweepData and gives a Figure, or None where the runs have nothing to show for it."""

from analysis.plots.block_time import block_time
from analysis.plots.contention import contention
from analysis.plots.crossover import crossover
from analysis.plots.figure import Figure, FigureFunction
from analysis.plots.memory_bytes import memory_bytes
from analysis.plots.regime_map import regime_map
from analysis.plots.spans import spans
from analysis.plots.state_size import state_size
from analysis.plots.throughput_cores import throughput_cores

FIGURES: dict[str, FigureFunction] = {
    "throughput-cores": throughput_cores,
    "spans": spans,
    "regime-map": regime_map,
    "crossover": crossover,
    "contention": contention,
    "state-size": state_size,
    "block-time": block_time,
    "memory-bytes": memory_bytes,
}

__all__ = ["FIGURES", "Figure", "FigureFunction"]
