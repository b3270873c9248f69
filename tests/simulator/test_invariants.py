"""Whatever happens, in whatever order: the world stays one that could exist."""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulator.world.agent import Process
from simulator.world.build import ClusterSpec
from simulator.world.journal import OPERATOR
from simulator.world.operations import AzureRefusal
from simulator.world.orders import OrderRefused
from simulator.world.scale_set import Instance
from simulator.world.tasks import App
from tests.simulator.stage import Stage, play

Verb = Callable[[Stage, Instance], None]


def _mark_gone(stage: Stage, instance: Instance) -> None:
    agent = stage.cluster.agent_of(instance)
    if agent is not None:
        stage.cluster.orders.mark_gone(agent.id, OPERATOR)


def _drain(stage: Stage, instance: Instance) -> None:
    agent = stage.cluster.agent_of(instance)
    if agent is not None:
        stage.cluster.orders.drain(agent.id, None, False, OPERATOR)


VERBS: dict[str, Verb] = {
    "delete": lambda stage, one: _ignore(stage.world.delete_instance(one)),
    "deallocate": lambda stage, one: _ignore(stage.world.deallocate(one)),
    "restart": lambda stage, one: _ignore(stage.world.restart(one)),
    "redeploy": lambda stage, one: _ignore(stage.world.redeploy(one)),
    "evict": lambda stage, one: stage.world.evict(one),
    "power_off": lambda stage, one: stage.world.power_off(one),
    "freeze": lambda stage, one: stage.world.freeze_vm(one),
    "thaw": lambda stage, one: stage.world.thaw_vm(one),
    "crash": lambda stage, one: stage.world.crash_host(one),
    "kill": lambda stage, one: stage.world.kill_agent_process(one, restart_in_s=10),
    "cut_off": lambda stage, one: stage.world.partition(one),
    "reconnect": lambda stage, one: stage.world.partition(one, cut_off=False),
    "grow": lambda stage, one: _ignore(stage.world.set_capacity(stage.private, stage.private.capacity + 1)),
    "shrink": lambda stage, one: _ignore(
        stage.world.set_capacity(stage.private, max(1, stage.private.capacity - 1))
    ),
    "fail_over": lambda stage, one: stage.world.fail_over(stage.cluster),
    "mark_gone": _mark_gone,
    "drain": _drain,
}


def _ignore(_: object) -> None:
    return None


def _could_exist(stage: Stage) -> None:
    instances = stage.cluster.instances()
    mesos = stage.cluster.mesos
    assert len({one.nic.address for one in instances}) == len(instances), "two NICs with one address"
    assert len({one.vm_id for one in instances}) == len(instances)
    lists = [set(mesos.registered), set(mesos.recovered), set(mesos.unreachable), set(mesos.gone)]
    assert sum(map(len, lists)) == len(set().union(*lists)), "an agent is in two lists"
    addresses = Counter(agent.address for agent in mesos.registered.values())
    assert all(count == 1 for count in addresses.values()), "two registered agents at one address"
    for agent in mesos.every_agent():
        assert agent.used_cpus == pytest.approx(sum(task.app.cpus for task in agent.tasks.values()), abs=1e-6)
        assert agent.used_cpus <= agent.resources.cpus + 1e-6
    for scheduler in mesos.schedulers:
        for app in scheduler.framework.apps.values():
            assert len(scheduler.live[app.name]) <= app.instances
    for instance in instances:
        if instance.healthy:
            assert instance.power == "running"
            assert isinstance(instance.guest, Process)
            assert stage.cluster.agent_of(instance) is not None


async def _do(stage: Stage, verb: str, which: int, seconds: int) -> None:
    """One step of a story; what Azure or Mesos refuses was not possible at that moment, which is fine."""
    instances = list(stage.private.instances.values())
    if instances:
        with suppress(AzureRefusal, OrderRefused):
            VERBS[verb](stage, instances[which % len(instances)])
    await stage.after(s=seconds)


steps = st.lists(
    st.tuples(st.sampled_from(sorted(VERBS)), st.integers(0, 5), st.sampled_from([0, 3, 40, 200, 900])),
    max_size=25,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps=steps, dcos=st.sampled_from(["1.8", "1.11", "2.2"]))
def test_the_world_stays_possible(steps: list[tuple[str, int, int]], dcos: str) -> None:
    async def story(stage: Stage) -> None:
        for verb, which, seconds in steps:
            await _do(stage, verb, which, seconds)
            _could_exist(stage)
        await stage.after(minutes=60)
        _could_exist(stage)
        assert len(stage.private.instances) == stage.private.capacity

    play(story, ClusterSpec("any", dcos, pools={"private": 4}, apps=(App("web", 5, cpus=0.5),)))


@settings(max_examples=30, deadline=None)
@given(steps=steps)
def test_the_same_story_ends_in_the_same_world(steps: list[tuple[str, int, int]]) -> None:
    async def story(stage: Stage) -> list[tuple[object, ...]]:
        for verb, which, seconds in steps:
            await _do(stage, verb, which, seconds)
        return [(entry.time, entry.what, entry.subject, entry.healthy) for entry in stage.world.journal]

    spec = ClusterSpec("any", pools={"private": 4}, apps=(App("web", 5, cpus=0.5),))
    assert play(story, spec) == play(story, spec)
