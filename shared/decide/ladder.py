"""The ladder: which remedy is tried next for a node.

The policy orders the rungs. Going up, a rung is skipped, each with its reason:

1. It cannot help a node in this condition (`HELPS`): another host is no help to a machine that is taken away, and no
   unit can be started again where none is known to have failed. And before an end that is near nothing but `replace`
   does, whose plan empties the node first.
2. It was carried out for this incident and did not help.
3. It needs Azure's own agent in the machine, and nothing is heard from that.
4. It made this node well within the last day, and the node is ill again: what does not last is not repeated.
5. The fault is in the network: the machine's own guest agent answers Azure, so neither its disks nor its host's are to
   blame, and a reimaged machine would only boot into the same network (published: Azure/AKS#2038).
6. It needs room in Azure, which refused room a moment ago, and a later rung needs none.
7. It loses the local volumes that frameworks have on the node, or may have, and a later rung keeps them: what is on a
   dead machine's disk is lost only when the machine is.
8. Something is lost by it, the machine is there, and the masters still count on its agent, which only answers nobody
   now (`shared/operate/roll_call.py`). Once they have missed it too, it is not skipped any more.

What is left first is tried. When nothing is left, a person is called. A gone machine is replaced wherever the policy
has that rung, and on no other.

Facts: restarting keeps all disks. Moving to another host or deallocating loses the temporary disk, and with it
`/var/lib/mesos` as the Azure Container Service lays it out: local volumes and the agent's identity. Reimaging rewrites
the disk of the operating system (Azure/azure-docs, virtual-machine-scale-sets reimage; managed disks, temporary disk).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from msgspec import Struct

from shared.guards.stakes import holdings_of
from shared.model.azure import GuestAgent
from shared.model.incidents import Incident
from shared.model.nodes import Condition, Fate, Finding
from shared.model.remedies import LOSES_LOCAL_VOLUMES, NEEDS_ROOM, Remedy

RELAPSE = timedelta(days=1)
COUNTED_ON = "the masters still count on its agent"
R = Remedy

HELPS: Mapping[Condition, frozenset[Remedy]] = {
    Condition.GONE: frozenset({R.REPLACE}),
    Condition.UNREACHABLE: frozenset({R.RESTART_UNIT, R.RESTART, R.REDEPLOY, R.REIMAGE, R.REPLACE}),
    Condition.IMPAIRED: frozenset({R.RESTART_UNIT, R.RESTART, R.REDEPLOY, R.REIMAGE, R.REPLACE}),
    Condition.DOOMED: frozenset({R.REDEPLOY, R.REPLACE}),
    Condition.STUCK: frozenset({R.RESTART, R.REIMAGE, R.REPLACE}),
    Condition.STOPPED: frozenset({R.RESTART}),  # asked of masters alone, agents that are stopped are left so
}


class Skipped(Struct, frozen=True):
    remedy: Remedy
    why: str


class Choice(Struct, frozen=True):
    """`remedy` None: nothing is left to try; with `later`, not before the masters have missed the agent."""

    remedy: Remedy | None
    skipped: tuple[Skipped, ...] = ()
    later: bool = False

    @property
    def because(self) -> str:
        """One sentence on what was passed over; empty when nothing was."""
        return ", ".join(f"not {one.remedy.value}: {one.why}" for one in self.skipped)


def choose(
    ladder: tuple[Remedy, ...], finding: Finding, incident: Incident | None, no_room: bool, now: datetime
) -> Choice:
    """The next rung for this node. `no_room`: Azure refused to allocate within the back-off."""
    skipped: list[Skipped] = []
    for place, remedy in enumerate(ladder):
        why = _against(remedy, finding, incident, now)
        if why is None and no_room and remedy in NEEDS_ROOM:
            later = (one for one in ladder[place + 1 :] if one not in NEEDS_ROOM)
            if any(_against(one, finding, incident, now) is None for one in later):
                why = "Azure has no room for it now"
        if why is None and remedy in LOSES_LOCAL_VOLUMES and _may_hold_volumes(finding):
            later = (one for one in ladder[place + 1 :] if one not in LOSES_LOCAL_VOLUMES)
            if any(_against(one, finding, incident, now) is None for one in later):
                why = "volumes are on it, and a later rung keeps them"
        if why is None:
            return Choice(remedy, tuple(skipped))
        skipped.append(Skipped(remedy, why))
    return Choice(None, tuple(skipped), any(one.why == COUNTED_ON for one in skipped))


def _against(remedy: Remedy, finding: Finding, incident: Incident | None, now: datetime) -> str | None:
    """Rules 1 to 5 and 8; None when nothing speaks against the rung."""
    if remedy not in HELPS.get(finding.condition, frozenset()):
        return f"it cannot help a node that is {finding.condition.value}"
    if remedy is Remedy.REDEPLOY and finding.fate is Fate.ENDS:
        return "the machine is taken away, wherever it is"
    if remedy is Remedy.RESTART_UNIT and finding.condition is Condition.IMPAIRED and not finding.unit:
        return "of no unit it is known that it failed"
    if remedy is not Remedy.REPLACE and finding.ends_soon(now):
        return "its end comes sooner"
    if incident is not None and remedy in incident.tried:
        return "it was tried and did not help"
    instance = finding.node.instance
    if remedy is Remedy.RESTART_UNIT and (instance is None or instance.guest_agent is not GuestAgent.READY):
        return "no command can be run there"
    agent, memory = finding.node.agent, finding.node.memory
    is_mute = agent is not None and agent.mute and finding.condition is Condition.UNREACHABLE
    if is_mute and remedy in LOSES_LOCAL_VOLUMES:
        return COUNTED_ON
    if memory is not None and any(one.remedy is remedy and one.at > now - RELAPSE for one in memory.helped):
        return "it helped within the last day, and did not last"
    if remedy is Remedy.REIMAGE and _is_network(finding):
        return "the fault is in the network"
    return None


def _may_hold_volumes(finding: Finding) -> bool:
    held = holdings_of(finding.node)
    return finding.condition is not Condition.GONE and (held is None or any(one.volumes for one in held))


def _is_network(finding: Finding) -> bool:
    """Its own guest agent answers Azure, which needs no virtual network, and only Mesos does not see it."""
    instance = finding.node.instance
    ready = instance is not None and instance.guest_agent is GuestAgent.READY
    return finding.condition is Condition.UNREACHABLE and ready
