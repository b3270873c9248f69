"""What is known of a workload by its package: what it keeps, how many may be down, and how it may be moved.

A package is known by the adapters (`shared/dcos/catalog` has them all) and comes with every reading of workloads, so
that guards and steps ask the reading and know no package by name. Most packages are two things at once: an
application of Marathon (the scheduler of Kafka) and a framework of its own with its own tasks (Kafka's brokers). The
two move in different ways, so each has its own word.

What nobody has told us of is not safe because of that: `UNKNOWN_FRAMEWORK` and `UNKNOWN_RESIDENT` are for what holds
data and `PLAIN` is for what does not.
"""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct


class Kind(StrEnum):
    """app                application of Marathon, nothing else
    framework          scheduler run by Marathon, members in a framework of its own without an interface that we use
    sdk                the same, built on dcos-commons: plans and pods can be asked and ordered
    app_and_framework  the application does the work, its framework runs helpers (build agents, executors)
    """

    APP = "app"
    FRAMEWORK = "framework"
    SDK = "sdk"
    APP_AND_FRAMEWORK = "app_and_framework"


class Keeps(StrEnum):
    """Where its state is. On Azure's DC/OS everything on an agent but `device` is on the temporary disk.

    nothing       no state, or none that anybody misses
    sandbox       in the task's sandbox: lost when the task moves
    local_volume  in a persistent volume on the agent: lost with the agent's disk
    zookeeper     in ZooKeeper of the masters: moves with the task
    host_path     in a directory of the agent: stays behind when the task moves
    device        on disks of the agent that it claimed for itself
    """

    NOTHING = "nothing"
    SANDBOX = "sandbox"
    LOCAL_VOLUME = "local_volume"
    ZOOKEEPER = "zookeeper"
    HOST_PATH = "host_path"
    DEVICE = "device"

    @property
    def dies_with_agent(self) -> bool:
        return self not in {Keeps.NOTHING, Keeps.ZOOKEEPER}

    @property
    def stays_when_restarted(self) -> bool:
        """Whether its task finds it again on an agent that was emptied and booted."""
        return self is not Keeps.SANDBOX


class Move(StrEnum):
    """How a task leaves an agent that goes.

    nothing         it does not: there is one on each agent, and the agent's end is its end
    reschedule      killed without scaling, its scheduler starts it elsewhere
    replace_pod     pod replace at its SDK scheduler, one at a time, recovery plan complete before the next
    wipe_when_lost  killed with wipe, one at a time, and only when the agent and its volume are lost anyway
    per_app         it is Marathon itself: each of its applications says for itself
    never           not by us
    """

    NOTHING = "nothing"
    RESCHEDULE = "reschedule"
    REPLACE_POD = "replace_pod"
    WIPE_WHEN_LOST = "wipe_when_lost"
    PER_APP = "per_app"
    NEVER = "never"


class Person(StrEnum):
    """When a person must decide.

    never        the package itself holds as many copies as it needs
    before_loss  before data that could still come back is given up; not when its disk is gone anyway
    always       before anything is done to it
    """

    NEVER = "never"
    BEFORE_LOSS = "before_loss"
    ALWAYS = "always"


class Quorum(StrEnum):
    """How many of n members may be down at once: all, n less the majority, one, or none."""

    ANY = "any"
    MAJORITY = "majority"
    ONE = "one"
    NONE = "none"

    def may_be_down(self, members: int) -> int:
        """Of `members` in all. One of one is never allowed where one must stay."""
        match self:
            case Quorum.ANY:
                return max(0, members)
            case Quorum.MAJORITY:
                return max(0, (members - 1) // 2)
            case Quorum.ONE:
                return 1 if members > 1 else 0
            case Quorum.NONE:
                return 0


class Members(Struct, frozen=True):
    """Members of one sort. `usual` is how many the package starts unless told otherwise; pods of the sort are called
    `<name>-<number>`. An empty name is for all that have no sort of their own."""

    name: str
    usual: int
    quorum: Quorum


class Package(Struct, frozen=True, kw_only=True):
    """`app` is how the tasks of its Marathon application move, `framework` how those of its own framework do; None:
    it has none. `healthy_after` and `why_person` are sentences for people. `is_known` is false for the entries that
    stand for what is in no catalog."""

    name: str
    kind: Kind
    keeps: Keeps
    members: tuple[Members, ...]
    person: Person
    why_person: str
    healthy_after: str
    source: str
    app: Move | None = None
    framework: Move | None = None
    is_known: bool = True

    def may_be_down(self, sort: str, members: int) -> int:
        """How many of `members` members of this sort may be down at once, those included that are down already. A
        sort that is not known has the strictest quorum of the package."""
        quorums = {one.name: one.quorum for one in self.members}
        strictest = min((q.may_be_down(members) for q in quorums.values()), default=members)
        found = quorums.get(sort, quorums.get(""))
        return strictest if found is None else found.may_be_down(members)


PLAIN = Package(
    name="",
    kind=Kind.APP,
    keeps=Keeps.NOTHING,
    members=(Members("", 1, Quorum.ANY),),
    app=Move.RESCHEDULE,
    framework=Move.RESCHEDULE,
    person=Person.NEVER,
    why_person="",
    healthy_after="As many of its tasks run as are wanted.",
    source="no package is known and no volume or reservation is held",
    is_known=False,
)
"""What is in no catalog and holds nothing that outlives its tasks."""

UNKNOWN_RESIDENT = Package(
    name="",
    kind=Kind.APP,
    keeps=Keeps.LOCAL_VOLUME,
    members=(Members("", 1, Quorum.ONE),),
    app=Move.WIPE_WHEN_LOST,
    person=Person.BEFORE_LOSS,
    why_person="Nobody has told us whether its other instances hold a copy of what is in the volume.",
    healthy_after="All its tasks run, and its own check of its data is green.",
    source="mesosphere/marathon:docs/docs/persistent-volumes.md",
    is_known=False,
)
"""An application of Marathon with local volumes that is in no catalog."""

UNKNOWN_SDK = Package(
    name="",
    kind=Kind.SDK,
    keeps=Keeps.LOCAL_VOLUME,
    members=(Members("", 1, Quorum.ONE),),
    app=Move.RESCHEDULE,
    framework=Move.REPLACE_POD,
    person=Person.BEFORE_LOSS,
    why_person="Nobody has told us whether its other pods hold a copy of what is in the volume.",
    healthy_after="Its plans deploy and recovery are complete, and its own check of its data is green.",
    source="mesosphere/dcos-commons:docs/pages/operations-guide.md",
    is_known=False,
)
"""A service built on dcos-commons that is in no catalog: it can be asked and ordered like the known ones."""

UNKNOWN_FRAMEWORK = Package(
    name="",
    kind=Kind.FRAMEWORK,
    keeps=Keeps.LOCAL_VOLUME,
    members=(Members("", 1, Quorum.ONE),),
    app=Move.RESCHEDULE,
    framework=Move.NEVER,
    person=Person.ALWAYS,
    why_person="It holds reservations or volumes, and nobody has told us how it moves.",
    healthy_after="Whoever runs it says so.",
    source="no package is known, and volumes or reservations are held",
    is_known=False,
)
"""A framework in no catalog that holds reservations or volumes."""
