"""What the shipped adapters reach the simulated interfaces by: transports in this process, with gusts on the way."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from azure.core.exceptions import IncompleteReadError
from azure.core.rest import HttpRequest
from azure.core.rest._http_response_impl_async import AsyncHttpResponseImpl

from shared.ports.http import HttpAnswer, HttpCall
from simulator.arm.face import ArmFace
from simulator.dcos.network import ROUTER, DcosFace
from simulator.in_process import ArmTransport, carried
from simulator.mesos.face import MesosFace
from simulator.wire import Request, Response
from tests.simulation.gusts import CutOff, Gusts

REPLACE = re.compile(r"/service/(?P<service>.+)/v1/pod/(?P<pod>[^/]+)/replace")


class Azure(ArmTransport):
    """To Azure Resource Manager."""

    def __init__(self, face: ArmFace, gusts: Gusts) -> None:
        super().__init__(self)
        self._arm, self._gusts = face, gusts

    async def handle(self, request: Request) -> Response:
        return await self._gusts.carry("azure", request, self._arm.handle)

    async def send(self, request: HttpRequest, **kwargs: Any) -> AsyncHttpResponseImpl:
        try:
            return await super().send(request, **kwargs)
        except CutOff:
            raise IncompleteReadError("The answer was cut off.") from None


class Cluster:
    """To every machine of the cluster: `shared.ports.http.Http`, with the same errors as the shipped one."""

    def __init__(self, masters: list[MesosFace], nodes: DcosFace, gusts: Gusts) -> None:
        self._masters = {face.master.address: face for face in masters}
        self._nodes, self._gusts = nodes, gusts
        self.replacing: Callable[[str, str], Callable[[], None]] = lambda service, pod: lambda: None
        """A member of a service is to be replaced; what it answers is called when that has taken effect."""

    async def send(self, call: HttpCall) -> HttpAnswer:
        request = Request.of(call.method, call.url, call.headers, call.body or b"")
        try:
            status, headers, body = await carried(self._handle, request, call.timeout_s)
        except (ConnectionResetError, CutOff) as error:
            raise TimeoutError(f"the answer of {call.url} got lost: {error}") from None
        return HttpAnswer(status, {name.lower(): value for name, value in headers.items()}, body)

    async def _handle(self, request: Request) -> Response:
        host = request.headers["host"]
        face = self._masters.get(host)
        if face is None:
            return await self._gusts.carry("dcos", request, self._of_node)
        other = next((one for address, one in self._masters.items() if address != host), face)
        return await self._gusts.carry("dcos", request, face.handle, other.handle)

    async def _of_node(self, request: Request) -> Response:
        host, _, port = request.headers["host"].partition(":")
        order = REPLACE.fullmatch(request.path)
        told = self.replacing(unquote(order["service"]), order["pod"]) if order is not None else None
        answer = await self._nodes.of_host(host, int(port or ROUTER), request)
        if told is not None and answer.status == 200:
            told()
        return answer
