"""The nodes of a pool, or of several, counted by what they share.

A set has thousands of machines and few kinds of them. So nodes that are alike in everything are one kind, and what
many share is put together from kinds, not from nodes. Counted are the nodes that are there, and those that failed and
are not there any more. What is suspect in that is found by `correlation.py`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from shared.model.ledger import Ledger, Loss
from shared.model.nodes import Finding

from .traits import FACTORS, Kind, Kinds

type Trait = tuple[str, str]
"""A factor and its value."""


class Population:
    """Names of nodes by kind, and when those of them failed that did."""

    def __init__(self) -> None:
        self.nodes: dict[Kind, list[str]] = defaultdict(list)
        self.failed: dict[Kind, dict[str, datetime]] = defaultdict(dict)

    def lose(self, loss: Loss, kind: Kind) -> None:
        """One that failed."""
        self.nodes[kind].append(loss.node)
        self.failed[kind][loss.node] = loss.at

    def add(self, other: Population) -> None:
        for kind, names in other.nodes.items():
            self.nodes[kind] += names
        for kind, failed in other.failed.items():
            self.failed[kind] |= failed

    def all_failed(self) -> frozenset[str]:
        return frozenset().union(*self.failed.values())

    def groups(self, factors: Iterable[str]) -> Iterator[Group]:
        """Everything that nodes share, in the order of the factors and their values."""
        places = [FACTORS.index(factor) for factor in factors]
        sharing: dict[tuple[int, str], list[Kind]] = defaultdict(list)
        for kind in self.nodes:
            for place in places:
                value = kind[place]
                if value is not None:
                    sharing[place, value].append(kind)
        shares: dict[tuple[Kind, ...], list[Trait]] = defaultdict(list)
        for (place, value), kinds in sorted(sharing.items()):
            shares[tuple(kinds)].append((FACTORS[place], value))
        for alike, traits in shares.items():
            yield Group(self, alike, traits)


class Group:
    """Nodes that share something. `shares` is all that exactly these have in common."""

    def __init__(self, population: Population, kinds: tuple[Kind, ...], shares: list[Trait]) -> None:
        self._names = [population.nodes[kind] for kind in kinds]
        failed = [population.failed[kind] for kind in kinds if kind in population.failed]
        self.shares = shares
        self.size = sum(len(names) for names in self._names)
        self.failed_at = [at for times in failed for at in times.values()]

    def members(self) -> frozenset[str]:
        return frozenset().union(*self._names)


def populations(
    findings: Iterable[Finding], ledgers: Mapping[str, Ledger], now: datetime
) -> dict[str, Population]:
    """By pool."""
    losses = {loss.node: (pool, loss) for pool, book in ledgers.items() for loss in book.losses}
    found: dict[str, Population] = defaultdict(Population)
    kinds = Kinds(now)
    for finding in findings:
        node = finding.node
        if node.name in losses:
            loss = losses.pop(node.name)[1]
            found[node.pool].lose(loss, kinds.of_lost(loss))
        else:
            found[node.pool].nodes[kinds.of(node)].append(node.name)
    for pool, loss in losses.values():
        found[pool].lose(loss, kinds.of_lost(loss))
    return found
