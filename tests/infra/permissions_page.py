"""The page docs/permissions.md: every action of the role of the app, the call that uses it, and what happens without.

    python -m tests.infra.permissions_page docs/permissions.md

Actions come from infra/app/role.bicep, calls from what goes over the wire (`calls.py`); the reasons stand here. What
happens without a right is tried in `test_without_a_right.py`.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from tests.infra.calls import called
from tests.infra.permissions_prose import AFTER, HEAD
from tests.infra.templates import variable

BLIND = "its pool is unknown: nothing in it is repaired or sized, and a person is called"
NEXT = "that rung of the ladder is refused, and the next one is tried; when none is left, a person is called"
IN_VAIN = "a replacement ends before anything is destroyed, and a person is called; later it is tried again"
UNSEEN = "what was ordered can't be followed, so an order may be given up to three times before its rung ends"
SMALLER = "the failed machine is destroyed, its successor is not ordered, and a person is called after three refusals"
AWAY = "the machine is destroyed like any other, and not kept"
KEPT = "the machine is kept without protection; those of pools that Azure's autoscale moves have none; it is told"
NO_MASTERS = "no master is helped, and a person is called because their machines are not seen"
BY_HAND = "a master that is off stays off, and a person is called"
NO_WRITE = (
    "Azure refuses to write a set that refers to such a thing: as without `virtualMachineScaleSets/write`"
)

_SET = "Microsoft.Compute/virtualMachineScaleSets"
_VM = f"{_SET}/virtualMachines"
_MASTER = "Microsoft.Compute/virtualMachines"
_NET = "Microsoft.Network"


class Reason(Struct, frozen=True):
    why: str
    without: str


REASONS: Mapping[str, Reason] = {
    f"{_SET}/read": Reason("capacity, size, zones and etag of a set", BLIND),
    f"{_VM}/read": Reason("which machines there are, and of one whether it is there still", BLIND),
    f"{_VM}/instanceView/read": Reason("whether they run, and what their guest agents and health say", BLIND),
    f"{_SET}/networkInterfaces/read": Reason("which address is which machine, so which agent", BLIND),
    f"{_SET}/delete/action": Reason("destroy machines, by their ids and never by a number", IN_VAIN),
    f"{_SET}/write": Reason("order machines: a larger capacity, on the etag that was read", SMALLER),
    f"{_VM}/restart/action": Reason("restart one machine", NEXT),
    f"{_VM}/redeploy/action": Reason("move one machine to another host", NEXT),
    f"{_VM}/reimage/action": Reason("a new system disk for one machine", NEXT),
    f"{_VM}/powerOff/action": Reason(
        "stop one machine and keep it for somebody to look at (`keep_body`)", AWAY
    ),
    f"{_VM}/write": Reason("protect one machine from being scaled in, or from actions on its set", KEPT),
    f"{_VM}/runCommand/action": Reason("restart a unit in a machine: this is root on the agent", NEXT),
    f"{_MASTER}/read": Reason("the machines of the masters", NO_MASTERS),
    f"{_MASTER}/instanceView/read": Reason("whether they run", NO_MASTERS),
    f"{_NET}/networkInterfaces/read": Reason("which address is which master", NO_MASTERS),
    f"{_MASTER}/restart/action": Reason("restart a master", NEXT),
    f"{_MASTER}/redeploy/action": Reason("move a master to another host", NEXT),
    f"{_MASTER}/runCommand/action": Reason("restart a unit in a master: this is root on it", NEXT),
    f"{_MASTER}/start/action": Reason(
        "start a master that is off and that nobody was heard to stop", BY_HAND
    ),
    "Microsoft.Compute/locations/operations/read": Reason("how far a long operation is", UNSEEN),
    f"{_NET}/virtualNetworks/subnets/join/action": Reason(
        "Azure asks for it when a set is written", NO_WRITE
    ),
    f"{_NET}/loadBalancers/backendAddressPools/join/action": Reason("the same, for load balancers", NO_WRITE),
    f"{_NET}/loadBalancers/inboundNatPools/join/action": Reason("the same, for their NAT pools", NO_WRITE),
    f"{_NET}/networkSecurityGroups/join/action": Reason("the same, for security groups", NO_WRITE),
}
OPTIONAL = {"commands": "mayRunCommands", "starting": "mayStartMasters"}
"""Groups of actions that a parameter of the deployment leaves out."""
GROUPS = ("agents", "masters", "progress", "referredTo", "commands", "starting")


def granted() -> set[str]:
    return {one for group in GROUPS for one in variable("app/role.bicep", group)}


def page(calls: Mapping[str, set[str]]) -> str:
    rows = [row(one, group, calls) for group in GROUPS for one in variable("app/role.bicep", group)]
    table = ["| action | for | used by | without it |", "|---|---|---|---|", *rows, ""]
    return "\n".join([HEAD, *table, AFTER])


def row(one: str, group: str, calls: Mapping[str, set[str]]) -> str:
    by = ", ".join(f"`{call}`" for call in sorted(calls.get(one, ()))) or "Azure itself"
    left_out = f" Left out with `{OPTIONAL[group]}: false`." if group in OPTIONAL else ""
    return f"| `{one}` | {REASONS[one].why}.{left_out} | {by} | {REASONS[one].without} |"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(asyncio.run(called())))
