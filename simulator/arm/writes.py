"""The requests that change something: PATCH of a set, deletes, and actions on VMs.

Each is accepted at once and answered with links to its operation; what it does takes the time that
`simulator.world.durations` says.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from simulator.arm import answers, views
from simulator.arm.lookup import instance_of, number_of, scale_set_of
from simulator.arm.routes import Call
from simulator.wire import Response
from simulator.world.changes import Intent
from simulator.world.operations import AzureError, AzureRefusal, Operation
from simulator.world.power import ACTIONS
from simulator.world.scale_set import Instance, ScaleSet
from simulator.world.world import World

_SET_TYPE = "Microsoft.Compute/virtualMachineScaleSets"
_VM_TYPE = f"{_SET_TYPE}/virtualMachines"
_SPELLING = {"poweroff": "powerOff", "reimageall": "reimageAll", "performmaintenance": "performMaintenance"}


class Writes:
    """Changes the world for a caller."""

    def __init__(self, world: World) -> None:
        self._world = world

    def patch_set(self, call: Call) -> Response:
        """Only the capacity and the tags can be changed; `If-Match` is honoured."""
        scale_set = scale_set_of(self._world, call)
        wanted = call.request.headers.get("if-match")
        if wanted is not None and wanted not in ("*", scale_set.etag):
            return answers.precondition_failed(wanted, scale_set.etag)
        body = _document(call)
        capacity = _capacity(body, scale_set)
        intent = self._intent(call, f"{_SET_TYPE}/write", scale_set.id)
        operation = self._world.scaling.write_capacity(scale_set, capacity, intent)
        if isinstance(body.get("tags"), dict):
            scale_set.tags = {str(name): str(value) for name, value in body["tags"].items()}
        links = self._links(call, operation, scale_set)
        del links["Location"]
        view = views.scale_set_view(scale_set)
        view["properties"]["provisioningState"] = "Updating"
        return answers.ok(view, links | {"ETag": scale_set.etag})

    def delete_instances(self, call: Call) -> Response:
        """POST .../delete {"instanceIds": [...]}: all of them or, when one does not exist, none."""
        scale_set = scale_set_of(self._world, call)
        ids = _document(call).get("instanceIds")
        if not isinstance(ids, list) or not ids:
            raise AzureRefusal(
                400, AzureError("InvalidParameter", "Required parameter 'instanceIds' is missing (null).")
            )
        instances = self._chosen(scale_set, ids)
        intent = self._intent(call, f"{_SET_TYPE}/delete/action", scale_set.id)
        operation = self._world.scaling.delete(instances, intent, _flag(call, "forceDeletion"))
        return Response(202, self._links(call, operation, scale_set))

    def delete_instance(self, call: Call) -> Response:
        """DELETE of one instance; 204 when it is not there."""
        scale_set = scale_set_of(self._world, call)
        instance = scale_set.instances.get(number_of(call.names["id"]))
        if instance is None:
            return Response(204)
        intent = self._intent(call, f"{_VM_TYPE}/delete", instance.id)
        operation = self._world.scaling.delete([instance], intent, _flag(call, "forceDeletion"))
        return Response(202, self._links(call, operation, scale_set))

    def act_on_set(self, call: Call) -> Response:
        """POST .../restart and the like, on `instanceIds` or, without them, on all."""
        scale_set = scale_set_of(self._world, call)
        action = _action(call)
        ids = _document(call).get("instanceIds")
        instances = self._chosen(scale_set, ids) if isinstance(ids, list) else scale_set.staying
        intent = self._intent(call, f"{_SET_TYPE}/{_SPELLING.get(action, action)}/action", scale_set.id)
        operation = self._world.power.act(instances, action, intent, _flag(call, "skipShutdown"))
        return Response(202, self._links(call, operation, scale_set))

    def act_on_instance(self, call: Call) -> Response:
        instance = instance_of(self._world, call)
        action = _action(call)
        intent = self._intent(call, f"{_VM_TYPE}/{_SPELLING.get(action, action)}/action", instance.id)
        operation = self._world.power.act([instance], action, intent, _flag(call, "skipShutdown"))
        return Response(202, self._links(call, operation, instance.scale_set))

    def simulate_eviction(self, call: Call) -> Response:
        """No long operation: 204 at once, the eviction comes some time later (here after a minute)."""
        instance = instance_of(self._world, call)
        self._world.timeline.after(60.0, lambda: self._world.evict(instance))
        return Response(204)

    def _chosen(self, scale_set: ScaleSet, ids: Sequence[Any]) -> list[Instance]:
        chosen = []
        for given in ids:
            number = number_of(str(given))
            instance = scale_set.instances.get(number)
            if instance is None:
                text = f"The provided instanceId {number} is not an active Virtual Machine Scale Set VM instanceId."
                raise AzureRefusal(400, AzureError("InvalidParameter", text, "instanceIds"))
            chosen.append(instance)
        return chosen

    def _intent(self, call: Call, operation: str, resource: str) -> Intent:
        return Intent(call.caller, operation, resource, call.request.method, call.intent_url)

    def _links(self, call: Call, operation: Operation, scale_set: ScaleSet) -> dict[str, str]:
        return answers.operation_links(call.request, operation, scale_set.subscription, scale_set.location)


def _document(call: Call) -> dict[str, Any]:
    try:
        body = call.request.json()
    except msgspec.DecodeError:
        body = []
    if body is None:
        return {}
    if not isinstance(body, dict):
        text = "The request content was invalid and could not be deserialized."
        raise AzureRefusal(400, AzureError("InvalidRequestContent", text))
    return body


def _capacity(body: dict[str, Any], scale_set: ScaleSet) -> int:
    sku = body.get("sku")
    capacity = sku.get("capacity", scale_set.capacity) if isinstance(sku, dict) else scale_set.capacity
    if not isinstance(capacity, int) or isinstance(capacity, bool) or not 0 <= capacity <= 1000:
        text = f"The value {capacity} of parameter 'sku.capacity' is out of range 0 to 1000."
        raise AzureRefusal(400, AzureError("InvalidParameter", text, "sku.capacity"))
    return capacity


def _action(call: Call) -> str:
    action = call.names["action"].lower()
    if action not in ACTIONS:
        text = f"No HTTP resource was found that matches the request URI '{call.request.url}'."
        raise AzureRefusal(404, AzureError("InvalidResourceType", text))
    return action


def _flag(call: Call, name: str) -> bool:
    return call.request.query.get(name, "").lower() == "true"
