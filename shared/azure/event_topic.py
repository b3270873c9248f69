"""Our own lifecycle events, published to an Event Grid topic as CloudEvents 1.0.

Who subscribes to the topic learns of incidents and operations without access to our storage. One event is one piece of
news; its `id` is the same however often it is published, so that a subscriber can drop what comes twice. The topic must
take the CloudEvents schema (`inputSchema` CloudEventSchemaV1_0), and our identity needs the role EventGrid Data Sender.
Source: MicrosoftDocs/azure-docs event-grid/cloud-event-schema.md, post-to-custom-topic.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from msgspec import to_builtins

from shared.azure import calls, proxy, storage_errors
from shared.azure.identity import open_credential
from shared.errors import PoolkeeperError, Refused
from shared.model.news import News
from shared.ports.closing import Closing
from shared.ports.notifier import Events

if TYPE_CHECKING:
    from azure.core.credentials import AzureKeyCredential
    from azure.core.credentials_async import AsyncTokenCredential
    from azure.core.messaging import CloudEvent
    from azure.eventgrid.aio import EventGridPublisherClient

    from shared.azure.arm_client import Transport

TYPE = "Poolkeeper."
TIMEOUT_S = 20.0


class EventTopic(Closing, Events):
    """`endpoint` is the topic's, such as https://NAME.REGION-1.eventgrid.azure.net/api/events. `credential` is for
    those who have their own; else our identity. `transport` replaces the network, for a topic that is simulated in the
    same process."""

    def __init__(
        self,
        endpoint: str,
        client_id: str | None,
        credential: AsyncTokenCredential | AzureKeyCredential | None = None,
        transport: Transport | None = None,
    ) -> None:
        self._endpoint, self._client_id, self._given = endpoint, client_id, credential
        self._transport = transport
        self._credential: AsyncTokenCredential | None = None
        self._client: EventGridPublisherClient | None = None

    async def publish(self, news: Sequence[News]) -> None:
        if not news:
            return
        events = [cloud_event(one) for one in news]
        client = self._open()
        try:
            await calls.send_once(lambda: client.send(events), TIMEOUT_S)
        except calls.wire_errors() as error:
            # As for a read: an event that comes twice is seen by its id, so nothing here is `Unknown`. Without its
            # cause: what an SDK prints of a request may hold what must not be in a log.
            raise _told(storage_errors.for_read(error, "the answer of the event topic")) from None

    async def close(self) -> None:
        client, credential = self._client, self._credential
        self._client, self._credential = None, None
        if client is not None:
            await client.close()
        if credential is not None:
            await credential.close()

    def _open(self) -> EventGridPublisherClient:
        if self._client is None:
            from azure.eventgrid.aio import EventGridPublisherClient

            own = self._given
            if own is None:
                own = self._credential = open_credential(self._client_id)
            options: dict[str, Any] = {
                "retry_total": 0,
                "logging_enable": False,
                "use_env_settings": proxy.is_set(),
            }
            if self._transport is not None:
                options["transport"] = self._transport
            self._client = EventGridPublisherClient(self._endpoint, own, **options)
        return self._client


def cloud_event(news: News) -> CloudEvent[Any]:
    """`source` is the cluster, `subject` the node, pool or cluster below it, `type` the kind."""
    from azure.core.messaging import CloudEvent

    data = to_builtins(news)
    del data["id"], data["key"], data["kind"]
    return CloudEvent(
        source=f"/poolkeeper/clusters/{news.cluster}",
        type=TYPE + news.kind.value,
        subject=f"{news.pool}/{news.subject}" if news.pool and news.pool != news.subject else news.subject,
        time=news.at,
        id=news.id,
        data=data,
    )


def _told(error: PoolkeeperError) -> PoolkeeperError:
    """Refused by the topic, and not by storage."""
    return Refused("event_topic", error.reason, error.numbers) if isinstance(error, Refused) else error
