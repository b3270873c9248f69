"""Which machines Azure's own autoscale must not choose when it scales a pool in, and what is to be done about it.

Azure chooses by the set's scale-in policy, which knows nothing of what runs where. A machine is to be protected

1. while an operation of ours is at work on it, or while it has not joined and any is: it may be a successor;
2. while a person holds it;
3. while it holds what a service keeps there (resident, stateful), or the only running task of an application.

What it holds could not be read: what is so stays so. What we protect is remembered in the pool's ledger before it is
done. A machine that is protected and not remembered was protected by somebody else, and is never touched. Who has
protected one that we protect from actions on the whole set as well has taken it over: it is forgotten, not released.
What is remembered is released when the reason ends, also because the pool is not moved by Azure any more, and is
forgotten once it is read as released. While nothing may be touched there, nothing is: what would be protected is told.

Protection from scaling in stops autoscale alone: who deletes the machine still can
(MicrosoftDocs/azure-compute-docs virtual-machine-scale-sets-instance-protection.md). Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from shared.guards.question import MOVING
from shared.model.azure import Instance
from shared.model.ledger import Ledger, Shield
from shared.model.nodes import Condition, Finding
from shared.model.overrides import OverrideKind, in_force
from shared.policy.schema import PoolPolicy
from shared.scale.candidates import Holds

from .leavers import Ground, held_by, is_there

AT_ONCE = 5
"""Machines that are protected or released at a look, each minute: two requests each."""

MOST = 200
"""Of a pool that are remembered. Azure scales a pool in anywhere between those."""

WHY = {
    Holds.RESIDENT: "it keeps data of a service",
    Holds.STATEFUL: "a member of a service is there",
    Holds.SINGLE: "the only task of an application runs there",
}


class Order(Struct, frozen=True):
    """One machine to protect, or to release. `is_new`: it is the first time."""

    node: str
    instance_id: str
    on: bool
    why: str
    is_new: bool


class Shielding(Struct, frozen=True):
    """The ledger as it is to be, what is to be done then, and what is only told."""

    book: Ledger
    orders: tuple[Order, ...] = ()
    told: tuple[Shield, ...] = ()


def shields_of(ground: Ground, pool: PoolPolicy, book: Ledger, may: bool) -> Shielding:
    """`may`: machines of the pool may be touched."""
    own = [one for one in ground.findings.get(pool.name, ()) if is_there(one)]
    machines = {one.node.name: one.node.instance for one in own if one.node.instance is not None}
    reasons = dict(_reasons(ground, book, own)) if pool.azure_autoscale is not None else {}
    kept, orders, told = list[Shield](), list[Order](), list[Shield]()
    for shield in book.shields:
        machine = machines.pop(shield.node, None)
        if machine is None or machine.vm_id != shield.vm_id:
            continue
        after, order = _again(shield, machine, reasons, may)
        if after is not None:
            kept.append(after)
        orders += [order] if order else []
    for node, machine in machines.items():
        why = reasons.get(node)
        if why and not _is_protected(machine) and machine.provisioning not in MOVING and len(kept) < MOST:
            shield = Shield(node, machine.vm_id, why, may)
            if not may:
                told.append(shield)
            elif len(orders) < AT_ONCE:
                orders.append(Order(node, machine.instance_id, True, why, True))
            else:
                continue
            kept.append(shield)
    return Shielding(replace(book, shields=tuple(kept)), tuple(orders[:AT_ONCE]), tuple(told))


def _again(
    shield: Shield, machine: Instance, reasons: Mapping[str, str | None], may: bool
) -> tuple[Shield | None, Order | None]:
    """What becomes of one that is remembered, and what is to be done."""
    node, is_due = shield.node, shield.node in reasons
    if not shield.ours:  # it was told, and stays so until we may touch it
        if not is_due or _is_protected(machine):
            return None, None
        if not may:
            return shield, None
        return replace(shield, ours=True), Order(node, machine.instance_id, True, shield.why, True)
    if machine.is_protected_from_set_actions:
        return None, None
    if not may or machine.provisioning in MOVING or is_due is machine.is_protected_from_scale_in:
        return (shield if is_due or machine.is_protected_from_scale_in or not may else None), None
    if is_due:
        return shield, Order(node, machine.instance_id, True, shield.why, False)
    return shield, Order(node, machine.instance_id, False, "the reason is over", False)


def _reasons(ground: Ground, book: Ledger, own: list[Finding]) -> Iterator[tuple[str, str | None]]:
    """Rules 1 to 3: why a machine is to be protected; None: nobody can tell."""
    situation = ground.situation
    at_work = situation.busy | {entry.node for entry in book.active}
    for finding in own:
        node = finding.node.name
        is_new = finding.condition is Condition.JOINING and bool(book.active)
        if node in at_work or is_new:
            yield node, "an operation is at work on it, or it may be a successor"
        elif in_force(situation.overrides, OverrideKind.PAUSE, [node], situation.now):
            yield node, "a person holds it"
        else:
            holds = held_by(ground, finding)
            if holds in WHY or holds is Holds.UNREAD:
                yield node, WHY.get(holds)


def _is_protected(machine: Instance) -> bool:
    return machine.is_protected_from_scale_in or machine.is_protected_from_set_actions
