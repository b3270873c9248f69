"""What is different between two policies, as they are obeyed and not as they are written.

Both are in their resolved form, so a default that changed is told for each pool that it reaches, and a line that only
moved is not told at all. Each difference has its path in the file. What lets the app do more than before, sooner than
before, or with less asking, is marked as `bolder`: by these tables, and by nothing that is guessed.

    modes raised                        a pool begins to be touched, or to be proposed for
    limits of `BOLDER_UP`, raised       more at once, more in a time, larger pools, storms seen later
    limits of `BOLDER_DOWN`, lowered    sooner, smaller pools
    `approve`, `windows` with less      what had to be asked for, or to wait, has not any more; and a ladder with more
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from enum import StrEnum
from typing import Any

from msgspec import Struct

from shared.policy.schema import Mode, Policy
from shared.policy.share import Share
from shared.policy.values import duration_text

BOLDER_UP = (
    "disruption.at_once",
    "disruption.per_hour",
    "disruption.per_day",
    "disruption.per_fault_domain",
    "disruption.per_framework",
    "disruption.deadline_reserve",
    "storm.unhealthy",
    "capacity.max",
    "at_once",
)
BOLDER_DOWN = (
    "storm.hold",
    "capacity.min",
    "repair.confirm_after",
    "repair.impaired_after",
    "repair.join_timeout",
    "repair.restart_timeout",
    "repair.redeploy_timeout",
    "failover_hold_off",
)
MORE_ALLOWED = ("repair.ladder",)
LESS_ASKED = ("repair.approve", "windows")
IN_THE_FILE = {"quorum": "masters", "masters": "dcos.masters", "marathons": "dcos.marathons"}
"""Fields of a cluster that stand in another place of the file."""
NOTHING = "nothing"
MODES = tuple(Mode)


class Changed(Struct, frozen=True):
    """One field. `before` and `after` are as they are written, `nothing` where it is not there. `bolder`: the app may
    do more by it."""

    path: str
    before: str
    after: str
    bolder: bool = False


class Difference(Struct, frozen=True):
    """`changes` with what is bolder first. `enforced` are the pools (`cluster/pool`) that begin to be touched, `left`
    those that are touched no more."""

    changes: tuple[Changed, ...] = ()
    enforced: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


def differ(before: Policy, after: Policy) -> Difference:
    old, new = dict(_leaves(before, "")), dict(_leaves(after, ""))
    paths = dict.fromkeys([*new, *old])
    changes = [
        Changed(
            path, _shown(old.get(path)), _shown(new.get(path)), _is_bolder(path, old.get(path), new.get(path))
        )
        for path in paths
        if _shown(old.get(path)) != _shown(new.get(path))
    ]
    was, will = _enforced(before), _enforced(after)
    return Difference(
        changes=tuple(sorted(changes, key=lambda one: not one.bolder)),
        enforced=tuple(one for one in will if one not in was),
        left=tuple(one for one in was if one not in will),
    )


def _enforced(policy: Policy) -> list[str]:
    return [
        f"{cluster.name}/{pool.name}"
        for cluster in policy.clusters
        for pool in cluster.pools
        if pool.mode is Mode.ENFORCE
    ]


def _leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Every field that holds a plain value, by its path."""
    if isinstance(value, Struct) and not isinstance(value, Share):
        is_cluster = path.count(".") == 1 and path.startswith("clusters.")
        for name in value.__struct_fields__:
            shown = IN_THE_FILE.get(name, name) if is_cluster else name
            yield from _leaves(getattr(value, name), f"{path}.{shown}" if path else shown)
    elif isinstance(value, Mapping):
        for key in value:
            yield from _leaves(value[key], f"{path}.{key}")
    elif isinstance(value, tuple) and any(isinstance(one, Struct) for one in value):
        names = _names(value)
        for name, one in zip(names, value, strict=True):
            yield from _leaves(one, f"{path}.{name}")
        if path.endswith((".schedules", ".windows")):
            yield path, names  # of schedules the last one counts, so their order is a matter of its own
    else:
        yield path, value


def _names(items: Sequence[Any]) -> tuple[str, ...]:
    names = tuple(str(getattr(one, "name", "")) for one in items)
    return (
        names
        if all(names) and len({*names}) == len(names)
        else tuple(str(place) for place in range(len(items)))
    )


def _shown(value: Any) -> str:
    match value:
        case None | () | "":
            return NOTHING
        case bool():
            return "yes" if value else "no"
        case timedelta():
            return duration_text(value)
        case StrEnum():
            return value.value
        case float():
            return f"{value:g}"
        case tuple() | list():
            return ", ".join(_shown(one) for one in value)
        case frozenset() | set():
            return ", ".join(sorted(_shown(one) for one in value))
        case _:
            return str(value)


def _is_bolder(path: str, before: Any, after: Any) -> bool:
    """`before` None: the pool is new, or the limit was not there."""
    if path.endswith(".mode"):
        return after is not None and MODES.index(after) > (MODES.index(before) if before is not None else 0)
    if path.endswith(MORE_ALLOWED):
        return bool({*(after or ())} - {*(before or ())}) and before is not None
    if path.endswith(LESS_ASKED):
        return bool({*(before or ())} - {*(after or ())})
    if path.endswith(BOLDER_UP):
        return _is_larger(after, before)
    return path.endswith(BOLDER_DOWN) and _is_larger(before, after)


def _is_larger(one: Any, other: Any) -> bool:
    """Shares of two sorts depend on the size of the pool: either may be the larger one, so the change counts as one."""
    if one is None or other is None:
        return False
    if isinstance(one, Share) and isinstance(other, Share):
        return one.is_percent != other.is_percent or one.number > other.number
    return bool(one > other)
