"""What the stage is about, and what the guards' answers mean, in words for somebody who has never seen Mesos.

A guard answers with a reason code and the numbers that it rests on. The code stays on the screen, because it leads from
any line of the audit to one file of `shared/guards/`; the sentence beside it says what the numbers say. An answer that
has no sentence here is told by its numbers alone.
"""

from __future__ import annotations

from shared.errors import brief
from shared.model.decisions import Answer

INTRODUCTION = (
    "A DC/OS cluster: masters (Mesos) hand out tasks, agents run them. Each agent is a machine of an Azure scale set; "
    "a fault domain is machines that share power and network. A lost agent stays lost until somebody replaces its "
    "machine. Here the app does."
)

_ALLOWED = {
    "mode": "{mode}",
    "self_doubt": "{connected} of {machines} agents",
    "failover": "led {led_s} s > {hold_off_s} s",
    "capacity": "{capacity} of {wanted}",
    "storm": "{unwell} < {threshold}",
    "ledger": "{active} of {at_once}",
    "quorum": "{serve_without} serve without it, {majority} needed",
}
_REFUSED = {
    "mode_observe": "the policy says observe: look and tell, touch nothing",
    "approval_awaited": "a person has to approve {remedy} first",
    "approval_rejected": "{who} rejected it: {why}",
    "paused_cluster": "{who} paused the cluster: {why}",
    "paused_pool": "{who} paused the pool: {why}",
    "held_node": "{who} holds the node: {why}",
    "scheduler_unread": "the masters could not be read: it may be us that is cut off",
    "azure_unread": "{source} could not be read: {why}",
    "readings_stale": "what was read is {age_s} s old, {oldest_s} s are allowed",
    "no_agent_connected": "none of {machines} machines has a connected agent: it may be us that is cut off",
    "leader_unread": "without the masters nobody knows how long their leader has led",
    "leader_is_new": "the leader has led for {led_s} s, agents have {hold_off_s} s to find it",
    "capacity_zero": "Azure says that the scale set is to have no machines at all",
    "capacity_unread": "Azure's size of the scale set could not be read",
    "storm_now": "{unwell} of {nodes} nodes are unwell at once, a storm begins at {threshold}",
    "storm_cooling": "the storm is over, for {left_s} s more nothing is trusted",
    "quorum_unread": "how the masters are was not read within the last minute",
    "quorum_of_one": "it is the only master",
    "quorum_at_work": "{master} is worked on, and one master at a time is enough",
    "quorum_unproven": "{master} was worked on and is {condition} still",
    "quorum_moves": "{master} was started a moment ago, or Azure is doing something to it",
    "quorum_lost": "{serve_without} of {masters} masters would serve without it, {majority} are needed",
    "quorum_leader_last": "it leads, and {first} is ill too: the leader goes last",
    "ledger_at_once": "{active} replacements are under way, {at_once} are allowed at once",
}


def gist(answer: Answer) -> str:
    """The numbers that matter of a guard that allows."""
    return _filled(_ALLOWED.get(answer.guard), answer)


def why_not(answer: Answer) -> str:
    """Why a guard refuses, and until when if the clock alone ends it."""
    said = brief(_filled(_REFUSED.get(answer.reason), answer))
    return f"{said}; until {answer.until:%H:%M:%S} UTC" if answer.until else said


def _filled(sentence: str | None, answer: Answer) -> str:
    """The sentence with the answer's numbers; the bare numbers where it has not all that the sentence asks for."""
    if sentence is not None:
        try:
            return sentence.format_map(answer.numbers)
        except KeyError:
            pass
    return ", ".join(f"{name} {value}" for name, value in answer.numbers.items())
