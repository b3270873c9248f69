"""Marathon's placement constraints, as sets of hosts.

Marathon looks at each offer and asks of every constraint whether the tasks that the application has already let one
more come there. Asked for thousands of tasks and hosts that is slow, so each constraint keeps the set of hosts that it
allows now, as the bits of a number, and changes it when a task is placed:

    UNIQUE          no other task on a host with the same value
    MAX_PER n       fewer than n
    CLUSTER         the value of the first task, whichever that is
    GROUP_BY n      a value that no task has yet; one of those that have the fewest, once n values have some
    LIKE, UNLIKE    the whole value fits the regular expression, or does not
    IS, IN, CLUSTER with a value
                    the value is this one, or one of these

A field is `hostname` (or `@hostname`), `@zone`, `@region` or the name of an attribute. A host without it is refused by
all but UNLIKE, which always lets it pass. GROUP_BY sees the values that tasks have, and not those that hosts have: a
zone that is full holds all others back once it has a task, in Marathon as here. What is not known here, an operator, a
number or an expression that can't be read or could take for ever (`expressions.py`), refuses all hosts.
Sources: mesosphere/marathon:docs/docs/constraints.md, docs/docs/fault-domain-awareness.md and
src/main/scala/mesosphere/mesos/Constraints.scala.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import reduce
from operator import or_
from typing import Protocol

from shared.scale.expressions import quick_matcher
from shared.scale.work import Constraint, Host

HOSTNAME = frozenset({"hostname", "@hostname"})


class Ground:
    """Hosts by their values. A set of hosts is a number whose bit i stands for host i."""

    def __init__(self, hosts: Sequence[Host]) -> None:
        self._hosts = hosts
        self._values: dict[str, tuple[str | None, ...]] = {}
        self._sets: dict[str, dict[str, int]] = {}
        self._having: dict[str, int] = {}
        self._matching: dict[tuple[str, str, str], int] = {}

    @property
    def all(self) -> int:
        return (1 << len(self._hosts)) - 1

    def value(self, field: str, host: int) -> str | None:
        return self._read(field)[host]

    def sets(self, field: str) -> dict[str, int]:
        """The hosts that have it, by value."""
        if field not in self._sets:
            sets: dict[str, int] = {}
            for number, value in enumerate(self._read(field)):
                if value is not None:
                    sets[value] = sets.get(value, 0) | 1 << number
            self._sets[field] = sets
        return self._sets[field]

    def having(self, field: str) -> int:
        """The hosts that have a value at all."""
        if field not in self._having:
            self._having[field] = _union(self.sets(field).values())
        return self._having[field]

    def matching(self, field: str, operator: str, value: str) -> int:
        """The hosts that LIKE, UNLIKE, IS and IN allow. Many applications ask for the same."""
        key = (field, operator, value)
        if key not in self._matching:
            self._matching[key] = self._match(field, operator, value)
        return self._matching[key]

    def _match(self, field: str, operator: str, value: str) -> int:
        sets = self.sets(field)
        if operator == "IS":
            return sets.get(value, 0)
        if operator == "IN":
            return _union(sets.get(one, 0) for one in re.split(" *, *", value))
        fits = quick_matcher(value)
        if fits is None or not value:
            return 0
        like = _union(hosts for one, hosts in sets.items() if fits(one))
        return like if operator == "LIKE" else self.all & ~like

    def _read(self, field: str) -> tuple[str | None, ...]:
        if field not in self._values:
            if field in HOSTNAME:
                self._values[field] = tuple(host.hostname for host in self._hosts)
            elif field in {"@zone", "@region"}:
                self._values[field] = tuple(getattr(host, field[1:]) for host in self._hosts)
            else:
                self._values[field] = tuple(host.attributes.get(field) for host in self._hosts)
        return self._values[field]


class Rule(Protocol):
    """One constraint of one application."""

    @property
    def allowed(self) -> int: ...

    def add(self, host: int) -> None:
        """A task of the application is there now."""


class _Fixed:
    """Some hosts, whatever runs there."""

    def __init__(self, allowed: int) -> None:
        self.allowed = allowed

    def add(self, host: int) -> None:
        """It stays as it is."""


class _AtMost:
    """UNIQUE and MAX_PER."""

    def __init__(self, ground: Ground, field: str, most: int) -> None:
        self._ground, self._field, self._most = ground, field, most
        self._counts: Counter[str] = Counter()
        self.allowed = ground.having(field) if most > 0 else 0

    def add(self, host: int) -> None:
        value = self._ground.value(self._field, host)
        if value is not None:
            self._counts[value] += 1
            if self._counts[value] >= self._most:
                self.allowed &= ~self._ground.sets(self._field)[value]


class _Together:
    """CLUSTER without a value."""

    def __init__(self, ground: Ground, field: str) -> None:
        self._ground, self._field, self._is_set = ground, field, False
        self.allowed = ground.having(field)

    def add(self, host: int) -> None:
        if not self._is_set:
            value = self._ground.value(self._field, host)
            self.allowed = self._ground.sets(self._field)[value] if value is not None else 0
            self._is_set = True


class _Even:
    """GROUP_BY. Tasks on hosts without a value are a group as well, as they are for Marathon."""

    def __init__(self, ground: Ground, field: str, least_groups: int) -> None:
        self._ground, self._field, self._least_groups = ground, field, least_groups
        self._counts: Counter[str | None] = Counter()
        self._groups_of: Counter[int] = Counter()  # how many values have so many tasks
        self._hosts_of: dict[int, int] = {}  # the hosts of those
        self._fewest = 0
        self._unseen = ground.having(field)

    @property
    def allowed(self) -> int:
        if len(self._counts) < self._least_groups:
            return self._unseen
        return self._unseen | self._hosts_of.get(self._fewest, 0)

    def add(self, host: int) -> None:
        value = self._ground.value(self._field, host)
        hosts = self._ground.sets(self._field)[value] if value is not None else 0
        before = self._counts[value]
        self._counts[value] = before + 1
        self._unseen &= ~hosts
        if before:
            self._groups_of[before] -= 1
            self._hosts_of[before] &= ~hosts
        self._groups_of[before + 1] += 1
        self._hosts_of[before + 1] = self._hosts_of.get(before + 1, 0) | hosts
        if not before:
            self._fewest = 1
        elif not self._groups_of[self._fewest]:
            self._fewest += 1  # the last one that had the fewest has one more now


def rule_of(constraint: Constraint, ground: Ground) -> Rule:
    """The rule for an application that has no task yet."""
    field, operator, value = [*constraint, "", "", ""][:3]
    number = int(value) if value.isdecimal() else None
    match operator.upper():
        case "UNIQUE":
            return _AtMost(ground, field, 1)
        case "MAX_PER":
            return _AtMost(ground, field, number or 0)
        case "GROUP_BY":
            return _Even(ground, field, number or 0)
        case "CLUSTER" if not value:
            return _Together(ground, field)
        case "CLUSTER":
            return _Fixed(ground.matching(field, "IS", value))
        case "LIKE" | "UNLIKE" | "IS" | "IN" as known:
            return _Fixed(ground.matching(field, known, value))
        case _:
            return _Fixed(0)


class Kept:
    """All constraints of one application, kept together."""

    def __init__(self, constraints: Sequence[Constraint], ground: Ground) -> None:
        self._rules = [(" ".join(one), rule_of(one, ground)) for one in constraints]

    def add(self, host: int, count: int = 1) -> None:
        for _ in range(count):
            for _, rule in self._rules:
                rule.add(host)

    def allowed(self, hosts: int) -> int:
        """Those of the hosts that all constraints allow now."""
        for _, rule in self._rules:
            hosts &= rule.allowed
        return hosts

    def refusing(self, hosts: int) -> str:
        """The constraint with which none of the hosts is left; empty when some are."""
        for text, rule in self._rules:
            hosts &= rule.allowed
            if not hosts:
                return text
        return ""


def _union(sets: Iterable[int]) -> int:
    return reduce(or_, sets, 0)
