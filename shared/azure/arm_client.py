"""One azure-mgmt-compute client per subscription, made when it is first needed.

The SDK costs most of a second to import and is imported here, in the one function that makes a client. Its retries
are off (see `calls`), its polling never waits (see `arm_operations`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from msgspec import Struct

from shared.azure import proxy
from shared.azure.budget import budget_policy
from shared.azure.identity import open_credential
from shared.model.mark import HEADERS, NO_MARK, Mark
from shared.ports.telemetry import Telemetry

if TYPE_CHECKING:
    from azure.core.credentials import AccessToken
    from azure.core.credentials_async import AsyncTokenCredential
    from azure.core.pipeline import PipelineRequest
    from azure.core.pipeline.transport import AsyncHttpTransport
    from azure.core.rest import HttpRequest
    from azure.mgmt.compute.aio import ComputeManagementClient

    type Transport = AsyncHttpTransport[HttpRequest, Any]


class ArmSettings(Struct, frozen=True):
    """Azure Resource Manager, or something that answers like it."""

    endpoint: str | None = None
    """None: the public cloud. An http endpoint needs a `static_token`, for real tokens are sent by TLS only."""

    static_token: str | None = None
    """Sent as it is instead of asking for a token. Never shown by `repr`."""

    client_id: str | None = None
    """The client id of a user-assigned identity, see `identity.open_credential`."""

    mark: Mark = NO_MARK
    """Is put on every write, so that what it leads to is known for ours."""

    telemetry: Telemetry | None = None
    """Is told what Azure still allows."""

    timeout_s: float = 20.0
    """For one request with its answer. A page of a thousand instances takes Azure some seconds."""

    def __repr__(self) -> str:
        token = "a static token (not shown)" if self.static_token else "an identity"
        return f"ArmSettings({self.endpoint or 'public cloud'}, {token}, timeout_s={self.timeout_s:g})"


class ArmClients:
    """`transport` replaces the network, for a cloud that is simulated in the same process."""

    def __init__(self, settings: ArmSettings, transport: Transport | None = None) -> None:
        if (settings.endpoint or "").startswith("http:") and settings.static_token is None:
            raise ValueError(
                f"{settings.endpoint} is not https: it needs a static token, no real one is sent to it"
            )
        self._settings = settings
        self._transport = transport
        self._credential: AsyncTokenCredential | None = None
        self._clients: dict[str, ComputeManagementClient] = {}

    def of(self, subscription: str) -> ComputeManagementClient:
        """The client for a subscription. Nothing is sent yet."""
        if subscription not in self._clients:
            self._clients[subscription] = self._open(subscription)
        return self._clients[subscription]

    async def close(self) -> None:
        clients, credential = list(self._clients.values()), self._credential
        self._clients, self._credential = {}, None
        for client in clients:
            await client.close()
        if credential is not None:
            await credential.close()

    def _open(self, subscription: str) -> ComputeManagementClient:
        from azure.mgmt.compute.aio import ComputeManagementClient

        settings = self._settings
        options: dict[str, Any] = {
            "retry_total": 0,
            "polling_interval": 0,
            "connection_timeout": min(5.0, settings.timeout_s),
            "read_timeout": settings.timeout_s,
            "use_env_settings": proxy.is_set(),
            "per_call_policies": [
                _mark_policy(settings.mark),
                *([budget_policy(settings.telemetry)] if settings.telemetry is not None else []),
            ],
        }
        if settings.endpoint is not None:
            options["base_url"] = settings.endpoint.rstrip("/")
            options["credential_scopes"] = [settings.endpoint.rstrip("/") + "/.default"]
        if self._transport is not None:
            options["transport"] = self._transport
        if settings.static_token is not None:
            options["authentication_policy"] = _static_token_policy(settings.static_token)
            return ComputeManagementClient(_NeverAsked(), subscription, **options)
        if self._credential is None:
            self._credential = open_credential(settings.client_id)
        return ComputeManagementClient(self._credential, subscription, **options)


class _NeverAsked:
    """Beside a static token the SDK still wants a credential, and azure-identity is slow to import."""

    async def get_token(self, *scopes: str, **options: Any) -> AccessToken:
        raise RuntimeError(f"a token for {', '.join(scopes)} was asked for although a static one is set")

    async def close(self) -> None:
        """Nothing is open."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        """Nothing is open."""


def _mark_policy(mark: Mark) -> object:
    """Both ids of a write are ours. Reads change nothing, nobody hears of them."""
    from azure.core.pipeline.policies import SansIOHTTPPolicy

    class Marked(SansIOHTTPPolicy[Any, Any]):
        def on_request(self, request: PipelineRequest[HttpRequest]) -> None:
            if request.http_request.method != "GET":
                request.http_request.headers.update(dict.fromkeys(HEADERS, mark.new()))

    return Marked()


def _static_token_policy(token: str) -> object:
    """The SDK's own policy refuses to send a token over http and honours no client-wide switch for it; another
    authentication policy in its place is its documented way out (measured with azure-mgmt-compute 39)."""
    from azure.core.pipeline.policies import SansIOHTTPPolicy

    class StaticToken(SansIOHTTPPolicy[Any, Any]):
        def on_request(self, request: PipelineRequest[HttpRequest]) -> None:
            request.http_request.headers["Authorization"] = f"Bearer {token}"

    return StaticToken()
