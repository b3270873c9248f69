"""An action that is sent twice with the same Idempotency-Key is carried out once; the second answer is the first one.

1. The key is unknown: it is written down as begun, then the action is carried out, then its answer is kept.
2. It is known, with another path, body or etag: 422, nothing is done.
3. Its answer is kept: that is the answer.
4. It was begun, and less than a minute ago: 409, somebody is at it.
5. It was begun longer ago: whoever did died on the way; it is carried out now.

Keys are kept for a day at least. An answer of 500 and more is not kept: the same may be tried again. A key is one
caller's: two callers with the same key mean two things. Source of the meaning: IETF draft-ietf-httpapi-idempotency-key.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from shared.errors import Conflict, PoolkeeperError
from shared.ports.store import Store, Table, Write
from shared.records.answers import DAY, GivenAnswer, partition_of
from shared.records.rows import Rows

from .answers import Answer
from .called import Request
from .problem import Answered, problem

log = logging.getLogger(__name__)

HEADER = "idempotency-key"
LONGEST = 100
AT_WORK = timedelta(minutes=1)
LATER = {"Retry-After": "2"}


class Once:
    """What was done under which key, over one store."""

    def __init__(self, store: Store) -> None:
        self._store, self._rows = store, Rows(store, Table.ANSWERS, GivenAnswer)

    async def carry_out(
        self, who: str, request: Request, now: datetime, act: Callable[[], Awaitable[Answer]]
    ) -> Answer:
        """The answer of `act`, or the one that was given before."""
        key = request.header(HEADER)
        if not key:
            return await act()
        if len(key) > LONGEST or not (key.isascii() and key.isprintable()):
            detail = f"An Idempotency-Key has 1 to {LONGEST} printable characters of ASCII."
            raise Answered(problem(400, "bad_key", detail))
        row, of = (
            _digest(who, key),
            _digest(request.method, request.path, request.header("if-match"), request.body),
        )
        given, partition, etag = await self._begin(row, GivenAnswer(of, now), now)
        if given is not None:
            return given
        answer = await act()
        await self._keep(partition, row, etag, GivenAnswer(of, now, answer.status, answer.body.decode()))
        return answer

    async def _begin(self, row: str, mine: GivenAnswer, now: datetime) -> tuple[Answer | None, str, str]:
        """The answer that was given before; else where it is written that it was begun."""
        for partition in (partition_of(now), partition_of(now - DAY)):
            there = await self._rows.get(partition, row)
            if there is None:
                continue
            kept = there.value
            if kept.of != mine.of:
                detail = "This Idempotency-Key was used for another request: use a new one."
                raise Answered(problem(422, "key_of_another_request", detail))
            if kept.status:
                return Answer(kept.status, kept.body.encode(), {"Idempotency-Replayed": "true"}), "", ""
            if now - kept.begun_at < AT_WORK:
                raise Answered(problem(409, "at_work", "The same request is being carried out."), LATER)
            return None, partition, await self._put(partition, row, mine, there.etag)
        return None, partition_of(now), await self._put(partition_of(now), row, mine, None)

    async def _put(self, partition: str, row: str, mine: GivenAnswer, etag: str | None) -> str:
        try:
            return await self._rows.put(partition, row, mine, etag)
        except Conflict:
            detail = "The same request came a moment ago."
            raise Answered(problem(409, "at_work", detail), LATER) from None

    async def _keep(self, partition: str, row: str, etag: str, kept: GivenAnswer) -> None:
        """Rule 1. What was done is done, also when this can't be written: then rule 4 and 5 hold."""
        write = Write(row, None, etag)
        try:
            if kept.status < 500:
                await self._rows.put(partition, row, kept, etag)
            else:
                await self._store.write(Table.ANSWERS, partition, write)
        except PoolkeeperError as error:
            log.warning("the answer to an action could not be kept: %s", error)


def _digest(*parts: str | bytes) -> str:
    whole = hashlib.sha256()
    for part in parts:
        raw = part.encode("utf-8", "replace") if isinstance(part, str) else part
        whole.update(len(raw).to_bytes(8) + raw)
    return whole.hexdigest()
