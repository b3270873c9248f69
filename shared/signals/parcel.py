"""Many signals in few messages.

One event may list a thousand machines, and a flood may have thousands of events; a message for each would be a thousand
turns of work that all look at the same cluster. So signals of one cluster travel together: the first one whole, of the
others what is different. Alone it is a message like any other, and a reader that knows no parcels finds the first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import msgspec

from shared.model.signals import Signal

LARGEST = 40_000
"""Bytes of a message: a storage queue takes 48 KiB before base64 (Azure/azure-docs storage-queues-scale-targets)."""

_FIELDS = Signal.__struct_fields__


class Parcel(Signal, frozen=True):
    """`also` are the other signals, each by the fields in which it differs from this one."""

    also: tuple[dict[str, Any], ...] = ()


def packed(signals: Iterable[Signal]) -> list[str]:
    """Messages, each of one cluster; every signal is in one of them, in the order in which they came."""
    by_cluster: dict[str, list[Signal]] = defaultdict(list)
    for signal in signals:
        by_cluster[signal.cluster].append(signal)
    return [message for together in by_cluster.values() for message in _messages(together)]


def opened(message: str | bytes) -> tuple[Signal, ...]:
    """Raises what msgspec raises for what is no parcel, and `UnicodeError` or `RecursionError` for what is no text."""
    parcel = msgspec.json.decode(message, type=Parcel)
    first = {name: getattr(parcel, name) for name in _FIELDS}
    return Signal(**first), *(msgspec.convert({**first, **other}, Signal) for other in parcel.also)


def _messages(signals: list[Signal]) -> list[str]:
    messages: list[str] = []
    first, others, size = signals[0], list[bytes](), 0
    for signal in signals[1:]:
        other = _encoded({name: value for name, value in _told(signal) if value != getattr(first, name)})
        if size + len(other) > LARGEST - len(_encoded(first)):
            messages.append(_message(first, others))
            first, others, size = signal, [], 0
            continue
        others.append(other)
        size += len(other) + 1
    return [*messages, _message(first, others)]


def _message(first: Signal, others: list[bytes]) -> str:
    encoded = _encoded(first)
    if others:
        encoded = encoded[:-1] + b',"also":[' + b",".join(others) + b"]}"
    return encoded.decode()


def _told(signal: Signal) -> Iterable[tuple[str, Any]]:
    return ((name, getattr(signal, name)) for name in _FIELDS)


_encoded = msgspec.json.Encoder().encode
