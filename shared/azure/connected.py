"""One service of a storage account, tables or queues: connected at the first call, closed with its identity.

Opening is put off because a Functions host imports the app long before it has anything to do, and because the SDKs take
long to import. After `close` the next call connects anew.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, Protocol

from shared.azure.identity import open_credential
from shared.azure.storage import StorageSettings, client_options
from shared.ports.closing import Closing

if TYPE_CHECKING:
    from azure.core.credentials_async import AsyncTokenCredential


class Closable(Protocol):
    async def close(self) -> None: ...


class Connected[Service: Closable, Client](Closing):
    """`Client` is the SDK's client of one table or queue, of which the service makes many over one connection."""

    def __init__(self, settings: StorageSettings) -> None:
        self._settings = settings
        self._service: Service | None = None
        self._credential: AsyncTokenCredential | None = None
        self._clients: dict[str, Client] = {}

    @abstractmethod
    def _kind(self) -> tuple[type[Service], str | None]:
        """The SDK's class, imported only now, and the URL of this account's service where the settings have it."""

    def _open(self) -> Service:
        if self._service is None:
            found, url = self._kind()
            kind: Any = found
            options = client_options(self._settings)
            if self._settings.connection_string:
                self._service = kind.from_connection_string(self._settings.connection_string, **options)
            else:
                self._credential = open_credential(self._settings.client_id)
                self._service = kind(url or "", credential=self._credential, **options)
        return self._service

    async def close(self) -> None:
        service, credential = self._service, self._credential
        self._service, self._credential, self._clients = None, None, {}
        if service is not None:
            await service.close()
        if credential is not None:
            await credential.close()
