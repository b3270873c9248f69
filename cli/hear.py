"""`hear`: what does this payload mean to the app?

For an operator who wonders why an event woke nobody, and for trying payloads that nobody here has seen. The same
translators as in the app, with the policy of a file; nothing is sent, stored or asked.

A payload of Event Grid is heard as if it had just been sent, however old the file is, unless the clock is to count:
what it means does not age. Alerts are heard as of now.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from cli.desk import Desk
from cli.payloads import bytes_of, looks_like, payloads_in
from cli.sources import METRICS, Sender
from cli.trouble import USAGE, Trouble
from shared.errors import Poison
from shared.model.mark import Mark
from shared.model.signals import Signal
from shared.policy.beside import read_policy_file
from shared.policy.faults import PolicyError
from shared.policy.load import load
from shared.policy.schema import Policy
from shared.signals.alert import Alerts
from shared.signals.alert_fold import folded
from shared.signals.alertmanager import hear_alertmanager
from shared.signals.azure_monitor import hear_azure_monitor
from shared.signals.event_grid import Ear, Heard, hear, mean, read

POISON = "poison"


class Reason(Struct, frozen=True):
    """Why something in a payload is no signal: `because` is not_ours, echo, noted or poison."""

    because: str
    why: str
    cluster: str = ""
    subject: str = ""


class Answer(Struct, frozen=True):
    """What one payload means. `number` is its place in an array, from 1; `means` is signals, none or poison, which it
    is only when nothing in it could be understood."""

    file: str
    number: int
    means: str
    signals: tuple[Signal, ...]
    reasons: tuple[Reason, ...]

    @property
    def is_understood(self) -> bool:
        return all(reason.because != POISON for reason in self.reasons)


class Ground(Struct, frozen=True):
    """What a payload is heard with. `own` are the app's own object and application ids, `mark` is on its requests.
    `host` is whose metrics they are."""

    policy: Policy
    own: frozenset[str]
    mark: Mark
    now: datetime
    host: str = ""

    @classmethod
    def of(cls, desk: Desk, policy_file: Path | None, host: str) -> Ground:
        """The named policy, or the app's. `Trouble` when there is none that is valid."""
        settings = desk.settings(is_storage_needed=False)
        file = policy_file or settings.policy_file
        try:
            policy = load(read_policy_file(file), str(file))
        except OSError as error:
            raise Trouble(
                f"The policy {file} can not be read ({error.strerror}), so nothing was heard: name one with --policy.",
                USAGE,
            ) from None
        except PolicyError:
            raise Trouble(
                f"{file} is no valid policy, so nothing was heard: `policy check {file}` tells its faults.",
                USAGE,
            ) from None
        return cls(policy, settings.own_ids, Mark(settings.installation), desk.clock.now(), host)


def hear_files(source: Sender, files: Sequence[Path], ground: Ground, by_clock: bool) -> list[Answer]:
    """An answer for each payload, in order. `Trouble` when a file can not be read."""
    return [answer for file in files for answer in _hear_file(source, file, ground, by_clock)]


def _hear_file(source: Sender, file: Path, ground: Ground, by_clock: bool) -> Iterator[Answer]:
    try:
        body = bytes_of(file)
        if source in METRICS:
            yield _metrics(source, body, ground, by_clock, file)
            return
        payloads = payloads_in(body)
    except Poison as poison:
        yield _poisoned(file, 1, poison.why)
        return
    for number, payload in enumerate(payloads, 1):
        place = (str(file), number)
        try:
            if source is Sender.EVENT_GRID:
                yield _event(payload, ground, by_clock, place)
            else:
                yield _alerts(source, payload, ground, place)
        except Poison as poison:
            yield _poisoned(file, number, poison.why + _advice(source, payload))


def _advice(source: Sender, payload: Any) -> str:
    whose = looks_like(payload)
    return f"; it looks like one of --source {whose.value}" if whose not in {None, source} else ""


def _event(payload: Any, ground: Ground, by_clock: bool, place: tuple[str, int]) -> Answer:
    if by_clock:
        heard = hear(payload, ground.policy, ground.own, ground.now, ground.mark)
    else:
        event = read(payload)
        heard = mean(event, ground.policy, ground.own, event.time, ground.mark)
    return _answer(place, heard, tuple(one.signal for one in heard if one.signal is not None), ())


def _metrics(source: Sender, body: bytes, ground: Ground, by_clock: bool, file: Path) -> Answer:
    """A body is one payload, whatever it holds. What became of its metrics is told beside the signals."""
    from cli.hear_metrics import hear_metrics, newest
    from shared.firehose.number import Rubbish

    at = ground.now if by_clock else newest(body, ground.now)
    signals, counts = hear_metrics(source.value, body, ground.policy, at, ground.host)
    broken = {Rubbish.SHAPE.value, Rubbish.NUMBER.value, Rubbish.TIME.value}
    told = ", ".join(f"{count} {why}" for why, count in counts.items() if why not in broken)
    poison = (Reason(POISON, f"{count} {why}") for why, count in counts.items() if why in broken)
    return _answer((str(file), 1), (), signals, (Reason(Ear.NOTED.value, told), *poison))


def _alerts(source: Sender, payload: Any, ground: Ground, place: tuple[str, int]) -> Answer:
    """The translators of alerts take bytes, of one payload. Signals are folded as the app does it."""
    try:
        body = msgspec.json.encode(payload)
    except (OverflowError, RecursionError, ValueError) as error:
        raise Poison(f"it can not be written as JSON again ({error})") from error
    if source is Sender.ALERTMANAGER:
        alerts = hear_alertmanager(body, ground.policy, ground.now)
    else:
        alerts = hear_azure_monitor(body, ground.policy, ground.own, ground.now)
    signals = folded(one.signal for one in alerts.heard if one.signal is not None)
    return _answer(place, alerts.heard, signals, _left_over(alerts))


def _left_over(alerts: Alerts) -> tuple[Reason, ...]:
    """What of a payload could not be read, and what its sender left out."""
    spoiled = tuple(Reason(POISON, why) for why in alerts.spoiled)
    if not alerts.unlisted:
        return spoiled
    return (*spoiled, Reason(Ear.NOTED.value, f"{alerts.unlisted} more alerts were left out by the sender"))


def _answer(
    place: tuple[str, int], heard: Iterable[Heard], signals: tuple[Signal, ...], more: tuple[Reason, ...]
) -> Answer:
    mute = tuple(
        Reason(one.ear.value, one.why, one.cluster, one.subject) for one in heard if one.signal is None
    )
    only_poison = bool(more) and all(reason.because == POISON for reason in (*mute, *more))
    means = "signals" if signals else POISON if only_poison else "none"
    return Answer(*place, means, signals, (*mute, *more))


def _poisoned(file: Path, number: int, why: str) -> Answer:
    return Answer(str(file), number, POISON, (), (Reason(POISON, why),))
