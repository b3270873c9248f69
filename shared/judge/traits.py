"""What a machine is, as far as failed machines may have it in common: rack, zone, image, model, size, network, age.

Each trait is a word under the name of its factor; what is not known is left out and explains nothing. What Azure says
of a machine is remembered with it (`NodeMemory.traits`), because of a machine that is gone Azure says nothing any more.

Fault and update domains are counted within a zone. `model` says whether the machine has the model of its set as it is
now. Age is counted for all of them at the same time, also for those that are gone: else those that failed would be
younger than the others for having failed before.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from shared.model.azure import Instance
from shared.model.nodes import Node

ZONE, RACK, UPDATES = "zone", "fault_domain", "update_domain"
SUBNET, IMAGE, MODEL, SIZE, AGE = "subnet", "image", "model", "size", "age"
LATEST = "latest"
AGES = (
    (timedelta(hours=1), "under an hour"),
    (timedelta(days=1), "under a day"),
    (timedelta(days=7), "under a week"),
)
YOUNG = frozenset({"under an hour", "under a day"})
OLD = "a week or more"


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


def age_class(age: timedelta) -> str:
    return next((name for limit, name in AGES if age < limit), OLD)
