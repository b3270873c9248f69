"""Queues and tables of the storage accounts that bindings name.

A binding names its account by a setting (``connection``), and that setting holds a connection string. Clients are
made on first use, share one transport per account and close together when the host stops. This host reads connection
strings only: identity-based connections (``NAME__queueServiceUri``) belong to Azure.

Message texts are encoded here, as host.json's ``messageEncoding`` says: base64 unless it is ``none``.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
from collections.abc import Mapping

from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError
from azure.data.tables.aio import TableClient, TableServiceClient
from azure.storage.queue.aio import QueueClient, QueueServiceClient

from simulator.host.errors import SettingsError

# The emulator's well-known account (Azure/Azurite README); "UseDevelopmentStorage=true" stands for it.
_EMULATOR = (
    "DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;"
    "AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==;"
    "BlobEndpoint=http://127.0.0.1:10000/devstoreaccount1;"
    "QueueEndpoint=http://127.0.0.1:10001/devstoreaccount1;"
    "TableEndpoint=http://127.0.0.1:10002/devstoreaccount1;"
)


class UndecodableMessage(ValueError):
    """A message's text is not in the encoding that host.json demands."""


class Storage:
    """Clients for the queues and tables of this app, by connection setting and name."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._queue_services: dict[str, QueueServiceClient] = {}
        self._table_services: dict[str, TableServiceClient] = {}
        self._queues: dict[tuple[str, str], QueueClient] = {}
        self._tables: dict[tuple[str, str], TableClient] = {}

    def connection(self, setting: str) -> str:
        """The connection string that ``setting`` names; ``AzureWebJobs<setting>`` is looked for as well."""
        name = setting or "AzureWebJobsStorage"
        for candidate in (name, f"AzureWebJobs{name}"):
            if value := self._environment.get(candidate):
                return _EMULATOR if value.strip().rstrip(";") == "UseDevelopmentStorage=true" else value
        raise SettingsError(
            f"The setting {name} holds no storage connection string; the host did not start. "
            "Set it in local.settings.json under Values, or in the environment."
        )

    def queue(self, setting: str, name: str) -> QueueClient:
        """The queue ``name`` in the account of ``setting``. Makes no call."""
        account = self.connection(setting)
        if account not in self._queue_services:
            # The SDK waits about 15 s before its first retry; with an emulator on this machine that helps nobody,
            # and whoever delivers an event waits for the answer.
            try:
                service = QueueServiceClient.from_connection_string(
                    account, retry_total=1, initial_backoff=0.2, random_jitter_range=0
                )
            except ValueError as problem:
                raise _malformed(setting) from problem
            self._queue_services[account] = service
        key = (account, name)
        if key not in self._queues:
            self._queues[key] = self._queue_services[account].get_queue_client(name)
        return self._queues[key]

    def table(self, setting: str, name: str) -> TableClient:
        """The table ``name`` in the account of ``setting``. Makes no call."""
        account = self.connection(setting)
        if account not in self._table_services:
            try:
                service = TableServiceClient.from_connection_string(account, retry_total=1)
            except ValueError as problem:
                raise _malformed(setting) from problem
            self._table_services[account] = service
        key = (account, name)
        if key not in self._tables:
            self._tables[key] = self._table_services[account].get_table_client(name)
        return self._tables[key]

    async def close(self) -> None:
        """Close every client. Nothing may use them afterwards."""
        for queues in self._queue_services.values():
            await queues.close()
        for tables in self._table_services.values():
            await tables.close()


async def send_creating(queue: QueueClient, text: str) -> None:
    """Send a stored text; create the queue when it is missing. Others may create it at the same time."""
    try:
        await queue.send_message(text)
    except ResourceNotFoundError:
        with contextlib.suppress(ResourceExistsError):
            await queue.create_queue()
        await queue.send_message(text)


def encode_message(body: str | bytes, *, is_base64: bool) -> str:
    """The text that is stored for a message body. Raises ValueError when ``none`` cannot carry the bytes."""
    raw = body.encode() if isinstance(body, str) else body
    return base64.b64encode(raw).decode("ascii") if is_base64 else raw.decode("utf-8")


def decode_message(text: str, *, is_base64: bool) -> bytes:
    """The body of a stored message; raises ``UndecodableMessage`` when it is not base64 and should be."""
    if not is_base64:
        return text.encode()
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as problem:
        raise UndecodableMessage(str(problem)) from problem


def _malformed(setting: str) -> SettingsError:
    return SettingsError(
        f"The setting {setting or 'AzureWebJobsStorage'} is not a storage connection string; the host did not start."
    )
