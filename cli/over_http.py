"""The desk's office, asked through the app's API: what is read, said and answered is the same as over its storage.

Every call is one route of `shared/api/routes.py`, so that names, forms and answers have one place. A problem document
becomes the no that the desk says over storage too, with the same sentence, hint and exit code. Who speaks is known to
the API from the credentials; what is given here as `who` is not sent.

An action goes out with an Idempotency-Key and is sent again under it when no answer comes: it is carried out once.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import quote

import msgspec
from msgspec import Struct

from cli.trouble import UNREADABLE, USAGE, Trouble
from shared.api.etags import FIELD, row_of, row_token
from shared.api.problem import STATUS, Answered, Problem
from shared.api.routes import ROUTES
from shared.desk.orders import Done
from shared.desk.told import No, Told

TIMES = 3  # an action is sent, all in all
WAIT_S = 2.0
NOT_DONE, NOT_KNOWN = "nothing was done", "whether it was done is not known"
_BY_NAME = {route.name: route for route in ROUTES}
_KINDS = {status: kind for kind, status in reversed(STATUS.items())}


class Heard(Struct, frozen=True):
    """What came back."""

    status: int
    body: bytes


class Silent(Exception):
    """No answer came. `why` tells what came instead; `is_unsent`: the request can't have reached anybody."""

    def __init__(self, why: str, *, is_unsent: bool = False) -> None:
        super().__init__(why)
        self.why, self.is_unsent = why, is_unsent


class Wire(Protocol):
    """Sends a request with credentials. `path` is below the API's root and quoted. Raises `Silent`."""

    async def send(
        self, method: str, path: str, query: Mapping[str, str], headers: Mapping[str, str], body: bytes
    ) -> Heard: ...


@dataclass(frozen=True)
class Asking:
    """Calls routes by their names. `is_rehearsal`: nothing that is said is kept. Raises `Told` for a no, `Trouble` for
    everything that stands in the way."""

    wire: Wire
    is_rehearsal: bool = False
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep

    async def read[T](self, kind: type[T], name: str, wanted: Struct | None = None, **names: str) -> T:
        """The answer of the route of this name; `wanted` are its filters."""
        route = _BY_NAME[name]
        query = _query(wanted) if wanted is not None else {}
        try:
            heard = await self.wire.send("GET", _path(route.path, names), query, {}, b"")
        except Silent as silent:
            raise Trouble(f"The API does not answer ({silent.why}), so nothing was read: {AGAIN}") from None
        return _understood(kind, heard, "nothing was read")

    async def act(self, name: str, order: Struct, etag: str = "", **names: str) -> Done:
        """Say it, once."""
        route = _BY_NAME[name]
        headers = {"content-type": "application/json", "idempotency-key": secrets.token_hex(16)}
        if etag:
            headers["if-match"] = f'"{row_token(etag)}"'
        query = {"rehearse": "true"} if self.is_rehearsal else {}
        path, body = _path(route.path, names), msgspec.json.encode(order)
        heard = await self._sent(lambda: self.wire.send(route.method, path, query, headers, body))
        return _understood(Done, heard, NOT_DONE)

    async def _sent(self, send: Callable[[], Awaitable[Heard]]) -> Heard:
        """Again under the same key, while it is not known whether it was done."""
        why, is_unsent = "", True
        for time in range(TIMES):
            if time:
                await self.pause(WAIT_S)
            try:
                heard = await send()
            except Silent as silent:
                why, is_unsent = silent.why, is_unsent and silent.is_unsent
                continue
            if heard.status < 500 and _reason(heard) != "at_work":
                return heard
            if heard.status == STATUS[No.UNREADY] and _reason(heard):
                return heard
            why, is_unsent = f"status {heard.status}", False
        known = f"so {NOT_DONE}: {AGAIN}" if is_unsent else f"and {NOT_KNOWN}: {LOOK}"
        raise Trouble(f"The API does not answer ({why}), {known}")


AGAIN = "see that its address is right and the app runs, then try again; without --api the storage is asked."
LOOK = "`overrides` and `operations` tell; then say it again."


def _path(pattern: str, names: Mapping[str, str]) -> str:
    return pattern.format_map({name: quote(one, safe="") for name, one in names.items()})


def _query(wanted: Struct) -> dict[str, str]:
    """Filters that say something."""
    given = msgspec.to_builtins(wanted)
    return {name: _text(value) for name, value in given.items() if value not in (None, "", False)}


def _text(value: Any) -> str:
    return "true" if value is True else str(value)


def _understood[T](kind: type[T], heard: Heard, what: str) -> T:
    if heard.status == 200:
        try:
            return msgspec.convert(_inward(msgspec.json.decode(heard.body)), kind)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, Answered):
            told = "whether it was done is not known" if what == NOT_DONE else what
            raise Trouble(
                f"What answers is no API of this version, {told}: see that the address is right, and that the"
                " app and this command line are of one version."
            ) from None
    raise _no(heard, what)


def _inward(value: Any) -> Any:
    """With etags as the storage has them: the other way round than `shared.api.etags.outward`."""
    if isinstance(value, dict):
        return {
            key: row_of(one) if key == FIELD and isinstance(one, str) else _inward(one)
            for key, one in value.items()
        }
    return [_inward(one) for one in value] if isinstance(value, list) else value


def _no(heard: Heard, what: str) -> Exception:
    try:
        told = msgspec.json.decode(heard.body, type=Problem)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        told = None
    if heard.status == 401:
        return Trouble(
            f"The API does not know these credentials, so {what}: see POOLKEEPER_MY_KEY, or POOLKEEPER_API_AUDIENCE"
            " and that this login is of the app's tenant."
        )
    if told is None:
        return Trouble(f"The API answers {heard.status} without saying why, so {what}: {AGAIN}", UNREADABLE)
    if heard.status == 403:
        return Trouble(f"{told.detail} So {what}: ask for that role, or somebody who has it.")
    if heard.status in _KINDS:
        return Told(_KINDS[heard.status], _reason(heard), told.detail, told.numbers)
    code = USAGE if heard.status == 400 else UNREADABLE
    return Trouble(f"The API answers {heard.status}: {told.detail} So {what}.", code)


def _reason(heard: Heard) -> str:
    """Of a problem document; empty when it is none."""
    try:
        return msgspec.json.decode(heard.body, type=Problem).type.rpartition("/")[2]
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return ""
