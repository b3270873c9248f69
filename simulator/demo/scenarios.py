"""The stories: what breaks, and what must come of it.

A scenario is a short play. Each act does something to the world and lasts until what it waits for has happened; in an
act that `holds`, the app must do nothing at all and must have said why, by the reason codes named. After the last act
the cluster must be whole, with as many agents replaced as `replaces` says and not one more. `promise` is told before,
`because` after: why this outcome is right.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from simulator.demo.stage import Stage, StageOptions
from simulator.world.mesos import MesosTimes
from simulator.world.scale_set import Instance

type Deed = Callable[[Stage, list[Instance]], None]

MINUTE = "0 * * * * *"
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
    `ordered_within_s` is the most
    that may lie between the break and the order of the last new machine. `options` are changes to the stage."""

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


def _nothing(stage: Stage, agents: list[Instance]) -> None:
    """Time passes."""


def _delete(stage: Stage, agents: list[Instance]) -> None:
    for agent in agents:
        stage.world.delete_instance(agent)


def _kill(stage: Stage, agents: list[Instance]) -> None:
    for agent in agents:
        stage.world.kill_agent_process(agent)


def _start(stage: Stage, agents: list[Instance]) -> None:
    for agent in agents:
        stage.world.start_agent_process(agent)


def _evict(stage: Stage, agents: list[Instance]) -> None:
    stage.cluster.mesos.times = _quick_pings(stage)
    for agent in agents:
        stage.world.evict(agent)


def _quick_pings(stage: Stage) -> MesosTimes:
    """Twenty pings of 15 s take five minutes; here they are shortened as all else is."""
    real = MesosTimes()
    return replace(real, ping_s=real.ping_s * stage.options.speed)


def _masters_down(stage: Stage, agents: list[Instance]) -> None:
    stage.world.mesos_api_down(stage.cluster)


def _masters_up(stage: Stage, agents: list[Instance]) -> None:
    stage.world.mesos_api_up(stage.cluster)


def fail_over(stage: Stage, agents: list[Instance]) -> None:
    """With the times of a demo."""
    stage.cluster.mesos.times = QUICK_ELECTION
    stage.world.fail_over(stage.cluster)


def _hang(stage: Stage, agents: list[Instance]) -> None:
    stage.cluster.mesos.times = _quick_pings(stage)
    for agent in agents:
        stage.world.freeze_vm(agent)


def _announce_end(stage: Stage, agents: list[Instance]) -> None:
    for agent in agents:
        stage.world.announce_end(agent)


FOLLOWER = 1  # a master that does not lead


def _hang_master(stage: Stage, agents: list[Instance]) -> None:
    stage.world.freeze_vm(stage.cluster.machines[FOLLOWER])


UNIT = "dcos-adminrouter-agent.service"


def _fail_unit(stage: Stage, agents: list[Instance]) -> None:
    services = stage.served.services[stage.cluster.name]
    for agent in agents:
        services.prints[agent.nic.address, UNIT] = "nginx[412]: [emerg] bind() to 0.0.0.0:61001 failed"
        services.failed.add((agent.nic.address, UNIT))


def _heal_unit(stage: Stage, agents: list[Instance]) -> None:
    for agent in agents:
        stage.served.services[stage.cluster.name].failed.discard((agent.nic.address, UNIT))


SCENARIOS = {
    scenario.name: scenario
    for scenario in (
        Scenario(
            name="deleted",
            promise="An operator deletes an agent's VM. Event Grid tells of it, and the app brings the agent back.",
            because="Azure itself said that the machine is gone, so nothing had to be confirmed and nothing else was"
            " in the way.",
            acts=(Act("an operator deletes {agents} in the portal", _delete, settles=True),),
            # The sweep finds it too, each minute as in production; here Event Grid comes first.
            options={"sweep": MINUTE},
        ),
        Scenario(
            name="dead",
            promise="The Mesos agent of a machine dies while its VM runs on. Nobody tells; the sweep finds it, waits to"
            " be sure, and replaces the machine.",
            because="The machine ran, but its agent had been lost for longer than `confirm_after`; a stock DC/OS would"
            " have waited five minutes and replaced nothing.",
            acts=(Act("the Mesos agent of {agents} dies, its VM runs on", _kill, settles=True),),
        ),
        Scenario(
            name="four",
            promise="Four agents die in the same second, with a policy that allows four repairs at once. All four are"
            " replaced side by side.",
            because="Four of the pool are fewer than a storm, and the policy allows four at once. A stock DC/OS would"
            " notice the fourth after about 65 minutes.",
            acts=(Act("the Mesos agents of {agents} die", _kill, settles=True),),
            hit=lambda agents: 4,
            fewest=11,  # four of fewer are 40 %, a storm
            replaces=4,
            ordered_within_s=30.0,
            options={
                "pool_policy": "        disruption: {at_once: 4, per_hour: 8, per_fault_domain: none}\n",
            },
        ),
        Scenario(
            name="masters-down",
            promise="The masters' API stops answering, and then an operator deletes a VM. The app must do nothing and"
            " say why; when the API answers again, it heals.",
            because="Who can not see must not act: without the masters' word nobody knows what else is lost. The"
            " deletion was remembered and healed as soon as they could be read.",
            acts=(
                Act("the API of the masters stops answering", _masters_down, holds=True, at_least_s=2.5),
                Act(
                    "an operator deletes {agents}",
                    _delete,
                    holds=True,
                    reasons=("scheduler_unread",),
                    at_least_s=6.0,
                ),
                Act("the API of the masters answers again", _masters_up, settles=True),
            ),
        ),
        Scenario(
            name="storm",
            promise="A bad package stops the Mesos agent on half of the pool. So much at once is not the machines'"
            " fault: nothing may be touched.",
            because="Half of a pool that fails at once has one cause, and replacing machines is not its cure: every"
            " agent came back by itself, with its tasks.",
            acts=(
                Act(
                    "a bad package stops the Mesos agent on {agents}",
                    _kill,
                    holds=True,
                    reasons=("storm_now",),
                    at_least_s=6.0,
                ),
                Act("the package is taken back, the agents start again", _start, holds=True, settles=True),
            ),
            hit=lambda agents: agents // 2,
            fewest=4,
            replaces=0,
            options={"pool_policy": "        storm: {unhealthy: 40%, hold: 10s}\n"},
        ),
        Scenario(
            name="evicted",
            promise="Azure takes a spot VM back and cuts its power. The masters go on believing in its agent until"
            " their pings time out; when both agree, the agent is replaced.",
            because="Azure and Mesos contradicted each other, and a contradiction is no proof; once the pings had timed"
            " out, both said that the machine is gone.",
            acts=(Act("Azure evicts {agents}, a spot VM", _evict, settles=True),),
        ),
        Scenario(
            name="hang",
            promise="The system of a machine hangs; Azure shows it running. The ladder begins with a restart, which"
            " keeps the disks: the same agent comes back, with what it had, and nothing is replaced.",
            because="A restart takes nothing from a machine whose agent is lost, and it helped; a replacement would"
            " have cost the agent's local volumes.",
            acts=(Act("the system of {agents} hangs", _hang, words=("restarting instance",), settles=True),),
            replaces=0,
            options={"ladder": "restart, replace"},
        ),
        Scenario(
            name="announced",
            promise="Azure announces that the host of a machine may be failing. Its agent still works: it gets no new"
            " tasks, a successor joins, then its tasks move, one after the other, and only then it goes.",
            because="Until its successor had joined nothing was taken from the node that worked, and it could have gone"
            " back to work at any moment.",
            acts=(
                Act("Azure announces that the host of {agents} may be failing", _announce_end, settles=True),
            ),
            announced=True,
        ),
        Scenario(
            name="failover",
            promise="The leading master is lost and another one is elected. Until the agents have found it they look"
            " dead: nothing may be touched.",
            because="Agents that are missing from a new leader's list prove nothing: all of them came back to it.",
            acts=(
                Act(
                    "the leading master is lost, an election begins",
                    fail_over,
                    holds=True,
                    reasons=("leader_is_new",),
                    settles=True,
                ),
            ),
            hit=lambda agents: 0,
            fewest=6,
            replaces=0,
            options={
                "pool_policy": "        storm: {unhealthy: 40%, hold: 10s}\n",
                "cluster_policy": "    failover_hold_off: 20s\n",
                "confirm_after": timedelta(seconds=1),
            },
        ),
        Scenario(
            name="master",
            promise="The machine of one of three masters hangs. Azure shows it running; its Mesos and its ZooKeeper say"
            " nothing. With the other two serving, it is restarted, and nothing else is done until all three serve.",
            because="Two of three are a majority without it, so that it could be spared for a minute; it was over when"
            " its registry was recovered and ZooKeeper had three members and one leader.",
            acts=(
                Act(
                    "the machine of a master that follows hangs",
                    _hang_master,
                    words=("3 of 3 masters serve",),
                    settles=True,
                ),
            ),
            hit=lambda agents: 0,
            replaces=0,
            masters=(FOLLOWER,),
            options={
                "cluster_policy": "    masters:\n"
                "      vms: dcos-master-*\n"
                "      addresses: [172.16.0.5, 172.16.0.6, 172.16.0.7]\n"
                "      repair: {ladder: [restart, redeploy], confirm_after: 2s}\n",
            },
        ),
        Scenario(
            name="old",
            promise="On DC/OS 1.8 an operator deletes an agent's VM. Its masters know no `mark gone`, so the machine is"
            " taken down, and up again for whoever gets its address.",
            because="Mesos 1.0 can only be told through its maintenance calls; leaving the machine down would have"
            " barred the new agent at the same address.",
            acts=(Act("an operator deletes {agents} in the portal", _delete, settles=True),),
            options={"sweep": MINUTE, "dcos_version": "1.8"},
        ),
        Scenario(
            name="unit",
            promise="A unit of DC/OS fails on a working agent. DC/OS's own diagnostics tell the app, which names the"
            " component and what it takes down; nothing that runs may be touched.",
            because="The agent of Mesos and its tasks went on: a failed unit is a reason to look, and not yet one to"
            " destroy a machine.",
            acts=(
                Act(
                    f"{UNIT} fails on {{agents}}",
                    _fail_unit,
                    holds=True,
                    words=(f"{UNIT} is not well (adminrouter: ",),
                ),
                Act(
                    "somebody starts it again",
                    _heal_unit,
                    holds=True,
                    words=(f"{UNIT} is well again",),
                    settles=True,
                ),
            ),
            replaces=0,
            options={"health_every_s": 1.0},
        ),
    )
}
