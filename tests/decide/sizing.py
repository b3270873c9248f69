"""One pool whose size is decided, in one line each: what the clock, people and load say, and what runs there.

pool = Sizing(nodes=5)
pool.says(target=3)                    a person wants three
pool.runs("/web", 1, 1, 2)             an application with two tasks on machine 1 and one on machine 2
pool.sized().nodes                     the size that it is to have
pool.gone()                            who may go, by number
pool.decided()                         the decisions by what they are about
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from msgspec.structs import replace

from shared.decide.capacity import decide_sizes
from shared.decide.repair import decide_repairs
from shared.decide.sizes import Sized, size_pools
from shared.model.azure import Provisioning, ScaleSet
from shared.model.decisions import Decision
from shared.model.load import Load, Queue, Queued
from shared.model.mesos import Amounts
from shared.model.overrides import Override, OverrideKind
from shared.model.workloads import RUNNING, App, Needs, Task, WorkloadState
from shared.policy.scaling import Scaling, Signal
from shared.policy.schema import Capacity, PoolPolicy
from shared.scale.pace import Course
from tests.builders import DAY, NOW, Cluster, generous, name, read

MINUTE = timedelta(minutes=1)
FOUR = Amounts(4.0, 16_000, 60_000)
ONE = Needs(Amounts(1.0, 1_000))


def scaled(*signals: Signal, **other: Any) -> PoolPolicy:
    """1 to 40 nodes, and a ledger that stands in the way of nothing."""
    plain = generous(capacity=Capacity(min=1, max=40), scaling=Scaling(signals=signals))
    return replace(plain, **other)


class Sizing(Cluster):
    """All agents have four cores and run nothing; what runs was read, and it is nothing but what the test says."""

    def __init__(self, nodes: int, pool: PoolPolicy | None = None) -> None:
        super().__init__(nodes, pool or scaled())
        for agent in tuple(self.agents.values()):
            self.agents[agent.agent_id] = replace(agent, total=FOUR)
        self.course = Course()
        self.apps: list[App] = []
        self.reads()

    def reads(self) -> None:
        """What runs for whom is read."""
        nothing = read(())
        self.workloads = read(WorkloadState(read(tuple(self.apps)), nothing, nothing, {}))

    def says(self, who: str = "ann", **size: Any) -> None:
        """A person says the size."""
        word = Override(OverrideKind.SIZE, "private", who, "a launch", NOW - DAY, **size)
        self.overrides.append(word)

    def runs(self, app: str, *numbers: int, **other: Any) -> None:
        """An application with a task of one core on each of these machines; a number twice is two of them."""
        tasks = [Task(f"{app}.{i}", f"agent-S{number}", "", RUNNING) for i, number in enumerate(numbers)]
        count = len(tasks)
        plain = App(id=app, wanted=count, running=count, healthy=count, tasks=tuple(tasks), needs=ONE)
        self.apps.append(replace(plain, **other))
        needs = (self.apps[-1].needs or ONE).amounts
        for number in numbers:
            agent = self.agents[f"agent-S{number}"]
            ids = agent.task_ids.get("marathon", ())
            used = Amounts(agent.used.cpus + needs.cpus, agent.used.mem_mb + needs.mem_mb)
            more = {"marathon": (*ids, f"{app}.{len(ids)}")}
            self.agents[agent.agent_id] = replace(agent, task_ids=more, used=used)
        self.reads()

    def waits(self, app: str, count: int, cpus: float = 1.0, **other: Any) -> None:
        """So many instances wait for room, each with so many cores."""
        queued = Queued(app=app, count=count, needs=Needs(Amounts(cpus, 1_000)), **other)
        self.load = Load(read(Queue((queued,))))

    def is_idle(self) -> None:
        """Nothing waits."""
        self.load = Load(read(Queue()))

    def sized(self, **course: Any) -> Sized:
        """The one pool; `course`: what is remembered of it."""
        if course:
            self.course = replace(self.course, **course)
        return self.all_sized()[0]

    def all_sized(self) -> tuple[Sized, ...]:
        return size_pools(self.situation(), {"private": self.course})

    def gone(self) -> list[int]:
        """Who goes, by number, in the order of the choice."""
        choice = self.sized().choice
        return [number_of(node) for node in choice.nodes] if choice is not None else []

    def why_not(self, number: int) -> str:
        """The reason for which a machine does not go."""
        choice = self.sized().choice
        verdicts = choice.verdicts if choice is not None else ()
        return next(f"{one.reason}: {one.because}" for one in verdicts if one.node == name(number))

    def decided(self) -> dict[str, Decision]:
        situation = self.situation()
        repairs = decide_repairs(situation)
        sized = size_pools(situation, {"private": self.course})
        return {one.node: one for one in decide_sizes(situation, sized, repairs)}

    def set_has(self, capacity: int) -> ScaleSet:
        self.capacity = capacity
        return ScaleSet("set", capacity, "etag", Provisioning.SUCCEEDED)


def number_of(node: str) -> int:
    return int(node.rpartition("_")[2])


def numbers(decisions: Sequence[str]) -> list[int]:
    return [number_of(node) for node in decisions]
