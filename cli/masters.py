"""The masters in `status`: how many there are, how many of them have an incident, and what may be done to them."""

from __future__ import annotations

from rich.text import Text

from cli.speech import CONDITION_STYLE, styled
from shared.desk.masters import MastersStatus
from shared.model.masters import MASTERS


def masters_line(cluster: str, masters: MastersStatus) -> Text:
    may = masters.mode.value if masters.mode else "watched"
    line = styled((f"{cluster}/{MASTERS}", "bold"), "  ", (may, "bold"), f"  {masters.count} in the policy")
    for condition, count in masters.conditions.items():
        line.append(" · ").append(f"{count} {condition}", CONDITION_STYLE.get(condition, ""))
    return line
