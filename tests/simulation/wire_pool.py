"""What befalls the machines of the pool in the simulator, and the agents in them.

It knows four ways in which an agent may have failed, each cured by one act and by every act that is harder: its unit
starts again, its machine does, its machine gets a new disk, or none of these helps.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial

from shared.errors import Refused
from simulator.world.agent import Life
from simulator.world.azure import ACTION_FAILED, ActionFault, AllocationFault
from simulator.world.operations import AzureRefusal, Operation
from simulator.world.scale_set import Instance
from simulator.world.vm import Power, Provisioning
from tests.simulation.wire_agents import UNITS, Agents, never_starts, process_of


class Pool(Agents):
    """What befalls the machines, by its verbs."""

    def node_fails(self, node: str) -> None:
        instance = self._instance(node)
        if instance is None:
            return
        process, cures = process_of(instance), self._tale.cured_by
        self._world.kill_agent_process(instance)
        if "restart_unit" not in cures:
            self._cluster.units.stubborn |= {(process.address, unit) for unit in UNITS}
        if not {"restart_unit", "restart"} & {*cures}:
            process.spoil_disk()
        if not cures:
            never_starts(process)
        self._stirs()

    def node_freezes(self, node: str) -> None:
        instance = self._instance(node)
        if instance is not None and instance.power is Power.RUNNING:
            self._world.freeze_vm(instance)
            self._stirs()

    def node_recovers(self, node: str) -> None:
        instance = self._instance(node)
        if instance is None:
            return
        if instance.is_frozen:
            self._world.thaw_vm(instance)
        process = process_of(instance)
        self._cluster.units.stubborn -= {(process.address, unit) for unit in UNITS}
        process.spoiled_disk = None
        if instance.name not in self._stillborn:
            process.joining = replace(process.joining, joins=True)
        if instance.power is Power.RUNNING and process.life is Life.ABSENT and process.can_start:
            self._world.start_agent_process(instance)
        self._stirs()

    async def delete(self, node: str) -> None:
        with self._by_somebody(node) as instance:
            self._world.delete_instance(instance)

    async def deallocate(self, node: str) -> None:
        with self._by_somebody(node) as instance:
            self._world.deallocate(instance)

    async def restart(self, node: str) -> None:
        with self._by_somebody(node) as instance:
            self._world.restart(instance)

    def evict(self, node: str) -> None:
        instance = self._instance(node)
        if instance is not None and not instance.deleting:
            self._pool.evicted_instances_are_deleted = instance.number % 2 == 0
            self._world.evict(instance)
            self._stirs()

    async def scale(self, size: int) -> None:
        with self._spared():
            self._world.set_capacity(self._pool, size)
        self._stirs()

    @contextmanager
    def _by_somebody(self, node: str) -> Iterator[Instance]:
        instance = self._instance(node)
        if instance is None:
            raise Refused("azure", "instance_not_found", {"node": node})
        try:
            with self._spared():
                yield instance
        except AzureRefusal as refusal:
            raise Refused("azure", refusal.error.code, {"node": node}) from refusal
        self._stirs()

    @contextmanager
    def _spared(self) -> Iterator[None]:
        """What was ordered to fail or hang is kept for the app: nobody repairs what people did not get."""
        azure = self._world.azure
        kept = azure.allocation_faults, azure.action_faults
        azure.allocation_faults, azure.action_faults = [], []
        try:
            yield
        finally:
            azure.allocation_faults, azure.action_faults = kept

    def newborn_fail(self, fail: bool) -> None:
        self._newborn_fail = fail

    def no_room(self, times: int) -> None:
        self._world.azure.allocation_faults.append(AllocationFault(times))

    def hang(self, times: int) -> None:
        self._world.azure.action_faults.append(ActionFault(error=None, count=times))

    def fail_over(self) -> None:
        self._world.fail_over(self._cluster)
        self._stirs()

    def mend(self) -> None:
        """Also the wire is calm from now on. What was ordered in vain ends when Azure gives it up."""
        self.gusts.ends()
        azure = self._world.azure
        azure.allocation_faults.clear()
        azure.action_faults.clear()
        self._newborn_fail = False
        for one in self._pool.instances.values():
            for order in (one.operation, one.command):
                if order is not None and order.running:
                    self._world.timeline.after(2 * self._tale.takes_s, partial(self._give_up, one, order))
        self._stirs()

    def _give_up(self, instance: Instance, order: Operation) -> None:
        """Whatever Azure does takes `takes_s`: who is not done by now would never be."""
        if order.running:
            self._world.azure.operations.fail(order, ACTION_FAILED)
            instance.provisioning = Provisioning.FAILED
            instance.revision += 1
