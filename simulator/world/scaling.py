"""How scale sets grow and shrink.

The rules, in Azure's words where it has them:

1. Raising `sku.capacity` creates instances, each with a new number, each booting on its own.
2. Lowering it deletes the instances with the highest numbers. Whoever wants a particular one to go deletes it.
3. Deleting an instance lowers the capacity by one; the model's etag changes.
4. A newer capacity write preempts an older one that still runs (`OperationPreempted`). Instances that the older one
   has begun to create stay; only its operation ends.
5. More cores than the quota allows are refused at once (409 OperationNotAllowed); no room in the region shows only
   in the operation (AllocationFailed).
6. With overprovisioning (`overprovisioning.py`) more instances are created than were asked for.

Sources: MicrosoftDocs/azure-compute-docs virtual-machine-scale-sets pages, and the error codes that
kubernetes-sigs/cloud-provider-azure handles. Lowering of the capacity by a delete is common knowledge, not a
documented promise.
"""

import uuid
from collections.abc import Callable, Sequence
from functools import partial

from simulator.world.azure import Azure
from simulator.world.changes import Intent
from simulator.world.journal import PLATFORM, Actor
from simulator.world.network import Nic
from simulator.world.operations import AzureError, AzureRefusal, Operation
from simulator.world.overprovisioning import Batch
from simulator.world.scale_set import INSTANCE_TYPE, UPDATE_DOMAINS, Instance, ScaleSet
from simulator.world.vm import Power, Provisioning

HALT_AFTER = 0.4
"""A VM that is being deleted stops after this share of the time."""


class Scaling:
    """Creates and deletes instances."""

    def __init__(self, azure: Azure) -> None:
        self._azure = azure
        self._timeline = azure.timeline

    def write_capacity(self, scale_set: ScaleSet, capacity: int, intent: Intent) -> Operation:
        """Set `sku.capacity` and carry it out. Raises AzureRefusal when the quota forbids it."""
        self._check_quota(scale_set, capacity)
        if scale_set.scaling is not None and scale_set.scaling.running:
            self._azure.operations.preempt(scale_set.scaling)
        operation = self._azure.operations.start(intent)
        scale_set.scaling = operation
        scale_set.provisioning = Provisioning.UPDATING
        scale_set.capacity = capacity
        scale_set.etag_number += 1
        staying = scale_set.staying
        there = len(staying) - scale_set.extras
        if capacity > there:
            self._grow(scale_set, capacity - there, operation)
        elif capacity < there:
            victims = sorted(staying, key=lambda one: one.number)[capacity + scale_set.extras :]
            self._begin_delete(victims, intent.actor, forced=False)
            self._timeline.after(
                self._delete_s(), lambda: self._finish_scaling(scale_set, operation, victims)
            )
        else:
            self._timeline.after(1.0, lambda: self._end_scaling(scale_set, operation, None))
        return operation

    def delete(self, instances: Sequence[Instance], intent: Intent, forced: bool = False) -> Operation:
        """Delete these instances of one set and lower its capacity by as many."""
        operation = self._azure.operations.start(intent)
        leaving = [instance for instance in instances if not instance.deleting]
        if leaving:
            scale_set = leaving[0].scale_set
            scale_set.capacity = max(0, scale_set.capacity - len(leaving))
            scale_set.etag_number += 1
        self._begin_delete(leaving, intent.actor, forced)
        self._timeline.after(self._delete_s(), lambda: self._finish_delete(operation, leaving, intent.actor))
        return operation

    def place(self, scale_set: ScaleSet) -> Instance:
        """A new instance with its number, place and address; not booted."""
        domain, zone = scale_set.next_place()
        number = scale_set.next_number
        scale_set.next_number += 1
        chance = self._azure.chance
        mac = f"00-0D-3A-{chance.randrange(256):02X}-{chance.randrange(256):02X}-{chance.randrange(256):02X}"
        nic = Nic(f"{scale_set.name}-nic", scale_set.subnet.take(), mac)
        vm_id = str(uuid.UUID(int=chance.getrandbits(128), version=4))
        instance = Instance(
            id=f"{scale_set.id}/virtualMachines/{number}",
            name=f"{scale_set.name}_{number}",
            kind=INSTANCE_TYPE,
            computer_name=scale_set.computer_name(number),
            subscription=scale_set.subscription,
            location=scale_set.location,
            facts={"scale_set": scale_set.name, "instance": str(number)},
            vm_id=vm_id,
            created=self._timeline.now,
            nic=nic,
            fault_domain=domain,
            update_domain=number % UPDATE_DOMAINS,
            zone=zone,
            image=scale_set.image,
            state_on=scale_set.state_on,
            scale_set=scale_set,
            number=number,
            model=scale_set.model,
        )
        scale_set.instances[number] = instance
        self._azure.furnish(instance)
        return instance

    def _check_quota(self, scale_set: ScaleSet, capacity: int) -> None:
        quota = self._azure.quota
        more = (capacity - len(scale_set.staying)) * scale_set.cores_per_vm
        used = self._azure.cores_used()
        if quota.cores is None or more <= 0 or used + more <= quota.cores:
            return
        raise AzureRefusal(
            409,
            AzureError(
                "OperationNotAllowed",
                f"Operation could not be completed as it results in exceeding approved {quota.family} Cores quota."
                f" Additional details - Deployment Model: Resource Manager, Location: {scale_set.location}, Current"
                f" Limit: {quota.cores}, Current Usage: {used}, Additional Required: {more}, (Minimum) New Limit"
                f" Required: {used + more}. Setup Alerts when Quota reaches threshold.",
            ),
        )

    def _grow(self, scale_set: ScaleSet, count: int, operation: Operation) -> None:
        batch = Batch(scale_set, count)

        def done(error: AzureError | None) -> None:
            if batch.is_over(error):
                self._give_up(batch.surplus(self._azure.chance))
                self._end_scaling(scale_set, operation, batch.failure)

        for _ in range(batch.begun):
            self._create(scale_set, operation.intent.actor, done)
        batch.end = scale_set.next_number

    def _give_up(self, instances: Sequence[Instance]) -> None:
        if not instances:
            return
        self._begin_delete(instances, PLATFORM, forced=False)
        self._timeline.after(self._delete_s(), lambda: self._remove(instances, PLATFORM))

    def _create(self, scale_set: ScaleSet, by: Actor, done: Callable[[AzureError | None], None]) -> None:
        fault = self._azure.take_allocation_fault(scale_set.name)
        boot_s = self._azure.lasting(self._azure.durations.boot_s)
        if fault is not None and not fault.leaves_instance:
            error = fault.error
            self._timeline.after(boot_s / 3, lambda: done(error))
            return
        instance = self.place(scale_set)
        self._azure.note("instance_created", instance, by, address=instance.nic.address)
        self._timeline.after(boot_s / 3, lambda: self._power_on(instance))
        if fault is not None:
            failed = fault.error
            self._timeline.after(boot_s, lambda: self._never_up(instance, failed, done))
        else:
            self._timeline.after(boot_s, lambda: self._up(instance, by, done))

    def _power_on(self, instance: Instance) -> None:
        if instance.power is Power.CREATING and not instance.deleting:
            instance.power = Power.STARTING
            instance.revision += 1

    def _up(self, instance: Instance, by: Actor, done: Callable[[AzureError | None], None]) -> None:
        if not instance.deleting and instance.power is Power.STARTING:
            instance.power, instance.provisioning = Power.RUNNING, Provisioning.SUCCEEDED
            instance.revision += 1
            self._azure.note("instance_running", instance, by)
            if instance.guest is not None:
                instance.guest.booted(instance.disk)
        done(None)

    def _never_up(
        self, instance: Instance, error: AzureError, done: Callable[[AzureError | None], None]
    ) -> None:
        if not instance.deleting:
            instance.provisioning, instance.failure, instance.power = (
                Provisioning.FAILED,
                error.code,
                Power.STOPPED,
            )
            instance.revision += 1
        done(error)

    def _begin_delete(self, instances: Sequence[Instance], by: Actor, forced: bool) -> None:
        for instance in instances:
            self._azure.note("instance_delete_ordered", instance, by)
            for order in (instance.operation, instance.command):
                if order is not None:
                    self._azure.operations.preempt(order)
            instance.provisioning = Provisioning.DELETING
            instance.revision += 1
            halt_s = 0.0 if forced else self._delete_s() * HALT_AFTER
            self._timeline.after(halt_s, partial(self._halt, instance, clean=not forced))

    def _halt(self, instance: Instance, clean: bool) -> None:
        was_on = instance.power in (Power.RUNNING, Power.STARTING)
        instance.power = Power.STOPPED
        instance.revision += 1
        if was_on and instance.guest is not None:
            instance.guest.halted(clean and not instance.is_frozen)

    def _remove(self, instances: Sequence[Instance], by: Actor) -> None:
        for instance in instances:
            if instance.scale_set.instances.pop(instance.number, None) is None:
                continue
            if instance.power is not Power.STOPPED:
                self._halt(instance, clean=False)
            instance.scale_set.subnet.give_back(instance.nic.address)
            self._azure.note("instance_deleted", instance, by)

    def _finish_delete(self, operation: Operation, instances: Sequence[Instance], by: Actor) -> None:
        self._remove(instances, by)
        self._azure.operations.succeed(operation)

    def _finish_scaling(self, scale_set: ScaleSet, operation: Operation, victims: Sequence[Instance]) -> None:
        self._remove(victims, operation.intent.actor)
        self._end_scaling(scale_set, operation, None)

    def _end_scaling(self, scale_set: ScaleSet, operation: Operation, error: AzureError | None) -> None:
        if scale_set.scaling is operation:
            scale_set.provisioning = Provisioning.SUCCEEDED if error is None else Provisioning.FAILED
        if error is None:
            self._azure.operations.succeed(operation)
        else:
            self._azure.operations.fail(operation, error)

    def _delete_s(self) -> float:
        return self._azure.lasting(self._azure.durations.delete_s)
