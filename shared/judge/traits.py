"""What a machine is, as far as failed machines may have it in common: rack, zone, image, model, size, network, age.

Each trait is a word under the name of its factor; what is not known is left out and explains nothing. What Azure says
of a machine is remembered with it (`NodeMemory.traits`), because of a machine that is gone Azure says nothing any more.

Fault and update domains are counted within a zone. `model` says whether the machine has the model of its set as it is
now. Age is counted for all of them at the same time, also for those that are gone: else those that failed would be
younger than the others for having failed before.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from datetime import datetime, timedelta
from operator import attrgetter

from shared.model.azure import Instance
from shared.model.ledger import Loss
from shared.model.nodes import Node

ZONE, RACK, UPDATES = "zone", "fault_domain", "update_domain"
SUBNET, IMAGE, MODEL, SIZE, AGE = "subnet", "image", "model", "size", "age"
FACTORS = (ZONE, RACK, UPDATES, SUBNET, IMAGE, MODEL, SIZE, AGE)
LATEST = "latest"
AGES = (
    (timedelta(hours=1), "under an hour"),
    (timedelta(days=1), "under a day"),
    (timedelta(days=7), "under a week"),
)
YOUNG = frozenset({"under an hour", "under a day"})
OLD = "a week or more"
CLASSES = (OLD, *[name for _, name in reversed(AGES)])
"""Of ages, the oldest first."""
_TOLD = attrgetter("zone", "fault_domain", "update_domain", "subnet", "image", "latest_model", "size")

type Kind = tuple[str | None, ...]
"""What a machine is, in the order of `FACTORS`; None: not known."""


def traits_of(node: Node) -> dict[str, str]:
    """Everything that is known of it, without its age."""
    memory, instance = node.memory, node.instance
    return {**(memory.traits if memory else {}), **(lasting_traits(instance) if instance else {})}


def born_at(node: Node) -> datetime | None:
    """When Azure created it; else when it was first seen."""
    memory, instance = node.memory, node.instance
    created = (instance.created_at if instance else None) or (memory.created_at if memory else None)
    return created or (memory.first_seen_at if memory else None)


def lasting_traits(instance: Instance) -> dict[str, str]:
    """What Azure says of a machine that stays as it is."""
    zone = instance.zone
    within = f"{zone}/" if zone else ""
    latest = instance.latest_model
    told: Mapping[str, str | None] = {
        ZONE: zone,
        RACK: None if instance.fault_domain is None else f"{within}{instance.fault_domain}",
        UPDATES: None if instance.update_domain is None else f"{within}{instance.update_domain}",
        SUBNET: instance.subnet,
        IMAGE: instance.image,
        MODEL: None if latest is None else LATEST if latest else "older",
        SIZE: instance.size,
    }
    return {factor: value for factor, value in told.items() if value}


class Kinds:
    """Of which kind machines are, all at the same time. What Azure says of many is put into words once."""

    def __init__(self, now: datetime) -> None:
        self._since = [now - limit for limit, _ in reversed(AGES)]
        self._of_told: dict[object, tuple[Mapping[str, str], Kind]] = {}

    def of(self, node: Node) -> Kind:
        """Of a node that is there."""
        told, kind = self._told(node.instance) if node.instance is not None else NOTHING
        remembered = node.memory.traits if node.memory is not None else told
        if remembered and remembered != told:
            kind = _in_order({**remembered, **told})
        return (*kind, self._age(born_at(node)))

    def of_lost(self, loss: Loss) -> Kind:
        """Of one that failed, as it was then."""
        return (*_in_order(loss.traits), self._age(loss.born))

    def _told(self, instance: Instance) -> tuple[Mapping[str, str], Kind]:
        told = _TOLD(instance)
        known = self._of_told.get(told)
        if known is None:
            traits = lasting_traits(instance)
            known = self._of_told[told] = traits, _in_order(traits)
        return known

    def _age(self, born: datetime | None) -> str | None:
        return None if born is None else CLASSES[bisect_left(self._since, born)]


def _in_order(traits: Mapping[str, str]) -> Kind:
    """Without the age."""
    return tuple([traits.get(factor) for factor in FACTORS if factor != AGE])


NOTHING: tuple[Mapping[str, str], Kind] = {}, _in_order({})
