"""What is foreseen of a pool, on one line."""

from __future__ import annotations

from rich.text import Text

from cli.speech import styled
from shared.scale.forecast import Forecast


def forecast_line(found: Forecast) -> Text:
    """`20 nodes were needed at this hour in the last weeks, which was 1.2 nodes (6%) off on the last day`."""
    if found.demand is not None:
        return styled((f"{found.demand.value.nodes}", "bold"), f": {found.because}")
    return styled(("does not count", "yellow"), f": {found.because}")
