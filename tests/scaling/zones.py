"""A pool in zones, lopsided, that is to be evened out; Azure chooses where a new machine comes.

zones = Zones("11112")                        five machines, four of them in zone 1
zones.comes_to = "1"                          from now on Azure makes machines there, whatever is there; `pick`
                                              says it for each of them
zones.counts                                  {"1": 4, "2": 1}
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from msgspec.structs import replace

from shared.model.azure import Instance
from shared.model.mesos import Generation
from tests.prod import POOL
from tests.scaling.stage import Office

EVEN = "rebalance: {spread: true}"


class Zones(Office):
    """One application with two small tasks on each machine. `worst` is the largest gap that was ever there."""

    def __init__(
        self,
        places: str,
        more: str = EVEN,
        mode: str = "enforce",
        boot_s: float = 60,
        day: str = "",
        night: str = "",
        pick: Callable[[], str] = str,
    ) -> None:
        self.comes_to, self._pick = "", pick
        self._places = places
        generation = Generation.DRAIN
        super().__init__(len(places), day, night, more, mode, generation, boot_s)
        self.worst = self.gap

    def are_made(self, instances: dict[str, Instance], ids: Sequence[str]) -> None:
        for id in ids:
            here = Counter(dict.fromkeys(self._places, 0))
            here.update(one.zone for one in instances.values() if one.zone is not None)
            zone = self._places[int(id)] if int(id) < len(self._places) else self.comes_to
            zone = zone or self._pick() or min(here, key=lambda one: (here[one], one))
            instances[id] = replace(instances[id], zone=zone, fault_domain=None)

    def turns(self, at_once: bool = False) -> None:
        super().turns(at_once)
        self.worst = max(getattr(self, "worst", 0), self.gap)

    @property
    def counts(self) -> dict[str, int]:
        found = Counter(dict.fromkeys(sorted(set(self._places)), 0))
        found.update(one.zone or "" for one in self.compute._pools[POOL].instances.values())
        return dict(found)

    @property
    def gap(self) -> int:
        return max(self.counts.values()) - min(self.counts.values())
