"""One request to one master: addresses, headers, and the errors that answers become.

Every request of this room is made here, so that a later login has one place for its header. A read may be answered,
redirected or lost, and all but the first is a `Retry`. A write that got no answer is `Unknown`: on a master, "no
answer" has marked agents gone before.

A master that does not lead sends 307 with the leader's address (apache/mesos:src/master/http.cpp, `redirect`); that
becomes `LeaderMoved`, on which the scheduler looks for the leader again, once.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import urlsplit

import msgspec

from shared.errors import Refused, Retry, Unknown, with_detail
from shared.ports.http import Http, HttpAnswer, HttpCall

DEFAULT_PORT = 5050
PROBE_TIMEOUT_S = 2.0
"""How long one silent master may hold up the search for the leader."""

READ_TIMEOUT_S = 20.0
WRITE_TIMEOUT_S = 15.0
"""MARK_AGENT_GONE answers after the registry has stored it: `registry_store_timeout` on DC/OS is 60 s at worst
(dcos/dcos:gen/dcos-config.yaml), but then the outcome is looked up, not waited for."""

AGAIN = timedelta(seconds=10)
LOST = (TimeoutError, ConnectionResetError, ConnectionAbortedError, BrokenPipeError)
"""What breaks after the request may have left. Any other `OSError` means that no connection came about."""

UNREADABLE = (msgspec.MsgspecError, ValueError, RecursionError)
"""What reading an answer raises when it is malformed; the last, when it is nested without end."""

REDIRECTS = frozenset({301, 302, 307, 308})


class LeaderMoved(Retry):
    """The master that was asked does not lead any more; it did nothing and named another."""


class Malformed(Retry):
    """A master's answer that can't be read; no half of it is used. Asking again at once would change nothing."""

    def __init__(self, master: str, what: str, error: Exception) -> None:
        super().__init__(f"the answer of master {master} to {what} is malformed ({error})", AGAIN)


def address(master: str) -> str:
    """`host:port` of a master given as `host` or `host:port`, in lower case."""
    host, colon, port = master.strip().lower().rpartition(":")
    return f"{host}:{port}" if colon else f"{port}:{DEFAULT_PORT}"


def location(answer: HttpAnswer) -> str | None:
    """`host:port` that a redirect names. Mesos leaves the scheme out: `//10.0.0.5:5050/state`."""
    target = urlsplit(answer.headers.get("location", "")).netloc
    return address(target) if target else None


class Masters:
    """Requests to masters by their `host:port`."""

    def __init__(self, http: Http) -> None:
        self._http = http

    async def send(
        self, master: str, path: str, body: object = None, timeout_s: float = READ_TIMEOUT_S
    ) -> HttpAnswer:
        """GET without a body, POST of its JSON with one. Raises what `Http` raises."""
        return await self._http.send(
            HttpCall(
                method="GET" if body is None else "POST",
                url=f"http://{master}{path}",
                headers=self._headers(body is not None),
                body=None if body is None else msgspec.json.encode(body),
                timeout_s=timeout_s,
            )
        )

    def _headers(self, has_body: bool) -> Mapping[str, str]:
        headers = {"accept": "application/json"}
        if has_body:
            headers["content-type"] = "application/json"  # with a charset behind it, Mesos answers 415
        return headers

    async def read(
        self, master: str, path: str, body: object = None, timeout_s: float = READ_TIMEOUT_S
    ) -> bytes:
        """The body of a 200 answer. `Retry` for everything else."""
        what = _name(path, body)
        try:
            answer = await self.send(master, path, body, timeout_s)
        except OSError as error:  # TimeoutError and ConnectionError are OSErrors
            raise Retry(with_detail(f"master {master} did not answer {what}", str(error)), AGAIN) from error
        if answer.status in REDIRECTS:
            raise LeaderMoved(f"master {master} does not lead any more", timedelta(0))
        if answer.status != 200:
            raise Retry(f"master {master} answered {what} with {shown(answer)}", AGAIN)
        return answer.body

    async def write(self, master: str, path: str, body: object) -> HttpAnswer:
        """The answer of a request that changes something, where it is neither lost nor one of the common refusals."""
        what = _name(path, body)
        try:
            answer = await self.send(master, path, body, WRITE_TIMEOUT_S)
        except LOST as error:
            lost = f"{what} was sent to master {master} and not answered"
            raise Unknown(with_detail(lost, str(error))) from error
        except OSError as error:
            unsent = f"{what} could not be sent to master {master}"
            raise Retry(with_detail(unsent, str(error)), AGAIN) from error
        if answer.status in REDIRECTS:
            raise LeaderMoved(f"master {master} does not lead any more", timedelta(0))
        if answer.status in {401, 403}:
            raise Refused("mesos", "not_authorized", {"status": answer.status})
        if answer.status in {429, 503}:
            raise Retry(f"master {master} is busy: {what} was answered with {shown(answer)}", AGAIN)
        if answer.status >= 500 and answer.status != 501:
            raise Unknown(f"{what} was answered by master {master} with {shown(answer)}")
        return answer


def shown(answer: HttpAnswer) -> str:
    """Status and the beginning of the text, for a sentence."""
    text = " ".join(answer.body[:200].decode("utf-8", "replace").split())
    return f"{answer.status}{f' ({text})' if text else ''}"


def _name(path: str, body: object) -> str:
    kind = body.get("type") if isinstance(body, dict) else None
    return str(kind) if kind else path
