"""An Event Grid topic in the CloudEvents schema, that remembers what was published to it.

`POST /api/events?api-version=2018-01-01` with a batch of CloudEvents 1.0:

1. neither a bearer token nor the topic's key: 401;
2. the content type is not `application/cloudevents-batch+json`: 415;
3. more than 1 MB: 413;
4. the body is not an array of events, each with the attributes that CloudEvents requires: 400, none of them is taken;
5. otherwise all are taken: 200 with an empty body.

An event that is published twice is taken twice: a topic does not look at ids, subscribers do.
Source: MicrosoftDocs/azure-docs event-grid/post-to-custom-topic.md, cloud-event-schema.md; cloudevents/spec spec.md,
"Required Attributes".
"""

from __future__ import annotations

from typing import Any

import msgspec

from simulator.wire import Request, Response, json_response

PATH = "/api/events"
BATCH = "application/cloudevents-batch+json"
LARGEST = 1024 * 1024
REQUIRED = ("id", "source", "type", "specversion")


class TopicFace:
    """`key` is the topic's own, empty: identities alone are let in. `events` are all that were taken, in order."""

    def __init__(self, key: str = "") -> None:
        self._key = key
        self.events: list[dict[str, Any]] = []

    async def handle(self, request: Request) -> Response:
        """Answer one request; see the module's numbered list."""
        if request.method != "POST" or request.path != PATH:
            return _error(404, "NotFound", f"a topic has nothing at {request.method} {request.path}")
        if not self._may_publish(request):
            return _error(401, "Unauthorized", "the request has neither a token nor the topic's key")
        if not request.headers.get("content-type", "").lower().startswith(BATCH):
            return _error(415, "UnsupportedMediaType", f"this topic takes {BATCH}")
        if len(request.body) > LARGEST:
            return _error(413, "RequestEntityTooLarge", "a topic takes at most 1 MB at a time")
        try:
            events = request.json()
        except msgspec.DecodeError as error:
            return _error(400, "BadRequest", f"the body is not JSON: {error}")
        if not isinstance(events, list) or not all(_is_cloud_event(one) for one in events):
            return _error(400, "BadRequest", f"every event must have {', '.join(REQUIRED)}, in version 1.0")
        self.events.extend(events)
        return Response(200)

    def _may_publish(self, request: Request) -> bool:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        key = request.headers.get("aeg-sas-key", "")
        return bool(scheme.lower() == "bearer" and token) or bool(self._key and key == self._key)


def _is_cloud_event(event: Any) -> bool:
    if not isinstance(event, dict) or event.get("specversion") != "1.0":
        return False
    return all(isinstance(event.get(name), str) and event[name] for name in REQUIRED)


def _error(status: int, code: str, message: str) -> Response:
    return json_response(status, {"error": {"code": code, "message": message}})
