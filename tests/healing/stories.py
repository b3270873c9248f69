"""The three stories in which a node is lost, and what must be true when one of them is over.

Crashes, interleavings and lost messages tell the same stories again; nothing of what `what_is_wrong` asks may
depend on them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from shared.audit import verify
from shared.model.incidents import IncidentState
from shared.model.mesos import Generation
from shared.model.operations import OperationState
from tests.scene import Scene

type Loss = Callable[[Scene], dict[str, Any] | None]


def deleted(scene: Scene) -> dict[str, Any] | None:
    return scene.machine_is_deleted(1)


def deallocated(scene: Scene) -> dict[str, Any] | None:
    return scene.machine_is_deallocated(1)


def unreachable(scene: Scene) -> dict[str, Any] | None:
    scene.agent_dies(1)
    return None


STORIES: tuple[Loss, ...] = (deleted, deallocated, unreachable)


def quick_scene(generation: Generation = Generation.MARK_GONE) -> Scene:
    """Machines that boot in seconds, so that a story is short. Three agents, the second of them will be lost."""
    return Scene(agents=3, generation=generation, boot_s=8, takes_s=2)


async def what_is_wrong(scene: Scene, lost_agent: str, story: Loss) -> list[str]:
    """Empty when the pool is whole, by one destruction and one growth at most, with nothing left open or reserved."""
    there = (sorted(scene.listed), scene.capacity, scene.connected, scene.running_tasks)
    incidents = {one.state for one in await scene.closed_incidents() if one.node == scene.name(1)}
    ended = [
        one.state for one in await scene.closed_operations() if one.state is not OperationState.WITHDRAWN
    ]
    entries = await scene.audit()
    said = [entry.record.text for entry in entries if entry.record.subject == scene.name(1)]
    untold = [begins for begins in _TOLD if not any(text.startswith(begins) for text in said)]
    newer = scene.scheduler.generation is not Generation.MAINTENANCE
    checks = {
        "no healthy machine is destroyed": (scene.wronged, []),
        "the lost machine alone is destroyed": (set(scene.destroyed), set() if story is deleted else {"1"}),
        "the pool is whole": (there, (["0", "2", "3"], 3, 3, 6)),
        "one machine is ordered": (sum(scene.ordered), 1),
        "its agent is gone for Mesos": (lost_agent in scene.scheduler.agents, False),
        "its agent alone is marked gone": (scene.scheduler.gone, {lost_agent} if newer else set()),
        "no machine is left down": (scene.scheduler.down, set()),
        "no incident is open": (list(await scene.open_incidents()), []),
        "no operation runs": ([one.id for one in await scene.running()], []),
        "the ledger is empty": ((await scene.ledger()).active, ()),
        "one operation was done": (ended, [OperationState.DONE]),
        "its incident was resolved": (incidents, {IncidentState.RESOLVED}),
        "the audit's chain holds": (verify(entries, ""), ()),
        "the audit tells all of it": (untold, []),
    }
    return [f"{what}: {found}" for what, (found, expected) in checks.items() if found != expected]


_TOLD = (
    "act: ",
    "prove_dead: ",
    "destroy: ",
    "prove_gone: ",
    "tell_scheduler: ",
    "grow: ",
    "await_join: ",
    "verify: ",
    "operation done",
)
