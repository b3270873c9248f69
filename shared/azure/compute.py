"""Azure's machines for real: scale sets, their instances, and the two ways in which we change them.

Reads decode ARM's JSON directly, through the SDK's pipeline (see `arm_shapes` for why), and are repeated a little.
Writes go through the SDK's own operations, once, and hand out the token of the long operation that they start; an
answer that got lost is `Unknown`. Which failure becomes which error stands in `arm_errors`.

This file can destroy machines: `destroy` deletes exactly the instances that it is given, and nothing else in the
product sends a delete to Azure.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote

import msgspec

from shared.azure import arm_errors, arm_operations, arm_shapes, calls
from shared.azure.arm_client import ArmClients, ArmSettings
from shared.errors import Refused, Retry, Unknown
from shared.model.azure import Instance, PoolAddress, Progress, ProgressState, Provisioning, ScaleSet
from shared.ports.compute import Compute

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


class AzureCompute(Compute):
    """Connects at the first call; `close` it, or use it as an async context. `transport` replaces the network."""

    def __init__(self, settings: ArmSettings, transport: Transport | None = None) -> None:
        self._clients = ArmClients(settings, transport)
        self._timeout_s = settings.timeout_s

    async def scale_set(self, pool: PoolAddress) -> ScaleSet:
        doing = f"reading scale set {pool.scale_set}"
        answer = await self._get(pool, _path(pool, "", COMPUTE_VERSION), doing)
        model = arm_shapes.scale_set_of(_decode(answer, arm_shapes.VmSet, doing), answer.headers.get("ETag"))
        if model is None:
            raise Retry(f"{doing}: the answer names no capacity", arm_errors.BUSY_PAUSE)
        return model

    async def instances(self, pool: PoolAddress) -> tuple[Instance, ...]:
        path = _path(pool, "/virtualMachines", COMPUTE_VERSION) + "&$expand=instanceView"
        doing = f"listing the instances of {pool.scale_set}"
        pages = await self._pages(pool, path, arm_shapes.VmPage, doing)
        return arm_shapes.in_order(
            arm_shapes.instance_of(vm, pool.scale_set) for page in pages for vm in page.value
        )

    async def instance(self, pool: PoolAddress, instance_id: str) -> Instance | None:
        path = _path(pool, f"/virtualMachines/{quote(instance_id, safe='')}", COMPUTE_VERSION)
        doing = f"reading instance {instance_id} of {pool.scale_set}"
        try:
            answer = await self._ask(pool, path + "&$expand=instanceView")
        except calls.wire_errors() as error:
            if arm_errors.says_instance_is_gone(error, pool.scale_set):
                return None
            # Without its cause: what an SDK prints of a request may hold what must not be in a log.
            raise arm_errors.for_read(error, doing) from None
        return arm_shapes.instance_of(_decode(answer, arm_shapes.Vm, doing), pool.scale_set)

    async def addresses(self, pool: PoolAddress) -> Mapping[str, str]:
        path = _path(pool, "/networkInterfaces", NETWORK_VERSION)
        doing = f"listing the network interfaces of {pool.scale_set}"
        pages = await self._pages(pool, path, arm_shapes.NicPage, doing)
        return arm_shapes.addresses_of(nic for page in pages for nic in page.value)

    async def destroy(self, pool: PoolAddress, instance_ids: Sequence[str]) -> str:
        if isinstance(instance_ids, str) or not instance_ids:
            raise ValueError("destroy needs the ids of the instances; an empty selection acts on nothing")
        wanted = list(dict.fromkeys(instance_ids))
        try:
            return await self._delete(pool, wanted)
        except Refused as refusal:
            # Azure rejects the whole request, and does nothing, when one of the instances "is not an active Virtual
            # Machine Scale Set VM instanceId": gone, or on its way (kubernetes-sigs/cloud-provider-azure#2356).
            if refusal.reason != "request_rejected":
                raise
            staying = [id for id in wanted if not await self._is_leaving(pool, id)]
            if staying == wanted:
                raise
        return await self._delete(pool, staying) if staying else arm_operations.FINISHED

    async def set_capacity(self, pool: PoolAddress, capacity: int, etag: str) -> str:
        from azure.core import MatchConditions
        from azure.mgmt.compute.models import VirtualMachineScaleSetUpdate

        if capacity < 0:
            raise ValueError(f"a capacity of {capacity} cannot be wanted")
        if not etag:
            raise Refused("azure", "no_etag", {"scale_set": pool.scale_set})
        return await self._begin(
            pool,
            f"setting the capacity of {pool.scale_set} to {capacity}",
            lambda client: client.virtual_machine_scale_sets.begin_update(
                pool.resource_group,
                pool.scale_set,
                VirtualMachineScaleSetUpdate({"sku": {"capacity": capacity}}),
                etag=etag,
                match_condition=MatchConditions.IfNotModified,
                polling=arm_operations.one_look(),
            ),
        )

    async def look(self, pool: PoolAddress, token: str) -> Progress:
        if token == arm_operations.FINISHED:
            return Progress(ProgressState.SUCCEEDED)
        doing = f"looking at an operation on {pool.scale_set}"
        client = self._clients.of(pool.subscription)
        try:
            return await calls.send_once(lambda: arm_operations.look(client, token), self._timeout_s)
        except ValueError:
            raise Unknown(f"{doing}: its token cannot be read") from None
        except calls.wire_errors() as error:
            if calls.status_of(error) == 404:
                raise Unknown(f"{doing}: Azure does not know it any more") from None
            raise arm_errors.for_read(error, doing) from None

    async def close(self) -> None:
        """Close the connections. A call after this opens new ones."""
        await self._clients.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def _is_leaving(self, pool: PoolAddress, instance_id: str) -> bool:
        instance = await self.instance(pool, instance_id)
        return instance is None or instance.provisioning is Provisioning.DELETING

    async def _delete(self, pool: PoolAddress, instance_ids: list[str]) -> str:
        return await self._begin(
            pool,
            f"destroying {len(instance_ids)} instances of {pool.scale_set}",
            lambda client: client.virtual_machine_scale_sets.begin_delete_instances(
                pool.resource_group,
                pool.scale_set,
                {"instanceIds": instance_ids},
                polling=arm_operations.one_look(),
            ),
        )

    async def _begin(
        self,
        pool: PoolAddress,
        doing: str,
        begin: Callable[[ComputeManagementClient], Awaitable[AsyncLROPoller[Any]]],
    ) -> str:
        client = self._clients.of(pool.subscription)
        try:
            poller = await calls.send_once(lambda: begin(client), self._timeout_s)
        except calls.wire_errors() as error:
            raise arm_errors.for_write(error, doing) from None
        return poller.continuation_token()

    async def _pages[P: (arm_shapes.VmPage, arm_shapes.NicPage)](
        self, pool: PoolAddress, path: str, kind: type[P], doing: str
    ) -> list[P]:
        pages: list[P] = []
        asked: set[str] = set()
        following: str | None = path
        while following:
            if following in asked or len(asked) >= MOST_PAGES:
                raise Retry(f"{doing}: the pages lead in a circle", arm_errors.BUSY_PAUSE)
            asked.add(following)
            page = _decode(await self._get(pool, following, doing), kind, doing)
            pages.append(page)
            following = page.next_link
        return pages

    async def _get(self, pool: PoolAddress, url: str, doing: str) -> AsyncHttpResponse:
        try:
            return await self._ask(pool, url)
        except calls.wire_errors() as error:
            raise arm_errors.for_read(error, doing) from None

    async def _ask(self, pool: PoolAddress, url: str) -> AsyncHttpResponse:
        """GET, a few times if need be. Raises what the SDK raises, also for statuses from 400."""
        from azure.core.rest import HttpRequest

        client = self._clients.of(pool.subscription)

        async def once() -> AsyncHttpResponse:
            request = HttpRequest("GET", url, headers={"Accept": "application/json"})
            answer = await client.send_request(request)
            answer.raise_for_status()
            return answer

        return await calls.read(once, self._timeout_s)


def _decode[T](answer: AsyncHttpResponse, kind: type[T], doing: str) -> T:
    try:
        return msgspec.json.decode(answer.content, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise Retry(f"{doing}: the answer cannot be read ({error})", arm_errors.BUSY_PAUSE) from None


def _path(pool: PoolAddress, below: str, version: str) -> str:
    subscription, group, name = (
        quote(part, safe="") for part in (pool.subscription, pool.resource_group, pool.scale_set)
    )
    return (
        f"/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Compute"
        f"/virtualMachineScaleSets/{name}{below}?api-version={version}"
    )
