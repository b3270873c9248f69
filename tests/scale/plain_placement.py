"""The simulated placement once more, one task and one agent after the other, with Marathon's constraints read from its
documentation and code word by word. Slow and plain: what `shared/scale/placement.py` is compared with."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from shared.scale.work import Constraint, Host, Work

type Amount = tuple[int, int]
"""Thousandths of cores and of megabytes of memory."""


def placed_plainly(works: Sequence[Work], hosts: Sequence[Host]) -> dict[tuple[str, str], int]:
    """How many tasks of which application are on which agent."""
    asked = [sum(_needs(work)[i] * work.count for work in works) or 1 for i in range(2)]
    order = sorted(
        works,
        key=lambda work: (-max(need / all for need, all in zip(_needs(work), asked, strict=True)), work.app),
    )
    free = {host.name: _thousandths(host.free["*"].cpus, host.free["*"].mem_mb) for host in hosts}
    spots: Counter[tuple[str, str]] = Counter()
    for work in order:
        for _ in range(work.count):
            names = [name for name, count in sorted(work.runs_on.items()) for _ in range(count)]
            names += [name for (app, name), count in spots.items() if app == work.app for _ in range(count)]
            running = [host for name in names for host in hosts if host.name == name]
            found = _first(work, hosts, free, running)
            if found is None:
                break
            cpus, mem = _needs(work)
            free[found.name] = (free[found.name][0] - cpus, free[found.name][1] - mem)
            spots[work.app, found.name] += 1
    return dict(spots)


def _first(
    work: Work, hosts: Sequence[Host], free: dict[str, Amount], running: Sequence[Host]
) -> Host | None:
    for host in hosts:
        has_room = all(need <= have for need, have in zip(_needs(work), free[host.name], strict=True))
        if host.is_open and has_room and all(_allows(one, host, running) for one in work.constraints):
            return host
    return None


def _allows(constraint: Constraint, host: Host, running: Sequence[Host]) -> bool:
    field, operator, wanted = [*constraint, ""][:3]
    value = _value(host, field)
    if value is None:
        return operator == "UNLIKE"
    groups = Counter(_value(one, field) for one in running)
    match operator:
        case "UNIQUE":
            return groups[value] == 0
        case "MAX_PER":
            return groups[value] < int(wanted)
        case "GROUP_BY":
            enough = len(groups) >= int(wanted or "0")
            return value not in groups or (enough and groups[value] == min(groups.values()))
        case "CLUSTER":
            return value == wanted if wanted else not running or _value(running[0], field) == value
        case "LIKE":
            return re.fullmatch(wanted, value) is not None
        case "UNLIKE":
            return re.fullmatch(wanted, value) is None
    raise AssertionError(operator)


def _value(host: Host, field: str) -> str | None:
    if field == "hostname":
        return host.hostname
    return host.zone if field == "@zone" else host.attributes.get(field)


def _needs(work: Work) -> Amount:
    return _thousandths(work.needs.cpus, work.needs.mem_mb)


def _thousandths(cpus: float, mem: float) -> Amount:
    return round(cpus * 1000), round(mem * 1000)
