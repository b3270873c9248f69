"""Every call of the ports to Azure is made against the simulator, and what goes over the wire is told as the actions
of Azure's roles that it needs."""

from __future__ import annotations

import inspect

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


class Recorder:
    """In front of Azure: every call as the action that it needs, under the call of the port that made it."""

    def __init__(self, face: ArmFace) -> None:
        self._face = face
        self.by = ""
        self.actions: dict[str, set[str]] = {}

    async def handle(self, request: Request) -> Response:
        self._note(action(request.method, request.path))
        if request.query.get("$expand") == "instanceView":
            # What a machine does is its instance view, which has an action of its own where it is asked for alone.
            self._note(action("GET", f"{request.path.rstrip('/')}{_any_name(request.path)}/instanceView"))
        return await self._face.handle(request)

    def _note(self, one: str) -> None:
        self.actions.setdefault(one, set()).add(self.by)


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


async def called() -> dict[str, set[str]]:
    """Of every call of both ports, each made once: action -> calls, such as `Compute.restart`."""
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
        recorder.by = "Compute.instances"
        first, *_ = await compute.instances(pool)
        recorder.by = "Machines.machines"
        master, *_ = await machines.machines(group)
        recorder.by = "Compute.scale_set"
        etag = (await compute.scale_set(pool)).etag
        of_pool = {"destroy": ([first.instance_id],), "set_capacity": (4, etag), "protect": ("1", True)}
        given = {"run_command": (["true"],)}
        recorder.by = "Compute.restart"
        token = await compute.restart(pool, "1")
        asked_of_all = {"scale_set", "instances", "addresses"}
        for call in calls(Compute):
            recorder.by = f"Compute.{call}"
            more = of_pool.get(call, () if call in asked_of_all else ("1", *given.get(call, ())))
            await getattr(compute, call)(pool, *((token,) if call == "look" else more))
            clock.advance(LONG)
            world.settle()
        recorder.by = "Machines.restart"
        token = await machines.restart(group, master.name)
        for call in calls(Machines):
            recorder.by = f"Machines.{call}"
            more = () if call == "machines" else (master.name, *given.get(call, ()))
            await getattr(machines, call)(group, *((token,) if call == "look" else more))
            clock.advance(LONG)
            world.settle()
    return recorder.actions


def calls(port: type) -> list[str]:
    """Those that destroy come last."""
    names = [name for name, one in inspect.getmembers(port, inspect.iscoroutinefunction) if name[0] != "_"]
    return sorted(names, key=lambda name: (name == "destroy", name))
