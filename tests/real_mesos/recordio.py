"""Mesos's v1 HTTP calls, with plain answers and with streams of events.

A stream is a chunked answer of records, each framed as `<length in bytes>\\n<record>`
(apache/mesos:docs/scheduler-http-api.md, "RecordIO response format"). Standard library only: the executor is started
by the agent for each task and must be up quickly.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator, Mapping
from typing import Any

type Json = dict[str, Any]

HEADERS = {"Content-Type": "application/json", "Accept": "application/json"}


class EventStream:
    """POSTs one call and iterates over the events of its answer until the connection ends."""

    def __init__(self, address: str, path: str, call: Json, timeout_s: float | None = None) -> None:
        self._connection = http.client.HTTPConnection(address, timeout=timeout_s)
        self._connection.request("POST", path, json.dumps(call), HEADERS)
        self._response = self._connection.getresponse()
        self.status = self._response.status
        self.stream_id = self._response.getheader("Mesos-Stream-Id", "")

    def text(self) -> str:
        """The whole answer, where it is an error and not a stream."""
        return self._response.read().decode("utf-8", "replace")

    def __iter__(self) -> Iterator[Json]:
        unread = b""
        while True:
            try:
                while b"\n" not in unread:
                    unread += self._more()
                length, _, unread = unread.partition(b"\n")
                while len(unread) < int(length):
                    unread += self._more()
            except (http.client.HTTPException, OSError):
                return
            record, unread = unread[: int(length)], unread[int(length) :]
            yield json.loads(record)

    def _more(self) -> bytes:
        data = self._response.read1(65536)
        if not data:
            raise ConnectionError("the stream has ended")
        return data


def post(address: str, path: str, call: Json, headers: Mapping[str, str] | None = None) -> tuple[int, str]:
    """One call with a plain answer: status and text."""
    connection = http.client.HTTPConnection(address, timeout=30)
    try:
        connection.request("POST", path, json.dumps(call), {**HEADERS, **(headers or {})})
        response = connection.getresponse()
        return response.status, response.read().decode("utf-8", "replace")
    finally:
        connection.close()
