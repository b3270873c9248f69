"""The post: follow the audit of each cluster, send letters about what is news, and deliver them.

    News    cluster   cursor              up to which entry of the audit was told
                      target|<setting>    what a target has had within the hour
                      told|<digest>       a key that was told, for three days

Letters are sent first and the place is written after that, with the keys, in one transaction on the place's etag. So a
crash in between sends some twice and loses none, and of two that follow at once one begins anew. What is older than six
hours is not told any more: after a long silence nobody wants to hear all of it.

A letter that is not taken is sent again, later and later, for some hours; after that it goes to the quarantine with
what it says. Nothing of this is in the way of anything else: it has its own timer, its own queue and its own rows.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec
from msgspec import Struct

from shared.audit import AuditLog, Entry
from shared.audit.month import head_of
from shared.errors import Conflict, Poison, Refused, Retry, Unknown
from shared.model.audit import NOBODYS
from shared.model.news import News
from shared.policy.schema import Policy
from shared.ports.clock import Clock
from shared.ports.notifier import Events, Notifier
from shared.ports.queues import Queue, Queues
from shared.ports.store import Store, Stored, Table, Write
from shared.records import Records
from shared.records.quarantine import quarantine

from .context import context_of
from .derive import news_in
from .letters import TO_THE_TOPIC, Account, Letter, has_readers, letters_of, summaries, to_the_topic
from .words import in_words

CURSOR, TARGET, TOLD = "cursor", "target|", "told|"
TOO_OLD = timedelta(hours=6)
FORGOTTEN = timedelta(days=3)
AT_ONCE = 30  # pieces of news between two writes of the place: two rows at most for each, within 100
LONGEST_S = 45.0  # for one letter, whoever takes it
MOST_TRIES = 9  # the last one about four hours after the first


class Place(Struct, frozen=True):
    """The last entry that was told, of the month that `month` is in."""

    month: datetime
    number: int = 0


class Known(Struct, frozen=True):
    """What is remembered of a cluster's letters."""

    place: Place
    etag: str | None
    accounts: Mapping[str, Account]


class Post:
    """`events` None: there is no topic."""

    def __init__(self, store: Store, queues: Queues, clock: Clock, notifier: Notifier, events: Events | None):
        self._store, self._queues, self._clock = store, queues, clock
        self._notifier, self._events = notifier, events
        self._records, self._audit = Records(store), AuditLog(store)

    async def tell(self, policy: Policy) -> None:
        """Send letters about what is new in every cluster, and about the policy itself."""
        names = [cluster.name for cluster in policy.clusters]
        await asyncio.gather(*(self._follow(name, policy) for name in (*names, NOBODYS)))

    async def deliver(self, body: str) -> None:
        """One letter of the queue. `Poison` when it is none."""
        try:
            letter = msgspec.json.decode(body, type=Letter)
        except (msgspec.MsgspecError, RecursionError, UnicodeError) as error:
            raise Poison(f"this is not a letter: {error}") from error
        try:
            async with asyncio.timeout(LONGEST_S):
                await self._hand_out(letter)
        except (Refused, Poison) as error:
            await self._give_up(letter, str(error))
        except (Retry, Unknown, TimeoutError) as error:
            await self._again(letter, str(error) or f"it took longer than {LONGEST_S:g} s")

    async def _hand_out(self, letter: Letter) -> None:
        if letter.to != TO_THE_TOPIC:
            await self._notifier.send(letter.to, letter.severity, letter.title, letter.text)
        elif self._events is not None:
            await self._events.publish(letter.news)

    async def _again(self, letter: Letter, why: str) -> None:
        tries = letter.tries + 1
        if tries >= MOST_TRIES:
            await self._give_up(letter, f"it was not taken {tries} times, the last time: {why}")
            return
        later = msgspec.structs.replace(letter, tries=tries)
        await self._queues.send(
            Queue.NOTIFICATIONS, msgspec.json.encode(later), timedelta(minutes=2 ** (tries - 1))
        )

    async def _give_up(self, letter: Letter, why: str) -> None:
        whom = letter.to or "the event topic"
        about = f"a letter to {whom} could not be delivered: {why}"
        body = msgspec.json.encode(letter).decode()
        await quarantine(self._store, "notifications", about, body, self._clock.now())

    async def _follow(self, name: str, policy: Policy) -> None:
        cluster = policy.cluster(name)
        if self._events is None and not has_readers(cluster, policy):
            return
        known = await self._known(name)
        while True:
            try:
                more = await self._turn(name, policy, known)
            except Conflict:
                return  # somebody else follows this cluster at the same time
            if not more:
                return
            known = await self._known(name)

    async def _turn(self, name: str, policy: Policy, known: Known) -> bool:
        """One stretch of the audit. Whether there is more."""
        entries, following = await self._entries(name, known.place)
        now = self._clock.now()
        letters, accounts = summaries(name, known.accounts, now)
        taken, news = _stretch(entries, now - TOO_OLD)
        fresh, marks = await self._fresh(name, news, now)
        if fresh:
            context = await context_of(self._records, policy.cluster(name), fresh)
            told = [in_words(one, context) for one in fresh]
            more, accounts = letters_of(told, policy, accounts, now)
            letters += more
            letters += to_the_topic(name, told) if self._events is not None else ()
        for letter in letters:
            await self._queues.send(Queue.NOTIFICATIONS, msgspec.json.encode(letter), timedelta(0))
        place = Place(known.place.month, taken[-1].number) if taken else known.place
        unread = len(taken) < len(entries)
        if not unread and following is not None:
            place = Place(following)
        if place != known.place or letters or accounts != known.accounts:
            rows = [Write(f"{TARGET}{to}", msgspec.json.encode(one), "*") for to, one in accounts.items()]
            cursor = Write(CURSOR, msgspec.json.encode(place), known.etag)
            await self._store.write_all(Table.NEWS, name, [cursor, *rows, *marks])
        return unread or following is not None

    async def _known(self, name: str) -> Known:
        rows = {one.row: one for one in await self._store.query(Table.NEWS, name, CURSOR, TOLD)}
        at = rows.pop(CURSOR, None)
        place = msgspec.json.decode(at.body, type=Place) if at else Place(self._clock.now())
        accounts = {
            row.removeprefix(TARGET): msgspec.json.decode(one.body, type=Account) for row, one in rows.items()
        }
        return Known(place, at.etag if at else None, accounts)

    async def _entries(self, name: str, place: Place) -> tuple[tuple[Entry, ...], datetime | None]:
        """What is behind the place, and the next month when nothing more will come in this one."""
        now, following = self._clock.now(), (place.month.replace(day=1) + timedelta(days=32)).replace(day=1)
        is_past = (place.month.year, place.month.month) < (now.year, now.month)
        head = await head_of(self._store, name, place.month) if is_past else None
        entries = await self._audit.read(name, place.month, place.number)
        return entries, following if is_past and (head is None or head.closed) else None

    async def _fresh(self, name: str, news: Sequence[News], now: datetime) -> tuple[list[News], list[Write]]:
        """What was not told yet, and the writes that remember it and forget what was told long ago."""
        if not news:
            return [], []
        rows = await self._store.query(Table.NEWS, name, TOLD, TOLD[:-1] + "}")
        known, marks, fresh = {one.row for one in rows}, list[Write](), list[News]()
        for one in news:
            row = _row(one.key)
            if row not in known:
                known.add(row)
                fresh.append(one)
                marks.append(Write(row, msgspec.json.encode(now), "*"))
        return fresh, marks + [Write(one.row, None, "*") for one in _old(rows, now)]


def _stretch(entries: Sequence[Entry], since: datetime) -> tuple[list[Entry], list[News]]:
    """As many entries as hold `AT_ONCE` pieces of news, and those."""
    taken, news = list[Entry](), list[News]()
    for entry in entries:
        found = list(news_in(entry)) if entry.record.at > since else []
        if news and len(news) + len(found) > AT_ONCE:
            break
        taken.append(entry)
        news += found
    return taken, news


def _old(rows: Sequence[Stored], now: datetime) -> list[Stored]:
    old = [one for one in rows if msgspec.json.decode(one.body, type=datetime) < now - FORGOTTEN]
    return old[:AT_ONCE]


def _row(key: str) -> str:
    return TOLD + hashlib.blake2b(key.encode(), digest_size=12).hexdigest()
