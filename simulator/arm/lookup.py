"""Finds what a path names, or refuses as Azure does."""

from simulator.arm.routes import Call
from simulator.world.operations import AzureError, AzureRefusal
from simulator.world.scale_set import Instance, ScaleSet
from simulator.world.world import World


def scale_set_of(world: World, call: Call) -> ScaleSet:
    """Raises AzureRefusal 404 ResourceNotFound."""
    group, name = call.names["rg"], call.names["ss"]
    found = world.azure.find_scale_set(group, name)
    if found is None:
        text = (
            f"The Resource 'Microsoft.Compute/virtualMachineScaleSets/{name}' under resource group '{group}' was not"
            " found. For more details please go to https://aka.ms/ARMResourceNotFoundFix"
        )
        raise AzureRefusal(404, AzureError("ResourceNotFound", text))
    return found


def instance_of(world: World, call: Call) -> Instance:
    """Raises AzureRefusal: 400 InvalidParameter for an id that is no number, 404 for one that is not there."""
    scale_set = scale_set_of(world, call)
    number = number_of(call.names["id"])
    instance = scale_set.instances.get(number)
    if instance is None:
        text = f"The VM '{number}' could not be found in the scale set '{scale_set.name}'."
        raise AzureRefusal(404, AzureError("NotFound", text))
    return instance


def number_of(instance_id: str) -> int:
    """Raises AzureRefusal 400 InvalidParameter."""
    if not (instance_id.isascii() and instance_id.isdigit()):
        text = "Virtual Machine Scale Set VM instanceId must be a number."
        raise AzureRefusal(400, AzureError("InvalidParameter", text, "instanceId"))
    return int(instance_id)
