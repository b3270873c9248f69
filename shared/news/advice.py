"""What a person does next about what was handed over: one or two lines for each step that could not go on, and for each
trouble that is no node's. No I/O.

Written for somebody who was woken and does not know this product: where to look, what to do by hand, and what must not
be done because the app still counts on it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from shared.model.incidents import Incident
from shared.model.masters import MASTERS
from shared.model.remedies import Remedy
from shared.model.sizes import is_size
from shared.operate.troubles import CLUSTER, MASTERS_UNSEEN

_NOT_JOINED = (
    "See on the new machine why its DC/OS agent does not register: its boot diagnostics in the portal, then "
    "`journalctl -u dcos-mesos-slave` there. Usual causes: the image, its certificate, the way to the masters.",
    "No other machine of this pool is replaced until one joins, because the next one may fail in the same way.",
)
_NO_GROWTH = (
    "See quota and capacity of the region in Azure, and grow the scale set to the size that is wanted.",
)
_NO_PROOF = ("See by hand whether the machine works; what is read of it contradicts itself.",)
_NOT_VERIFIED = (
    "See in Marathon, or in the service's own scheduler, why its tasks do not run again: resources, constraints, "
    "a volume that is gone. The machine itself is done with.",
)
_NOT_RECOVERED = (
    "The remedy was carried out and the agent did not come back: see the machine's boot diagnostics in the portal.",
    "If its data is not needed, delete the instance in Azure: the pool is then filled up again.",
)
_MASTER = (
    "See this master's Exhibitor, `journalctl -u dcos-mesos-master` and its disk. Never two masters at a time.",
    "Until it serves, no other master is touched by this app.",
)

OUT_OF_POLICY = (
    "The policy does not name this node's pool as it did when this was begun: the pool was renamed or taken out, or "
    "another scale set was given its name.",
    "If that was a mistake, mend the policy: what fails from then on is repaired. This node is not, and waits for you.",
    "Do by hand what is left of the steps above: see the machine in Azure, and whether its pool has the size it needs.",
)
ORDERED_FOR_IT = (
    "A machine more was ordered for it, so that its pool may have one too many: nobody takes that away."
)
"""What is besides, when its successor was to come first."""

STEPS: Mapping[str, Sequence[str]] = {
    "prove_dead": _NO_PROOF,
    "prove_ill": _NO_PROOF,
    "prove_ending": _NO_PROOF,
    "stop_new_tasks": ("See on the leading master why it does not take the agent out of its offers.",),
    "surge": _NO_GROWTH,
    "surge_ahead": _NO_GROWTH,
    "grow": _NO_GROWTH,
    "enlarge": ("See why the app's storage does not take the new size of the pool; nothing was ordered.",),
    "trim": ("Lower the size of the scale set in Azure to the number of machines that it has.",),
    "await_members": _NOT_JOINED,
    "give_up": _NO_GROWTH,
    "prove_surplus": ("See by hand whether the machine works; nothing was done to it.",),
    "prove_hot": ("See by hand which of its agents are full; nothing was done.",),
    "relocate": (
        "See in Marathon whether the task that is named runs still; it may be ended by hand, or left.",
    ),
    "await_whole": (
        "See in Marathon why the application that is named is not whole again: a task of it was ended to start on a "
        "less crowded agent. Resources, constraints and roles say where it may start.",
    ),
    "weigh": ("See how full the pool's agents are by now; the task was moved.",),
    "await_successor": _NOT_JOINED,
    "await_join": _NOT_JOINED,
    "keep_evidence": (
        "See why the table Evidence of the app's storage cannot be written; the machine still stands.",
    ),
    "move_tasks": (
        "See which tasks do not leave the node, and whether their service can spare them. The node takes no new ones.",
    ),
    "restart_unit": ("Log in to the machine and restart the unit; Azure did not carry the command out.",),
    "start": ("Start the machine in Azure, after a look at what Azure said to our order.",),
    "restart": ("Restart the machine in Azure, after a look at what Azure said to our order.",),
    "redeploy": ("Redeploy the machine in Azure, after a look at what Azure said to our order.",),
    "reimage": (
        "Reimage the machine in Azure, after a look at what Azure said to our order. Its disk is lost by that.",
    ),
    "await_recovery": _NOT_RECOVERED,
    "await_end": ("See in Azure whether the machine that was announced to go is still there.",),
    "destroy": (
        "Delete the instance in Azure, after a look at what Azure said to our order (a lock? a policy?).",
    ),
    "dismiss": (
        "Delete the instance in Azure, after a look at what Azure said to our order (a lock? a policy?). It is empty, "
        "and nothing comes in its place.",
    ),
    "bury": ("See in Azure why the instance that was announced to go is still listed, and delete it.",),
    "prove_gone": ("See in Azure why the instance is still listed, and delete it.",),
    "tell_scheduler": (
        "On the leading master, mark the agent gone; before Mesos 1.5 take its machine down and up again.",
        "Until then its tasks may be waited for that never come back.",
    ),
    "retire_agent": ("On the leading master, see why the agent's old id is still listed.",),
    "give_back": (
        "See on the leading master whether the node is still kept from new tasks, and let it have them.",
    ),
    "restore_services": _NOT_VERIFIED,
    "await_services": _NOT_VERIFIED,
    "verify": _NOT_VERIFIED,
    "await_master": _MASTER,
    "verify_quorum": _MASTER,
}
"""By the step that could not go on."""

TAKE_BACK: Mapping[str, str] = {
    "window": "It stays in a maintenance window of Mesos until you take it out: get /maintenance/schedule of the "
    "leading master, and post it again without this machine.",
    "agent": "Its agent stays deactivated until you call REACTIVATE_AGENT with its id on the leading master.",
}
"""By how new tasks were kept away from a node: nobody else takes that back when it was handed over."""

TROUBLES: Mapping[str, Sequence[str]] = {
    " storm)": (
        "So much fails at once that machines are probably not the cause. See the network, the masters, the region's "
        "health in Azure, and what was deployed of late.",
        "Do not replace machines by hand: they would fail as well. Repair begins by itself when the storm is over.",
    ),
    " room)": (
        "Raise the quota, or give the pool another size or zone. It goes on being asked, less and less often.",
    ),
    " load)": (
        "See why it cannot be read: Marathon's queue, or whether the metric is still sent, for machines of this pool.",
        "Until then schedules go on to be kept, and nothing goes that load might need; `size set` says a size by hand.",
    ),
    " held)": (
        "See what they wait for: a service that is not at rest, or masters that are not. Bring that to rest first.",
        "Repair begins by itself then; or work on those machines by hand, under a pause.",
    ),
    " unread)": (
        "Deploy the version that wrote these rows, or mend them by hand in the app's storage. They are kept until "
        "then as they are, and what they are about is left alone.",
        "To delete one is to forget what it is about: a node that is well is learned anew; a machine that was missing "
        "is not missed any more, so see that its pool has its size.",
    ),
    " quorum)": (
        "See the masters first: Exhibitor, ZooKeeper, `journalctl -u dcos-mesos-master`. None of them is touched by "
        "this app while fewer than a majority serve.",
        "Bring back one that was last in the ensemble; never restart one that serves.",
    ),
    " by fault_domain)": (
        "That is one rack of Azure's: see its service health. What is there comes back with it, or is moved by hand.",
    ),
    " by update_domain)": (
        "Azure, or an upgrade of the set, works on them in turn: see both, and what it installs.",
    ),
    " by size)": (
        "See what is special about machines of that size: their disks, their generation, their drivers.",
    ),
    " by subnet)": (
        "See routes, security groups and peerings of that subnet; compare a failed node with a good one.",
    ),
    " by zone)": ("See the health of that zone in Azure; what runs there can be moved by hand to another.",),
    " by image)": ("Take the image back to the last good one; what is built from it goes on failing.",),
    " by model)": ("See what was last changed in the scale set's model, and take it back.",),
    " by age)": (
        "See what every young machine has: the image, its extension, a certificate, a package source.",
    ),
}
"""By the end of the subject, of what is no node's trouble."""

_BLIND = (
    "See what the app cannot reach: the way from its network to the masters, Azure's health, its identity's roles.",
    "Nothing is judged or repaired by what cannot be read, so until then nobody but you looks after it.",
)
_SHARED = ("See what they share, with a failed node beside a good one.",)
_BY_HAND = (
    "See the machine in Azure and on the agents page of Mesos; mend it, or delete the instance: the pool is then "
    "filled up again.",
)


def advice_for(subject: str, incident: Incident | None, step: str) -> Sequence[str]:
    """`subject` is a node, or a trouble in parentheses. `step` is where the last operation stands, empty when there
    was none or it went to its end."""
    if subject in {CLUSTER, MASTERS_UNSEEN}:
        return _BLIND
    if is_size(subject):
        return STEPS.get(step, _NO_GROWTH)
    for ending, lines in TROUBLES.items():
        if subject.startswith("(") and subject.endswith(ending):
            return lines
    if subject.startswith("("):
        return _SHARED
    if step:
        return STEPS.get(step, _BY_HAND)
    return _MASTER if incident is not None and incident.pool == MASTERS else _BY_HAND


def named(subject: str) -> str:
    """A subject as somebody calls it who never saw one."""
    if not subject.startswith("("):
        return subject
    if is_size(subject):
        return subject.strip("()").replace("size of", "the size of pool")
    whose, _, what = subject.strip("()").rpartition(" ")
    match what:
        case "storm":
            return f"the storm in pool {whose}, which does not blow over,"
        case "room":
            return f"pool {whose}, for which Azure has no room,"
        case "load":
            return f"what the size of pool {whose} follows, which cannot be read,"
        case "quorum":
            return "the quorum of the masters"
        case "cluster":
            return "the whole cluster, which cannot be seen,"
        case "unseen":
            return f"what the {whose} do, which cannot be seen,"
        case "unread":
            return f"table {whose}, of which not every row can be read,"
        case "held":
            return f"what is held in {whose}"
        case factor:
            return (
                f"what failed in {whose.removesuffix(' by')}, all with the same {factor.replace('_', ' ')},"
            )


def how_it_ends(subject: str) -> str:
    """What the person need not do after that."""
    if subject.startswith("("):
        return "it ends by itself when that is over, and repair goes on; nothing has to be switched on again"
    return "when it is mended nothing more has to be done, it counts as well within a minute or two"


def left_undone(subject: str) -> str:
    """What is not done because of it, also later."""
    if subject.endswith(" room)"):
        return "machines are missing until Azure has room; what needs no new machine goes on"
    if is_size(subject):
        return "the pool goes on with the machines that it has; those that fail are repaired"
    if subject.endswith(" load)"):
        return "the pool does not shrink by its load; what is ill is repaired"
    if subject in {CLUSTER, MASTERS_UNSEEN}:
        return "nothing is judged by what cannot be read, and nothing is repaired because of it"
    if subject.endswith(" quorum)"):
        return "no master is touched until a majority serves; agents are repaired as far as Mesos answers"
    if subject.startswith("("):
        return "nothing is begun on the nodes that it is about until it is over; elsewhere repair goes on"
    return "nothing more is done about it until its condition changes, and what it takes of the limits stays taken"


MEANING: Mapping[Remedy, str] = {
    Remedy.RESTART_UNIT: "the failed unit is started again, tasks go on",
    Remedy.RESTART: "the machine is booted again, its disks stay",
    Remedy.REDEPLOY: "Azure moves the machine to another host; what is on its temporary disk is lost",
    Remedy.REIMAGE: "its system is written anew; what is on its temporary disk is lost",
    Remedy.REPLACE: "the machine is destroyed with its disks, and another one is ordered",
    Remedy.GROW: "machines are ordered, up to the size that the pool is to have",
    Remedy.SHRINK: "the machine is emptied and destroyed with its disks, and no other one is ordered",
    Remedy.RELIEVE: "one task on it is ended and starts anew where Marathon finds room; all others go on",
}
"""What a person agrees to."""
