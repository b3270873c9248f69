"""The masters in `status`: how many there are, how many of them have an incident, and what may be done to them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from msgspec import Struct
from rich.text import Text

from cli.speech import CONDITION_STYLE, styled
from shared.model.incidents import Incident
from shared.model.masters import MASTERS
from shared.policy.schema import ClusterPolicy, Mode


class MastersStatus(Struct, frozen=True):
    """`mode` None: the policy names no machines of theirs, so they are watched and never touched. `conditions` are of
    those with an open incident; nothing is remembered of masters that are well."""

    count: int
    mode: Mode | None
    conditions: Mapping[str, int]


def masters_status(cluster: ClusterPolicy, opened: Sequence[Incident]) -> MastersStatus:
    ill = [one for one in opened if one.pool == MASTERS and one.node in cluster.master_addresses]
    found = Counter(incident.condition.value for incident in ill)
    mode = cluster.mode if cluster.quorum.vms else None
    return MastersStatus(len(cluster.masters), mode, dict(sorted(found.items())))


def masters_line(cluster: str, masters: MastersStatus) -> Text:
    may = masters.mode.value if masters.mode else "watched"
    line = styled((f"{cluster}/{MASTERS}", "bold"), "  ", (may, "bold"), f"  {masters.count} in the policy")
    for condition, count in masters.conditions.items():
        line.append(" · ").append(f"{count} {condition}", CONDITION_STYLE.get(condition, ""))
    return line
