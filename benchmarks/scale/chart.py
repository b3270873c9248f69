"""The race of autoscalers as pictures, one for each question.

`draw_curves`: unmet demand over waste, a line for each rule over its setpoints; the dot is the default. Lower and
further left is better. `draw_sizes`: the load of a trace, and how many cores each rule had booted for it at the default
setpoint. matplotlib is loaded here alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from benchmarks.scale.race import DEFAULT, FORESEEING, OURS, SETPOINT, WAITING, Run
from benchmarks.scale.traces import trace

COLOURS = {OURS: "#0b5394", FORESEEING: "#3d9aa8", DEFAULT: "#e69138", WAITING: "#cc4125"}
DRAWN = (OURS, DEFAULT, WAITING)
CORES = 8


def draw_curves(runs: Sequence[Run], path: Path) -> None:
    """Write the picture as PNG."""
    figure, boxes = _figure(runs, "Unmet demand and waste, at setpoints from 35 to 90 %", columns=3)
    for name, axes in boxes.items():
        for rule in DRAWN:
            own = sorted(
                (run for run in runs if (run.trace, run.rule) == (name, rule)), key=lambda run: run.waste
            )
            axes.plot(
                [run.waste for run in own],
                [run.unmet for run in own],
                ".-",
                color=COLOURS[rule],
                linewidth=1.3,
            )
            for run in own:
                if run.setpoint == SETPOINT:
                    axes.plot(run.waste, run.unmet, "o", color=COLOURS[rule], markersize=8)
        axes.set_yscale("symlog", linthresh=1)
        axes.set_ylim(bottom=0)
        axes.xaxis.set_major_locator(MaxNLocator(5))
        axes.set_xlabel("waste, core-hours")
        axes.set_ylabel("unmet, core-hours")
    figure.savefig(path, metadata={"Software": None})


def draw_sizes(runs: Sequence[Run], path: Path) -> None:
    """Write the picture as PNG."""
    figure, boxes = _figure(runs, f"Load, and the cores that had booted for it, at {SETPOINT:.0%}", columns=1)
    for name, axes in boxes.items():
        cores = trace(name).cores
        hours = [minute / 60 for minute in range(len(cores))]
        axes.fill_between(hours, cores, color="#d5d5d5", linewidth=0)
        for rule in DRAWN:
            sizes = next(
                run.sizes for run in runs if (run.trace, run.rule, run.setpoint) == (name, rule, SETPOINT)
            )
            axes.plot(hours, [CORES * size for size in sizes], color=COLOURS[rule], linewidth=0.9)
        axes.set_xlim(0, hours[-1])
        axes.set_ylim(bottom=0)
        axes.set_ylabel("cores")
        axes.set_xlabel("hours")
    figure.savefig(path, metadata={"Software": None})


def _figure(runs: Sequence[Run], title: str, columns: int) -> tuple[Figure, dict[str, Axes]]:
    mpl.use("Agg")
    names = list(dict.fromkeys(run.trace for run in runs))
    rows = -(-len(names) // columns)
    size = (11, 2.3 * rows + 0.9) if columns == 1 else (11, 3.3 * rows + 0.9)
    figure = Figure(figsize=size, dpi=100, facecolor="white", layout="constrained")
    places = list(figure.subplots(rows, columns, squeeze=False).flat)
    boxes = dict(zip(names, places, strict=False))
    for axes in places[len(names) :]:
        axes.set_visible(False)
    for name, axes in boxes.items():
        axes.set_title(name, fontsize=10, loc="left")
        axes.grid(color="#dddddd", linewidth=0.6)
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
    figure.suptitle(title)
    lines = [Line2D([], [], color=COLOURS[rule], label=rule) for rule in DRAWN]
    figure.legend(handles=lines, loc="outside lower center", ncols=len(lines), fontsize=9, frameon=False)
    return figure, boxes
