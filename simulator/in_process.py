"""The faces without sockets, for tests in virtual time.

`ArmTransport` is an azure-core transport: `ComputeManagementClient(..., transport=ArmTransport(face))` sends its
requests straight to the ARM face. `MesosNetwork.send` does the same for HTTP to the masters, which it knows by
host and port. When a face gives no answer, both raise what a real network raises.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from types import TracebackType
from typing import Any, Protocol, Self

from azure.core.exceptions import ServiceRequestError, ServiceResponseTimeoutError
from azure.core.pipeline.transport import AsyncHttpTransport
from azure.core.rest import HttpRequest
from azure.core.rest._http_response_impl_async import AsyncHttpResponseImpl
from azure.core.utils import case_insensitive_dict

from simulator.mesos.face import MesosFace
from simulator.wire import NoAnswer, Request, Response, Silence

READ_TIMEOUT_S = 300.0
"""What azure-core's own transports wait for an answer."""


class Answering(Protocol):
    """A face, or somebody in front of one."""

    async def handle(self, request: Request) -> Response: ...


class _Body:
    """Stands for the open connection that azure-core closes when it has read the body."""

    async def close(self) -> None:
        return None


class ArmTransport(AsyncHttpTransport[HttpRequest, AsyncHttpResponseImpl]):
    """Carries azure-core requests to an ARM face.

    Raises ServiceRequestError where a connection would be refused or broken, ServiceResponseTimeoutError where the
    answer would never come.
    """

    def __init__(self, face: Answering) -> None:
        self._face = face

    async def send(self, request: HttpRequest, **kwargs: Any) -> AsyncHttpResponseImpl:
        timeout_s = kwargs.get("read_timeout") or READ_TIMEOUT_S
        try:
            async with asyncio.timeout(float(timeout_s)):
                response = await self._face.handle(_wire(request))
        except TimeoutError as error:
            raise ServiceResponseTimeoutError(
                "Timeout on reading data from the management endpoint."
            ) from error
        except NoAnswer as silence:
            if silence.how is Silence.HANGING:
                await asyncio.sleep(float(timeout_s))
                raise ServiceResponseTimeoutError(
                    "Timeout on reading data from the management endpoint."
                ) from None
            refused = silence.how is Silence.REFUSED
            cause = (
                ConnectionRefusedError("connect call failed")
                if refused
                else ConnectionResetError("server disconnected")
            )
            raise ServiceRequestError("The management endpoint does not answer.", error=cause) from None
        return _azure_response(request, response)

    async def open(self) -> None:
        return None

    async def close(self) -> None:
        return None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        return None


class MesosNetwork:
    """HTTP to masters, by host:port."""

    def __init__(self, faces: Iterable[MesosFace]) -> None:
        self._faces = list(faces)

    async def send(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes, timeout_s: float
    ) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body. Raises ConnectionError (refused, reset) or TimeoutError."""
        request = Request.of(method, url, headers, body)
        return await carried(self._at(request.headers["host"]).handle, request, timeout_s)

    def _at(self, host: str) -> MesosFace:
        for face in self._faces:
            if face.master.address == host:
                return face
        raise ConnectionRefusedError(f"Connect call failed: nothing listens at {host}")


async def carried(
    handle: Callable[[Request], Awaitable[Response]], request: Request, timeout_s: float
) -> tuple[int, dict[str, str], bytes]:
    """Hand the request to a face and bring back status, headers and body, or what a network would raise."""
    url = request.url
    try:
        async with asyncio.timeout(timeout_s):
            response = await handle(request)
    except NoAnswer as silence:
        if silence.how is Silence.HANGING:
            await asyncio.sleep(timeout_s)
            raise TimeoutError(f"No answer from {url} within {timeout_s:g} s.") from None
        if silence.how is Silence.REFUSED:
            raise ConnectionRefusedError(f"Connect call failed: {url}") from None
        raise ConnectionResetError(f"Connection reset by peer: {url}") from None
    return response.status, response.headers, response.body


def _wire(request: HttpRequest) -> Request:
    content: Any = getattr(request, "content", None) or getattr(request, "body", b"")  # as older SDKs call it
    body = content.encode() if isinstance(content, str) else bytes(content or b"")
    return Request.of(request.method, request.url, dict(request.headers), body)


def _azure_response(request: HttpRequest, response: Response) -> AsyncHttpResponseImpl:
    headers = case_insensitive_dict(response.headers)
    made = AsyncHttpResponseImpl(
        request=request,
        internal_response=_Body(),
        status_code=response.status,
        reason="",
        content_type=headers.get("content-type", ""),
        headers=headers,
        stream_download_generator=None,
    )
    made._content = response.body
    return made
