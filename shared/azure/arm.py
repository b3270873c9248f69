"""Azure Resource Manager as the adapters of compute and machines use it.

Reads are GETs through the SDK's pipeline, repeated a little, and their JSON is decoded by us (see `arm_shapes` for
why). Writes go through the SDK's own operations, once, and hand out the token of the long operation that they start;
an answer that got lost is `Unknown`. Which failure becomes which error stands in `arm_errors`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from shared.azure import arm_errors, arm_operations, calls
from shared.azure.arm_client import ArmClients, ArmSettings
from shared.azure.arm_nics import NicPage
from shared.azure.arm_shapes import VmPage
from shared.errors import Refused, Retry, Unknown
from shared.model.azure import Progress, ProgressState

if TYPE_CHECKING:
    from azure.core.polling import AsyncLROPoller
    from azure.core.rest import AsyncHttpResponse
    from azure.mgmt.compute.aio import ComputeManagementClient

    from shared.azure.arm_client import Transport

COMPUTE_VERSION = "2026-04-01"
NETWORK_VERSION = "2018-10-01"
"""Interfaces of a Uniform scale set are listed under Microsoft.Compute with a version of Microsoft.Network's."""

MOST_PAGES = 100
"""A set has at most 1,000 instances; an answer with more pages than this is a mistake somewhere."""


class Call(Struct, frozen=True):
    """`doing` is what it is for, in words for people. `missing` is the reason when what it is about does not exist;
    `instance_of` names the scale set when that is one instance."""

    subscription: str
    doing: str
    missing: str = arm_errors.SCALE_SET
    instance_of: str = ""


class Arm:
    """Connects at the first call. `transport` replaces the network."""

    def __init__(self, settings: ArmSettings, transport: Transport | None = None) -> None:
        self._clients = ArmClients(settings, transport)
        self._timeout_s = settings.timeout_s

    async def get[T](self, call: Call, url: str, kind: type[T]) -> tuple[T, str | None]:
        """What was answered, and its etag."""
        try:
            answer = await self.ask(call, url)
        except calls.wire_errors() as error:
            # Without its cause: what an SDK prints of a request may hold what must not be in a log.
            raise _without_instance(error, call) or arm_errors.for_read(
                error, call.doing, call.missing
            ) from None
        return decoded(answer, kind, call), answer.headers.get("ETag")

    async def ask(self, call: Call, url: str) -> AsyncHttpResponse:
        """GET, a few times if need be. Raises what the SDK raises, also for statuses from 400."""
        from azure.core.rest import HttpRequest

        client = self._clients.of(call.subscription)

        async def once() -> AsyncHttpResponse:
            request = HttpRequest("GET", url, headers={"Accept": "application/json"})
            answer = await client.send_request(request)
            answer.raise_for_status()
            return answer

        return await calls.read(once, self._timeout_s)

    async def pages[P: (VmPage, NicPage)](self, call: Call, path: str, kind: type[P]) -> list[P]:
        pages: list[P] = []
        asked: set[str] = set()
        following: str | None = path
        while following:
            if following in asked or len(asked) >= MOST_PAGES:
                raise Retry(f"{call.doing}: the pages lead in a circle", arm_errors.BUSY_PAUSE)
            asked.add(following)
            page, _ = await self.get(call, following, kind)
            pages.append(page)
            following = page.next_link
        return pages

    async def begin(
        self, call: Call, begin: Callable[[ComputeManagementClient], Awaitable[AsyncLROPoller[Any]]]
    ) -> str:
        """Send a write, once. `begin` polls with `arm_operations.one_look()`."""
        client = self._clients.of(call.subscription)
        try:
            poller = await calls.send_once(lambda: begin(client), self._timeout_s)
        except calls.wire_errors() as error:
            raise _without_instance(error, call) or arm_errors.for_write(
                error, call.doing, call.missing
            ) from None
        return poller.continuation_token()

    async def look(self, call: Call, token: str) -> Progress:
        """One question about a long operation."""
        if token == arm_operations.FINISHED:
            return Progress(ProgressState.SUCCEEDED)
        client = self._clients.of(call.subscription)
        try:
            return await calls.send_once(lambda: arm_operations.look(client, token), self._timeout_s)
        except ValueError:
            raise Unknown(f"{call.doing}: its token cannot be read") from None
        except calls.wire_errors() as error:
            if calls.status_of(error) == 404:
                raise Unknown(f"{call.doing}: Azure does not know it any more") from None
            raise arm_errors.for_read(error, call.doing, call.missing) from None

    async def close(self) -> None:
        """Close the connections. A call after this opens new ones."""
        await self._clients.close()


def decoded[T](answer: AsyncHttpResponse, kind: type[T], call: Call) -> T:
    try:
        return msgspec.json.decode(answer.content, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise Retry(f"{call.doing}: the answer cannot be read ({error})", arm_errors.BUSY_PAUSE) from None


def _without_instance(error: Exception, call: Call) -> Refused | None:
    if not call.instance_of or not arm_errors.says_instance_is_gone(error, call.instance_of):
        return None
    return Refused("azure", "instance_not_found", {"doing": call.doing})
