"""The preview of schedules as a picture: for each pool the band of sizes that load may choose from, over time.

A line is the fewest nodes, the band above it what load may add, a thick line a size that is fixed. Red is where what
was written contradicts itself. matplotlib is loaded here alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from shared.decide.preview import Preview

BAND, LEAST, FIXED, WRONG = "#9fc5e8", "#0b5394", "#38761d", "#cc0000"
INCHES_EACH = 2.4


def draw(found: Sequence[Preview], path: Path, zone: ZoneInfo) -> None:
    """Write the picture as PNG. There must be a preview."""
    mpl.use("Agg")
    height = INCHES_EACH * len(found) + 1.0
    figure = Figure(figsize=(11, height), dpi=110, facecolor="white", layout="constrained")
    grid = figure.subplots(len(found), 1, sharex=True, squeeze=False)
    for one, axes in zip(found, grid[:, 0], strict=True):
        _pool(axes, one, zone)
    figure.legend(handles=_legend(), loc="outside lower center", ncols=4, fontsize=9, frameon=False)
    figure.savefig(path, metadata={"Software": None})


def _pool(axes: Axes, one: Preview, zone: ZoneInfo) -> None:
    edges = [*(row.begin for row in one.rows), one.rows[-1].end]
    least, most = [row.min for row in one.rows], [row.max for row in one.rows]
    axes.fill_between(edges, [*least, least[-1]], [*most, most[-1]], step="post", color=BAND, linewidth=0)  # type: ignore[arg-type]
    axes.stairs(least, edges, color=LEAST, linewidth=1.4, baseline=None)  # type: ignore[arg-type]
    for row in one.rows:
        if row.target is not None:
            axes.plot([row.begin, row.end], [row.target, row.target], color=FIXED, linewidth=2.6)  # type: ignore[arg-type]
        if row.conflicts:
            axes.axvspan(row.begin, row.end, color=WRONG, alpha=0.18, linewidth=0)  # type: ignore[arg-type]
    locator = AutoDateLocator(tz=zone)  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator, tz=zone))  # type: ignore[no-untyped-call]
    axes.set_ylim(0, max(most) * 1.08 + 1)
    axes.set_ylabel("nodes")
    axes.set_title(f"{one.cluster}/{one.pool} ({zone.key})", fontsize=10, loc="left")
    axes.grid(color="#dddddd", linewidth=0.6)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def _legend() -> list[Line2D | Patch]:
    return [
        Line2D([], [], color=LEAST, label="fewest nodes"),
        Patch(color=BAND, label="what load may add"),
        Line2D([], [], color=FIXED, linewidth=2.6, label="fixed size"),
        Patch(color=WRONG, alpha=0.18, label="contradiction"),
    ]
