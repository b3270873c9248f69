"""The race as a picture: for each class, how long each repairer took, on a logarithmic axis.

A filled dot is the median, a ring the 95th percentile. What was not reached within the horizon of two hours stands
beyond it, in the grey stripe on the right. matplotlib is loaded here alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from benchmarks.repair.results import ALL, Result

HORIZON_S = 7200.0
BEYOND_S = 9600.0
TICKS = {
    30: "30 s",
    60: "1 min",
    120: "2 min",
    300: "5 min",
    600: "10 min",
    1200: "20 min",
    3600: "1 h",
    7200: "2 h",
}
COLOURS = ("#0b5394", "#cc4125", "#e69138", "#6aa84f", "#8e63b5", "#3d9aa8", "#777777")
STEP = 0.115


def draw(found: Sequence[Result], path: Path) -> None:
    """Write the picture as PNG."""
    mpl.use("Agg")
    systems = list(dict.fromkeys(one.system for one in found))
    kinds = list(dict.fromkeys(one.kind for one in found))
    figure = Figure(figsize=(10, 9.2), dpi=110, facecolor="white", layout="constrained")
    axes = figure.subplots()
    for place, kind in enumerate(kinds):
        if place % 2:
            axes.axhspan(place - 0.5, place + 0.5, color="#f4f4f4", zorder=0)
        for number, system in enumerate(systems):
            one = next(each for each in found if (each.system, each.kind) == (system, kind))
            _dots(axes, one, place + (number - (len(systems) - 1) / 2) * STEP, COLOURS[number % len(COLOURS)])
    _frame(axes, kinds, {one.kind: one.traces for one in found})
    _legend(figure, systems)
    figure.savefig(path, metadata={"Software": None})


def _dots(axes: Axes, one: Result, height: float, colour: str) -> None:
    median, high = one.capacity_p50 or BEYOND_S, one.capacity_p95 or BEYOND_S
    axes.plot([median, high], [height, height], color=colour, linewidth=1.6, alpha=0.55, zorder=2)
    axes.plot(high, height, "o", color=colour, markerfacecolor="white", markersize=6, zorder=3)
    axes.plot(median, height, "o", color=colour, markersize=7, zorder=4)


def _frame(axes: Axes, kinds: Sequence[str], traces: dict[str, int]) -> None:
    axes.set_xscale("log")
    axes.set_xlim(25, 11500)
    axes.axvspan(HORIZON_S, 11500, color="#dddddd", zorder=1)
    axes.text(BEYOND_S, -0.56, "not within 2 h", ha="center", va="bottom", fontsize=8, color="#444444")
    axes.set_xticks(list(TICKS), list(TICKS.values()))
    axes.set_xticks([], minor=True)
    axes.grid(axis="x", color="#cccccc", linewidth=0.6, zorder=1)
    names = ["all traces" if kind == ALL else kind for kind in kinds]
    axes.set_yticks(
        range(len(kinds)), [f"{name}\n({traces[kind]})" for name, kind in zip(names, kinds, strict=True)]
    )
    axes.set_ylim(len(kinds) - 0.5, -0.5)
    axes.set_xlabel("time from the first failure until the pool was whole for good (logarithmic)")
    axes.set_ylabel("class of failure (number of traces)")
    axes.set_title("Time to capacity restored: the same failures, one repairer after the other", pad=18)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def _legend(figure: Figure, systems: Sequence[str]) -> None:
    marks = [
        Line2D([], [], color=COLOURS[number % len(COLOURS)], marker="o", linestyle="", label=system)
        for number, system in enumerate(systems)
    ]
    marks.append(Line2D([], [], color="black", marker="o", linestyle="", label="median"))
    marks.append(
        Line2D(
            [], [], color="black", marker="o", markerfacecolor="white", linestyle="", label="95th percentile"
        )
    )
    figure.legend(handles=marks, loc="outside lower center", ncols=3, fontsize=9, frameon=False)
