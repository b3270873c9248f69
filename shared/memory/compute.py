"""Scale sets in memory: what Azure does with machines, without Azure.

Every write starts a long operation that takes `takes` on the clock. While it runs, its instances are creating or
deleting; the first call after its end finds it carried out. Numbers are never used twice within a set, addresses are
(the lowest free one first), because that is what has led automation astray.

Verbs for tests move the world behind the product's back: `add_pool`, `lose`, `deallocate`, `set_power`,
`fail_operation`; `faults` makes calls fail. `destroyed` records what was deleted through the port.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from ipaddress import IPv4Address
from itertools import count

from msgspec import Struct
from msgspec.structs import replace

from shared.errors import Conflict, Refused, Unknown
from shared.memory.faults import Faults
from shared.model.azure import (
    Instance,
    PoolAddress,
    Power,
    Progress,
    ProgressState,
    Provisioning,
    ScaleSet,
)
from shared.ports.clock import Clock
from shared.ports.compute import Compute


class _Pool:
    def __init__(self, network: str, fault_domains: int) -> None:
        self.network = IPv4Address(network)
        self.fault_domains = fault_domains
        self.capacity = 0
        self.version = 1
        self.next_id = 0
        self.instances: dict[str, Instance] = {}
        self.addresses: dict[str, str] = {}


class _Operation(Struct):
    pool: PoolAddress
    due: datetime
    finish: Callable[[], None]
    failure: tuple[str, str] | None
    finished: bool = False


class MemoryCompute(Compute):
    """`takes` is how long every operation takes on `clock`; change it between calls as needed."""

    def __init__(self, clock: Clock, takes: timedelta = timedelta(0)) -> None:
        self.faults = Faults()
        self.takes = takes
        self.destroyed: list[tuple[PoolAddress, tuple[str, ...]]] = []
        self._clock = clock
        self._pools: dict[PoolAddress, _Pool] = {}
        self._operations: dict[str, _Operation] = {}
        self._tokens = count(1)
        self._failures: list[tuple[str, str]] = []

    async def scale_set(self, pool: PoolAddress) -> ScaleSet:
        there = self._pool("scale_set", pool)
        busy = any(o.pool == pool and not o.finished for o in self._operations.values())
        provisioning = Provisioning.UPDATING if busy else Provisioning.SUCCEEDED
        return ScaleSet(pool.scale_set, there.capacity, f'"{there.version}"', provisioning)

    async def instances(self, pool: PoolAddress) -> tuple[Instance, ...]:
        there = self._pool("instances", pool)
        return tuple(there.instances[id] for id in sorted(there.instances, key=int))

    async def instance(self, pool: PoolAddress, instance_id: str) -> Instance | None:
        return self._pool("instance", pool).instances.get(instance_id)

    async def addresses(self, pool: PoolAddress) -> Mapping[str, str]:
        return dict(self._pool("addresses", pool).addresses)

    async def destroy(self, pool: PoolAddress, instance_ids: Sequence[str]) -> str:
        if isinstance(instance_ids, str) or not instance_ids:
            raise ValueError("destroy needs the ids of the instances; an empty selection acts on nothing")
        there = self._pool("destroy", pool)
        chosen = [id for id in dict.fromkeys(instance_ids) if id in there.instances]
        there.capacity -= sum(there.instances[id].provisioning is not Provisioning.DELETING for id in chosen)
        there.version += 1
        _mark(there, chosen, Provisioning.DELETING, Power.STOPPING)
        self.destroyed.append((pool, tuple(instance_ids)))
        token = self._start(pool, lambda: _remove(there, chosen))
        self.faults.after("destroy")
        return token

    async def set_capacity(self, pool: PoolAddress, capacity: int, etag: str) -> str:
        if capacity < 0:
            raise ValueError(f"a capacity of {capacity} cannot be wanted")
        there = self._pool("set_capacity", pool)
        if etag != f'"{there.version}"':
            raise Conflict(f"the model of scale set {pool.scale_set}")
        before, there.capacity = there.capacity, capacity
        there.version += 1
        token = self._start(pool, self._resize(pool, there, capacity - before))
        self.faults.after("set_capacity")
        return token

    async def look(self, pool: PoolAddress, token: str) -> Progress:
        self._pool("look", pool)
        operation = self._operations.get(token)
        if operation is None:
            raise Unknown(f"looking at an operation on {pool.scale_set} that nobody knows")
        if not operation.finished:
            return Progress(ProgressState.IN_PROGRESS)
        if operation.failure:
            return Progress(ProgressState.FAILED, *operation.failure)
        return Progress(ProgressState.SUCCEEDED)

    def add_pool(
        self, pool: PoolAddress, size: int, network: str = "10.32.0.0", fault_domains: int = 5
    ) -> None:
        """A scale set of `size` running instances, ids from 0, addresses from the fifth of `network` up."""
        there = self._pools[pool] = _Pool(network, fault_domains)
        there.capacity = size
        self._grow(pool, there, size)
        _mark(there, there.instances, Provisioning.SUCCEEDED, Power.RUNNING)

    def lose(self, pool: PoolAddress, *instance_ids: str) -> None:
        """Somebody deleted the instances: they are gone at once, and the capacity fell by their number."""
        there = self._pools[pool]
        there.capacity -= len(instance_ids)
        there.version += 1
        _remove(there, instance_ids)

    def deallocate(self, pool: PoolAddress, instance_id: str) -> None:
        """Stopped and given back, as by a spot eviction: still in the list, and still counted."""
        self.set_power(pool, instance_id, Power.DEALLOCATED)

    def set_power(self, pool: PoolAddress, instance_id: str, power: Power) -> None:
        instances = self._pools[pool].instances
        instances[instance_id] = replace(instances[instance_id], power=power)

    def fail_operation(self, code: str, message: str) -> None:
        """The next operation to be started is accepted, and fails at its end without having done anything more."""
        self._failures.append((code, message))

    def _pool(self, call: str, pool: PoolAddress) -> _Pool:
        self.faults.before(call)
        for operation in self._operations.values():
            if not operation.finished and operation.due <= self._clock.now():
                operation.finished = True
                if operation.failure is None:
                    operation.finish()
        if pool not in self._pools:
            raise Refused("azure", "scale_set_not_found", {"scale_set": pool.scale_set})
        return self._pools[pool]

    def _start(self, pool: PoolAddress, finish: Callable[[], None]) -> str:
        token = f"operation-{next(self._tokens)}"
        failure = self._failures.pop(0) if self._failures else None
        self._operations[token] = _Operation(pool, self._clock.now() + self.takes, finish, failure)
        return token

    def _resize(self, pool: PoolAddress, there: _Pool, by: int) -> Callable[[], None]:
        if by >= 0:
            grown = [] if self._failures else self._grow(pool, there, by)
            return lambda: _mark(there, grown, Provisioning.SUCCEEDED, Power.RUNNING)
        # Azure's default scale-in takes the highest ids, once zones and fault domains are balanced.
        chosen = sorted(there.instances, key=int)[by:]
        _mark(there, chosen, Provisioning.DELETING, Power.STOPPING)
        return lambda: _remove(there, chosen)

    def _grow(self, pool: PoolAddress, there: _Pool, by: int) -> list[str]:
        ids = [str(there.next_id + number) for number in range(by)]
        there.next_id += by
        taken = set(there.addresses.values())
        free = (address for n in count(4) if (address := str(there.network + n)) not in taken)
        for id in ids:
            there.addresses[id] = next(free)
            there.instances[id] = Instance(
                name=f"{pool.scale_set}_{id}",
                instance_id=id,
                vm_id=f"vm-{pool.scale_set}-{id}",
                power=Power.STARTING,
                provisioning=Provisioning.CREATING,
                fault_domain=int(id) % there.fault_domains,
                created_at=self._clock.now(),
            )
        return ids


def _mark(
    pool: _Pool, ids: Sequence[str] | Mapping[str, Instance], state: Provisioning, power: Power
) -> None:
    for id in ids:
        if id in pool.instances:
            pool.instances[id] = replace(pool.instances[id], provisioning=state, power=power)


def _remove(pool: _Pool, ids: Sequence[str]) -> None:
    for id in ids:
        pool.instances.pop(id, None)
        pool.addresses.pop(id, None)
