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
from simulator.world.scale_set import INSTANCE_TYPE, Instance, ScaleSet
from simulator.world.world import World

_SET_TYPE = "Microsoft.Compute/virtualMachineScaleSets"
_SPELLING = {"poweroff": "powerOff", "reimageall": "reimageAll", "performmaintenance": "performMaintenance"}
_KEPT_FROM = frozenset({"reimage", "reimageall", "deallocate"})
"""What protection from scale set actions keeps an instance from, when the whole set is told to do it
(MicrosoftDocs/azure-compute-docs virtual-machine-scale-sets-instance-protection.md)."""


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
        body = document_of(call)
        capacity = _capacity(body, scale_set)
        intent = intent_of(call, f"{_SET_TYPE}/write", scale_set.id)
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
        ids = document_of(call).get("instanceIds")
        if not isinstance(ids, list) or not ids:
            raise AzureRefusal(
                400, AzureError("InvalidParameter", "Required parameter 'instanceIds' is missing (null).")
            )
        instances = self._chosen(scale_set, ids)
        intent = intent_of(call, f"{_SET_TYPE}/delete/action", scale_set.id)
        operation = self._world.scaling.delete(instances, intent, flag(call, "forceDeletion"))
        return Response(202, self._links(call, operation, scale_set))

    def delete_instance(self, call: Call) -> Response:
        """DELETE of one instance; 204 when it is not there."""
        scale_set = scale_set_of(self._world, call)
        instance = scale_set.instances.get(number_of(call.names["id"]))
        if instance is None:
            return Response(204)
        intent = intent_of(call, f"{INSTANCE_TYPE}/delete", instance.id)
        operation = self._world.scaling.delete([instance], intent, flag(call, "forceDeletion"))
        return Response(202, self._links(call, operation, scale_set))

    def act_on_set(self, call: Call) -> Response:
        """POST .../restart and the like, on `instanceIds` or, without them, on all."""
        scale_set = scale_set_of(self._world, call)
        action = action_of(call)
        ids = document_of(call).get("instanceIds")
        instances = self._chosen(scale_set, ids) if isinstance(ids, list) else scale_set.staying
        if action in _KEPT_FROM:
            instances = [one for one in instances if not one.is_protected_from_set_actions]
        intent = intent_of(call, f"{_SET_TYPE}/{spelled(action)}/action", scale_set.id)
        operation = self._world.power.act(instances, action, intent, flag(call, "skipShutdown"))
        return Response(202, self._links(call, operation, scale_set))

    def act_on_instance(self, call: Call) -> Response:
        instance = instance_of(self._world, call)
        action = action_of(call)
        intent = intent_of(call, f"{INSTANCE_TYPE}/{spelled(action)}/action", instance.id)
        operation = self._world.power.act([instance], action, intent, flag(call, "skipShutdown"))
        return Response(202, self._links(call, operation, instance.scale_set))

    def run_command(self, call: Call) -> Response:
        instance = instance_of(self._world, call)
        intent = intent_of(call, f"{INSTANCE_TYPE}/runCommand/action", instance.id)
        operation = self._world.commands.run(instance, script_of(call), intent)
        return Response(202, self._links(call, operation, instance.scale_set))

    def put_instance(self, call: Call) -> Response:
        """Only the protection policy can be changed; `If-Match` is honoured."""
        instance = instance_of(self._world, call)
        wanted, etag = call.request.headers.get("if-match"), views.instance_etag(instance)
        if wanted is not None and wanted not in ("*", etag):
            return answers.precondition_failed(wanted, etag)
        properties = document_of(call).get("properties")
        policy = properties.get("protectionPolicy") if isinstance(properties, dict) else None
        intent = intent_of(call, f"{INSTANCE_TYPE}/write", instance.id)
        operation = self._world.power.update(instance, intent)
        if isinstance(policy, dict):
            instance.is_protected_from_scale_in = policy.get("protectFromScaleIn") is True
            instance.is_protected_from_set_actions = policy.get("protectFromScaleSetActions") is True
        links = self._links(call, operation, instance.scale_set)
        del links["Location"]
        return answers.ok(
            views.instance_body(instance, None), links | {"ETag": views.instance_etag(instance)}
        )

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

    def _links(self, call: Call, operation: Operation, scale_set: ScaleSet) -> dict[str, str]:
        return answers.operation_links(call.request, operation, scale_set.subscription, scale_set.location)


def intent_of(call: Call, operation: str, resource: str) -> Intent:
    intent = Intent(call.caller, operation, resource, call.request.method, call.intent_url)
    return intent.named_by(call.request.headers)


def spelled(action: str) -> str:
    """As the RBAC action is written."""
    return _SPELLING.get(action, action)


def script_of(call: Call) -> list[str]:
    """The lines of a run command. Raises AzureRefusal for anything but a shell script."""
    body = document_of(call)
    script = body.get("script")
    if body.get("commandId") != "RunShellScript" or not isinstance(script, list):
        text = f"The entity {body.get('commandId')} was not found in this Azure location."
        raise AzureRefusal(404, AzureError("NotFound", text))
    return [str(line) for line in script]


def document_of(call: Call) -> dict[str, Any]:
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


def action_of(call: Call) -> str:
    action = call.request.path.rstrip("/").rpartition("/")[2].lower()
    if action not in ACTIONS:
        text = f"No HTTP resource was found that matches the request URI '{call.request.url}'."
        raise AzureRefusal(404, AzureError("InvalidResourceType", text))
    return action


def flag(call: Call, name: str) -> bool:
    return call.request.query.get(name, "").lower() == "true"
