"""Who gets what: targets of the policy, how much each gets within an hour, and what is held back. No I/O.

    a piece of news  ->  every target of its pool (else cluster, else file) that wants it   -> a letter each
    all of them      ->  the event topic, when there is one                                 -> letters of many

A target that has had its `per_hour` gets nothing more until the hour that began with its first letter is over; what is
held back is counted, and told in one letter after that. The topic has no such limit: programs read it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

import msgspec
from msgspec import Struct, field
from msgspec.structs import replace

from shared.model.news import News
from shared.model.signals import Severity
from shared.policy.notify import Target
from shared.policy.schema import ClusterPolicy, Policy
from shared.ports.queues import LARGEST_MESSAGE

from .words import COMMAND

HOUR = timedelta(hours=1)
TO_THE_TOPIC = ""


class Letter(Struct, frozen=True):
    """One message of the notifications queue. `to` is the name of a setting, or `TO_THE_TOPIC`: then `news` has many
    and there is no text. `tries` is how often it was not taken."""

    cluster: str
    to: str
    severity: Severity = Severity.INFO
    title: str = ""
    text: str = ""
    news: tuple[News, ...] = ()
    tries: int = 0


class Account(Struct, frozen=True):
    """What a target has had since `since`; `held` is what was held back, by kind."""

    since: datetime
    sent: int = 0
    held: Mapping[str, int] = field(default_factory=dict[str, int])


def targets_of(news: News, policy: Policy) -> tuple[Target, ...]:
    """Those that want it, of the closest list."""
    cluster = policy.cluster(news.cluster)
    pool = cluster.pool(news.pool) if cluster else None
    closest = pool or cluster or policy
    return tuple(target for target in closest.notify if target.wants(news.kind, news.severity))


def letters_of(
    news: Sequence[News], policy: Policy, accounts: Mapping[str, Account], now: datetime
) -> tuple[list[Letter], dict[str, Account]]:
    """Letters to people, and the accounts after that."""
    books, letters = dict(accounts), list[Letter]()
    for one in news:
        for target in targets_of(one, policy):
            account = books.get(target.to)
            if account is None or (now >= account.since + HOUR and not account.held):
                account = Account(now)
            if account.sent < target.per_hour and not account.held:
                letters.append(Letter(one.cluster, target.to, one.severity, one.title, one.text))
                books[target.to] = replace(account, sent=account.sent + 1)
            else:
                held = {**account.held, one.kind.value: account.held.get(one.kind.value, 0) + 1}
                books[target.to] = replace(account, held=held)
    return letters, books


def summaries(
    cluster: str, accounts: Mapping[str, Account], now: datetime
) -> tuple[list[Letter], dict[str, Account]]:
    """For targets whose hour is over and from whom something was held back; their accounts begin anew."""
    books, letters = dict(accounts), list[Letter]()
    for to, account in accounts.items():
        if not account.held or now < account.since + HOUR:
            continue
        count = sum(account.held.values())
        lines = [f"{number} of {kind}" for kind, number in sorted(account.held.items())]
        text = "\n".join([*lines, f"See them: {COMMAND} incidents --cluster {cluster}"])
        title = f"{cluster}: {count} more messages since {account.since:%H:%M} UTC were held back"
        letters.append(Letter(cluster, to, Severity.WARNING, title, text))
        books[to] = Account(now, 1)
    return letters, books


def to_the_topic(cluster: str, news: Iterable[News]) -> Iterator[Letter]:
    """As many in one letter as a message holds."""
    room, batch = LARGEST_MESSAGE - 1024, list[News]()
    for one in news:
        size = len(msgspec.json.encode(one)) + 1
        if batch and size > room:
            yield Letter(cluster, TO_THE_TOPIC, news=tuple(batch))
            room, batch = LARGEST_MESSAGE - 1024, []
        room -= size
        batch.append(one)
    if batch:
        yield Letter(cluster, TO_THE_TOPIC, news=tuple(batch))


def has_readers(cluster: ClusterPolicy | None, policy: Policy) -> bool:
    """Whether the policy names anybody here."""
    if cluster is None:
        return bool(policy.notify)
    return bool(cluster.notify) or any(pool.notify for pool in cluster.pools)
