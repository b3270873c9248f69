"""The role of the app has exactly the actions that its code calls: every call of the ports is made against the
simulator, and what went over the wire is compared with the template."""

from __future__ import annotations

import inspect
import re

import pytest

from shared.azure.arm_client import ArmSettings
from shared.azure.compute import AzureCompute
from shared.azure.machines import AzureMachines
from shared.model.azure import MachineGroup, PoolAddress
from shared.ports.compute import Compute
from shared.ports.machines import Machines
from simulator.arm.face import ArmFace
from simulator.in_process import ArmTransport
from simulator.wire import Request, Response
from simulator.world.build import SUBSCRIPTION, ClusterSpec, build_cluster, new_world
from tests.contract.compute_worlds import LONG, START, SimulatorClock
from tests.infra.templates import variable

JOINED = re.compile(r"Microsoft\.Network/.+/join/action")
"""What Azure asks for when a set is written whose model refers to these; no call of ours
(MicrosoftDocs/azure-docs, role-based-access-control/resource-provider-operations.md)."""


class Recorder:
    """In front of Azure: every call as the action that it needs."""

    def __init__(self, face: ArmFace) -> None:
        self._face = face
        self.actions: set[str] = set()

    async def handle(self, request: Request) -> Response:
        self.actions.add(action(request.method, request.path))
        if request.query.get("$expand") == "instanceView":
            # What a machine does is its instance view, which has an action of its own where it is asked for alone.
            self.actions.add(
                action("GET", f"{request.path.rstrip('/')}{_any_name(request.path)}/instanceView")
            )
        return await self._face.handle(request)


def action(method: str, path: str) -> str:
    """`POST .../virtualMachineScaleSets/NAME/virtualMachines/3/restart` is
    `Microsoft.Compute/virtualMachineScaleSets/virtualMachines/restart/action`. Names stand at every other place."""
    provider, *parts = path.rpartition("/providers/")[2].split("/")
    kinds, last = parts[0::2], parts[-1]
    if method == "POST":
        return "/".join([provider, *parts[0:-1:2], last, "action"])
    return "/".join([provider, *kinds, {"GET": "read", "DELETE": "delete"}.get(method, "write")])


def _any_name(path: str) -> str:
    """For a path that ends with a kind and not with a name, as a list does."""
    return "/one" if len(path.rpartition("/providers/")[2].split("/")) % 2 == 0 else ""


def granted() -> set[str]:
    groups = ("agents", "masters", "progress", "referredTo", "commands", "starting")
    return {one for group in groups for one in variable("app/role.bicep", group)}


async def called() -> set[str]:
    """Every call of both ports, each once."""
    clock = SimulatorClock(START)
    world = new_world(clock)
    build_cluster(world, ClusterSpec("prod", suffix="633E21A3", pools={"private": 3}))
    (cluster,) = world.clusters.values()
    name = cluster.pools["private"].name
    recorder = Recorder(ArmFace(world, page_size=2))
    settings = ArmSettings(endpoint="http://arm.test", static_token="token")
    async with AzureCompute(settings, transport=ArmTransport(recorder)) as compute:
        pool = PoolAddress(SUBSCRIPTION, "acs-prod", name)
        group = MachineGroup(SUBSCRIPTION, "acs-prod", "dcos-master-633E21A3-*")
        machines = AzureMachines(compute.arm)
        (first, *_), (master, *_) = await compute.instances(pool), await machines.machines(group)
        etag = (await compute.scale_set(pool)).etag
        of_pool = {"destroy": ([first.instance_id],), "set_capacity": (4, etag), "protect": ("1", True)}
        given = {"run_command": (["true"],)}
        token = await compute.restart(pool, "1")
        asked_of_all = {"scale_set", "instances", "addresses"}
        for call in calls(Compute):
            more = of_pool.get(call, () if call in asked_of_all else ("1", *given.get(call, ())))
            await getattr(compute, call)(pool, *((token,) if call == "look" else more))
            clock.advance(LONG)
            world.settle()
        token = await machines.restart(group, master.name)
        for call in calls(Machines):
            more = () if call == "machines" else (master.name, *given.get(call, ()))
            await getattr(machines, call)(group, *((token,) if call == "look" else more))
            clock.advance(LONG)
            world.settle()
    return recorder.actions


def calls(port: type) -> list[str]:
    """Those that destroy come last."""
    names = [name for name, one in inspect.getmembers(port, inspect.iscoroutinefunction) if name[0] != "_"]
    return sorted(names, key=lambda name: (name == "destroy", name))


async def test_the_role_has_exactly_the_actions_that_the_code_calls() -> None:
    assert {one for one in granted() if not JOINED.fullmatch(one)} == await called()


def test_nothing_in_the_role_takes_a_master_away() -> None:
    of_machines = [one for one in granted() if one.startswith("Microsoft.Compute/virtualMachines/")]
    assert of_machines
    assert not [one for one in of_machines if re.search(r"delete|reimage|write|deallocate|powerOff", one)]


@pytest.mark.parametrize("one", sorted(granted()))
def test_no_action_of_the_role_is_a_pattern(one: str) -> None:
    assert "*" not in one
