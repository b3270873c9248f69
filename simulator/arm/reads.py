"""The GET requests of Azure Resource Manager.

Lists come in pages, as the real ones do: whoever forgets `nextLink` sees only the first of them.
"""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from simulator.arm import answers, views
from simulator.arm.lookup import instance_of, scale_set_of
from simulator.arm.routes import Call
from simulator.wire import Response
from simulator.world.operations import OperationStatus
from simulator.world.world import World


class Pages:
    """Cuts lists into pages of `size`."""

    def __init__(self, size: int) -> None:
        self._size = size

    def answer(self, call: Call, views_: Sequence[Any]) -> Response:
        page, link = self.slice(call, views_)
        return answers.ok({"value": page} | link)

    def slice[T](self, call: Call, everything: Sequence[T]) -> tuple[Sequence[T], dict[str, str]]:
        """The page that the request asks for, and the link to the next one if there is more."""
        token = call.request.query.get("$skiptoken", "0")
        start = int(token) if token.isdigit() else 0
        page = everything[start : start + self._size]
        if start + self._size >= len(everything):
            return page, {}
        query = dict(call.request.query) | {"$skiptoken": str(start + self._size)}
        return page, {"nextLink": f"{call.request.base_url}{call.request.path}?{urlencode(query, safe='$')}"}


class Reads:
    """Answers from the world without changing it."""

    def __init__(self, world: World, pages: Pages, retry_after_s: int | None) -> None:
        self._world = world
        self._pages = pages
        self._later = {} if retry_after_s is None else {"Retry-After": str(retry_after_s)}
        self._instances = views.InstanceViews()

    def list_in_group(self, call: Call) -> Response:
        group = call.names["rg"].lower()
        sets = [s for (where, _), s in self._world.azure.scale_sets.items() if where == group]
        return self._pages.answer(call, [views.scale_set_view(scale_set) for scale_set in sets])

    def list_all(self, call: Call) -> Response:
        location = call.names.get("location", "").lower()
        sets = [s for s in self._world.azure.scale_sets.values() if location in ("", s.location.lower())]
        return self._pages.answer(call, [views.scale_set_view(scale_set) for scale_set in sets])

    def get_set(self, call: Call) -> Response:
        scale_set = scale_set_of(self._world, call)
        return answers.ok(views.scale_set_view(scale_set), {"ETag": scale_set.etag})

    def set_instance_view(self, call: Call) -> Response:
        return answers.ok(views.scale_set_instance_view(scale_set_of(self._world, call)))

    def list_instances(self, call: Call) -> Response:
        instances = list(scale_set_of(self._world, call).instances.values())
        page, link = self._pages.slice(call, instances)
        expand = "instanceview" in call.request.query.get("$expand", "").lower()
        value = [self._instances.encoded(instance, expand) for instance in page]
        return answers.ok({"value": value} | link)

    def get_instance(self, call: Call) -> Response:
        instance = instance_of(self._world, call)
        expand = "instanceview" in call.request.query.get("$expand", "").lower()
        view = views.instance_view_of(instance) if expand else None
        return answers.ok(views.instance_body(instance, view), {"ETag": views.instance_etag(instance)})

    def instance_view(self, call: Call) -> Response:
        return answers.ok(views.instance_view_of(instance_of(self._world, call)))

    def list_nics(self, call: Call) -> Response:
        page, link = self._pages.slice(call, list(scale_set_of(self._world, call).instances.values()))
        return answers.ok({"value": [views.nic_view(instance) for instance in page]} | link)

    def list_instance_nics(self, call: Call) -> Response:
        return answers.ok({"value": [views.nic_view(instance_of(self._world, call))]})

    def operation(self, call: Call) -> Response:
        """The operation resource, or with `monitor` what Location promises: 202 until the end, then the result."""
        operation = self._world.azure.operations.find(call.names["op"])
        if operation is None:
            return answers.error(
                404, "OperationNotFound", f"The operation '{call.names['op']}' was not found."
            )
        if "monitor" not in call.request.query:
            return answers.ok(views.operation_view(operation), self._later if operation.running else {})
        if operation.running:
            return Response(202, {"Location": call.request.url} | self._later)
        if operation.error is not None and operation.status is not OperationStatus.SUCCEEDED:
            return answers.error(409, operation.error.code, operation.error.message)
        return Response(200)
