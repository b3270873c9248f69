"""Scale sets in memory: what Azure does with machines, without Azure.

Every write starts a long operation that takes `takes` on the clock. While it runs, its instances are creating or
deleting; the first call after its end finds it carried out. Numbers are never used twice within a set, addresses are
(the lowest free one first), because that is what has led automation astray.

Verbs for tests move the world behind the product's back: `add_pool`, `lose`, `evict`, `set_power`, `silence`,
`set_health`, `new_image`, `fail_operation`, `hang_operation`; `faults` makes calls fail. `destroyed` records what was
deleted through the port, `acted` every other action on one instance. What lives in the machines is `guests`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from itertools import count

from msgspec.structs import replace

from shared.errors import Conflict, Refused
from shared.memory.acts import FINISHED, Acts, Operation
from shared.memory.faults import Faults
from shared.memory.guests import Guests
from shared.memory.pools import Pool, remove
from shared.model.azure import (
    GuestAgent,
    Instance,
    PoolAddress,
    Power,
    Progress,
    Provisioning,
    ScaleSet,
    VmHealth,
)
from shared.ports.clock import Clock
from shared.ports.compute import Compute


class MemoryCompute(Compute):
    """`takes` is how long every operation takes on `clock`; change it between calls as needed."""

    def __init__(self, clock: Clock, takes: timedelta = timedelta(0), guests: Guests | None = None) -> None:
        self.faults = Faults()
        self.destroyed: list[tuple[PoolAddress, tuple[str, ...]]] = []
        self.acted: list[tuple[str, str]] = []
        """Verb of the port and name of the instance, in order."""
        self._clock = clock
        self._pools: dict[PoolAddress, Pool] = {}
        self._acts: Acts[Instance] = Acts(clock, takes, guests)

    @property
    def takes(self) -> timedelta:
        return self._acts.takes

    @takes.setter
    def takes(self, takes: timedelta) -> None:
        self._acts.takes = takes

    @property
    def _operations(self) -> dict[str, Operation]:
        return self._acts.operations

    @property
    def _failures(self) -> list[tuple[str, str]]:
        return self._acts.failures

    @_failures.setter
    def _failures(self, failures: list[tuple[str, str]]) -> None:
        self._acts.failures = failures

    async def scale_set(self, pool: PoolAddress) -> ScaleSet:
        there = self._pool("scale_set", pool)
        busy = any(o.owner == pool and not o.finished for o in self._operations.values())
        provisioning = Provisioning.UPDATING if busy else Provisioning.SUCCEEDED
        etag = f'"{there.version}"'
        return ScaleSet(
            pool.scale_set, there.capacity, etag, provisioning, zones=there.zones, size=there.size
        )

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
        for id in chosen:
            self._acts.preempt(there.instances[id].name)
        self._mark(there, chosen, Provisioning.DELETING, Power.STOPPING)
        self.destroyed.append((pool, tuple(instance_ids)))
        token = self._acts.start(pool, lambda: remove(there, chosen))
        self.faults.after("destroy")
        return token

    async def set_capacity(self, pool: PoolAddress, capacity: int, etag: str) -> str:
        if capacity < 0:
            raise ValueError(f"a capacity of {capacity} cannot be wanted")
        there = self._pool("set_capacity", pool)
        if etag != f'"{there.version}"':
            raise Conflict(f"the model of scale set {pool.scale_set}")
        there.capacity = capacity
        there.version += 1
        staying = sum(vm.provisioning is not Provisioning.DELETING for vm in there.instances.values())
        token = self._acts.start(pool, self._resize(pool, there, capacity - staying))
        self.faults.after("set_capacity")
        return token

    async def restart(self, pool: PoolAddress, instance_id: str) -> str:
        return self._act("restart", pool, instance_id)

    async def redeploy(self, pool: PoolAddress, instance_id: str) -> str:
        return self._act("redeploy", pool, instance_id)

    async def reimage(self, pool: PoolAddress, instance_id: str) -> str:
        return self._act("reimage", pool, instance_id)

    async def power_off(self, pool: PoolAddress, instance_id: str) -> str:
        return self._act("power_off", pool, instance_id)

    async def run_command(self, pool: PoolAddress, instance_id: str, script: Sequence[str]) -> str:
        there, name = self._one("run_command", pool, instance_id)
        token = self._acts.run_command(there.instances, instance_id, script)
        self.acted.append(("run_command", name))
        self.faults.after("run_command")
        return token

    async def protect(
        self, pool: PoolAddress, instance_id: str, on: bool, *, only_scale_in: bool = False
    ) -> str:
        there, name = self._one("protect", pool, instance_id)
        now = there.instances[instance_id]
        before, wanted = (
            (now.is_protected_from_scale_in, now.is_protected_from_set_actions),
            (on, on and not only_scale_in),
        )
        if before == wanted or (only_scale_in and now.is_protected_from_set_actions):
            return FINISHED
        changes = {"is_protected_from_scale_in": wanted[0], "is_protected_from_set_actions": wanted[1]}
        token = self._acts.update(there.instances, instance_id, lambda vm: replace(vm, **changes))
        self.acted.append(("protect", name))
        self.faults.after("protect")
        return token

    async def look(self, pool: PoolAddress, token: str) -> Progress:
        self._pool("look", pool)
        return self._acts.look(token, f"looking at an operation on {pool.scale_set}")

    def add_pool(
        self, pool: PoolAddress, size: int, network: str = "10.32.0.0", fault_domains: int = 5
    ) -> None:
        """A scale set of `size` running instances, ids from 0, addresses from the fifth of `network` up."""
        there = self._pools[pool] = Pool(network, fault_domains)
        there.capacity = size
        self._grow(pool, there, size)
        self._mark(there, there.instances, Provisioning.SUCCEEDED, Power.RUNNING)

    def lose(self, pool: PoolAddress, *instance_ids: str) -> None:
        """Somebody deleted the instances: they are gone at once, and the capacity fell by their number."""
        there = self._pools[pool]
        there.capacity -= len(instance_ids)
        there.version += 1
        remove(there, instance_ids)

    def evict(self, pool: PoolAddress, instance_id: str) -> None:
        """Stopped and given back, as by a spot eviction: still in the list, and still counted."""
        self.set_power(pool, instance_id, Power.DEALLOCATED)

    def set_power(self, pool: PoolAddress, instance_id: str, power: Power) -> None:
        instances = self._pools[pool].instances
        vm = instances[instance_id]
        instances[instance_id] = self._acts.marked(vm, vm.provisioning, power)

    def silence(self, pool: PoolAddress, instance_id: str) -> None:
        """Azure hears nothing from its agent in the machine until that boots the next time."""
        instances = self._pools[pool].instances
        vm = instances[instance_id]
        self._acts.silent.add(vm.name)
        instances[instance_id] = self._acts.marked(vm, vm.provisioning, vm.power)

    def set_health(self, pool: PoolAddress, instance_id: str, health: VmHealth) -> None:
        instances = self._pools[pool].instances
        instances[instance_id] = replace(instances[instance_id], health=health)

    def new_image(self, pool: PoolAddress, image: str) -> None:
        """The set's model changes; instances keep what they were made from."""
        there = self._pools[pool]
        there.image, there.version = image, there.version + 1
        for id, vm in there.instances.items():
            there.instances[id] = replace(vm, latest_model=False)

    def makes(self, pool: PoolAddress, size: str) -> None:
        """The set makes machines of this size from now on."""
        there = self._pools[pool]
        there.size, there.version = size, there.version + 1

    def turn(self) -> None:
        """Whatever is due has happened; every call through the port begins with this."""
        self._acts.turn()

    def fail_operation(self, code: str, message: str) -> None:
        """The next operation to be started is accepted, and fails at its end without having done anything more."""
        self._failures.append((code, message))

    def hang_operation(self) -> None:
        """The next operation to be started is accepted, and never ends."""
        self._acts.hangs += 1

    def _pool(self, call: str, pool: PoolAddress) -> Pool:
        self.faults.before(call)
        self._acts.turn()
        if pool not in self._pools:
            raise Refused("azure", "scale_set_not_found", {"scale_set": pool.scale_set})
        return self._pools[pool]

    def _one(self, call: str, pool: PoolAddress, instance_id: str) -> tuple[Pool, str]:
        if not instance_id:
            raise ValueError(f"an instance of {pool.scale_set} has to be named; nothing was done")
        there = self._pool(call, pool)
        if instance_id not in there.instances:
            raise Refused("azure", "instance_not_found", {"instance": instance_id})
        return there, there.instances[instance_id].name

    def _act(self, verb: str, pool: PoolAddress, instance_id: str) -> str:
        there, name = self._one(verb, pool, instance_id)

        def renewed(vm: Instance) -> Instance:
            return replace(vm, image=there.image, latest_model=True) if verb == "reimage" else vm

        token = self._acts.act(there.instances, instance_id, verb, renewed)
        self.acted.append((verb, name))
        self.faults.after(verb)
        return token

    def _resize(self, pool: PoolAddress, there: Pool, by: int) -> Callable[[], None]:
        if by >= 0:
            grown = [] if self._failures else self._grow(pool, there, by)
            return lambda: self._mark(there, grown, Provisioning.SUCCEEDED, Power.RUNNING)
        # Azure's default scale-in takes the highest ids, once zones and fault domains are balanced.
        staying = [id for id, vm in there.instances.items() if vm.provisioning is not Provisioning.DELETING]
        chosen = sorted(staying, key=int)[by:]
        self._mark(there, chosen, Provisioning.DELETING, Power.STOPPING)
        return lambda: remove(there, chosen)

    def _grow(self, pool: PoolAddress, there: Pool, by: int) -> list[str]:
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
                update_domain=int(id) % 5,
                created_at=self._clock.now(),
                latest_model=True,
                image=there.image,
                size=there.size,
                guest_agent=GuestAgent.SILENT,
            )
        return ids

    def _mark(
        self,
        there: Pool,
        ids: Sequence[str] | Mapping[str, Instance],
        state: Provisioning,
        power: Power,
    ) -> None:
        for id in ids:
            if id in there.instances:
                there.instances[id] = self._acts.marked(there.instances[id], state, power)
