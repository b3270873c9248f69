"""What a story is made of: acts, each with a deed that is done to the world, and what must come of them.

An act does something to the world and lasts until what it waits for has happened; in an act that `holds`, the app must
do nothing at all and must have said why, by the reason codes named. After the last act the cluster must be whole, with
as many agents replaced as `replaces` says and not one more. `promise` is told before, `because` after: why this outcome
is right. The stories themselves are in `scenarios.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from simulator.demo.stage import Stage, StageOptions
from simulator.world.mesos import MesosTimes
from simulator.world.scale_set import Instance

type Deed = Callable[[Stage, list[Instance]], None]

# Real elections take 12 s and re-registration another 10; the hold-off after it is 10 minutes.
QUICK_ELECTION = MesosTimes(election_s=2.0, recovery_s=0.5, reregister_s=10.0)


@dataclass(frozen=True)
class Act:
    """`text` is told when `do` is done to the agents of the story. It lasts `at_least_s`, until the guards have
    refused with each of the `reasons`, until the app has said each of the `words`, and, with `settles`, until
    everything is well again."""

    text: str
    do: Deed
    holds: bool = False
    reasons: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    at_least_s: float = 0.0
    settles: bool = False


@dataclass(frozen=True)
class Scenario:
    """`hit` is how many of so many agents the story is about, `fewest` the smallest pool that it can be told of.
    `ordered_within_s` is the most that may lie between the break and the order of the last new machine. `options` are
    changes to the stage."""

    name: str
    promise: str
    because: str
    acts: tuple[Act, ...]
    hit: Callable[[int], int] = lambda agents: 1
    fewest: int = 3
    replaces: int = 1
    masters: tuple[int, ...] = ()
    """Which masters the story breaks, by their index."""
    ordered_within_s: float | None = None
    announced: bool = False
    """The agents of the story work, and only their end is announced."""
    options: Mapping[str, object] = field(default_factory=dict)

    def stage_options(self, options: StageOptions) -> StageOptions:
        return replace(options, **self.options)  # type: ignore[arg-type]


def delete(stage: Stage, agents: list[Instance]) -> None:
    for agent in agents:
        stage.world.delete_instance(agent)


def kill(stage: Stage, agents: list[Instance]) -> None:
    for agent in agents:
        stage.world.kill_agent_process(agent)


def start(stage: Stage, agents: list[Instance]) -> None:
    for agent in agents:
        stage.world.start_agent_process(agent)


def evict(stage: Stage, agents: list[Instance]) -> None:
    stage.cluster.mesos.times = _quick_pings(stage)
    for agent in agents:
        stage.world.evict(agent)


def _quick_pings(stage: Stage) -> MesosTimes:
    """Twenty pings of 15 s take five minutes; here they are shortened as all else is."""
    real = MesosTimes()
    return replace(real, ping_s=real.ping_s * stage.options.speed)


def masters_down(stage: Stage, agents: list[Instance]) -> None:
    stage.world.mesos_api_down(stage.cluster)


def masters_up(stage: Stage, agents: list[Instance]) -> None:
    stage.world.mesos_api_up(stage.cluster)


def fail_over(stage: Stage, agents: list[Instance]) -> None:
    """With the times of a demo."""
    stage.cluster.mesos.times = QUICK_ELECTION
    stage.world.fail_over(stage.cluster)


def hang(stage: Stage, agents: list[Instance]) -> None:
    stage.cluster.mesos.times = _quick_pings(stage)
    for agent in agents:
        stage.world.freeze_vm(agent)


def announce_end(stage: Stage, agents: list[Instance]) -> None:
    for agent in agents:
        stage.world.announce_end(agent)


FOLLOWER = 1  # a master that does not lead


def hang_master(stage: Stage, agents: list[Instance]) -> None:
    stage.world.freeze_vm(stage.cluster.machines[FOLLOWER])


UNIT = "dcos-adminrouter-agent.service"


def fail_unit(stage: Stage, agents: list[Instance]) -> None:
    services = stage.served.services[stage.cluster.name]
    for agent in agents:
        services.prints[agent.nic.address, UNIT] = "nginx[412]: [emerg] bind() to 0.0.0.0:61001 failed"
        services.failed.add((agent.nic.address, UNIT))


def heal_unit(stage: Stage, agents: list[Instance]) -> None:
    for agent in agents:
        stage.served.services[stage.cluster.name].failed.discard((agent.nic.address, UNIT))
