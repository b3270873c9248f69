"""The pool as it truly is: one mark for every machine, from the world and not from what the app believes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from simulator.world.agent import Process
from simulator.world.scale_set import Instance, ScaleSet
from simulator.world.vm import Power


class Mark(Enum):
    """Symbol, letter and word of a condition: readable with color, without it, and without the symbols.

    joining is a machine that boots or whose first agent is on its way, lost one that runs without its agent.
    """

    HEALTHY = ("●", "h", "healthy")
    JOINING = ("◌", "j", "joining")
    LOST = ("✗", "x", "lost")
    DELETED = ("▼", "d", "deleting")
    STOPPED = ("■", "s", "stopped")
    FROZEN = ("≈", "f", "frozen")

    def __init__(self, symbol: str, letter: str, word: str) -> None:
        self.symbol, self.letter, self.word = symbol, letter, word


@dataclass(frozen=True, slots=True)
class Cell:
    number: int
    fault_domain: int
    mark: Mark


def cells(pool: ScaleSet) -> list[Cell]:
    """Every instance that there is, by number."""
    return [
        Cell(instance.number, instance.fault_domain, mark_of(instance))
        for instance in sorted(pool.instances.values(), key=lambda one: one.number)
    ]


def mark_of(instance: Instance) -> Mark:
    """What is true of one machine, the worst first."""
    if instance.deleting:
        return Mark.DELETED
    if instance.power in {Power.STOPPING, Power.STOPPED, Power.DEALLOCATING, Power.DEALLOCATED}:
        return Mark.STOPPED
    if instance.is_frozen:
        return Mark.FROZEN
    if instance.healthy:
        return Mark.HEALTHY
    never_joined = isinstance(instance.guest, Process) and instance.guest.agent_id is None
    if instance.power is not Power.RUNNING or never_joined:
        return Mark.JOINING
    return Mark.LOST
