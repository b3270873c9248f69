"""Spoiling an input: in its bytes, and in its JSON where it is some.

JSON is spoilt in its values, because bytes that are changed blindly nearly always end at the parser and never reach
what reads the values. The same random numbers spoil the same input in the same way.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random
from typing import Any

from tests.builders import SET
from tests.signals.events import subject

LONGEST = 64 * 1024
"""Bytes of an input; what is longer takes time and finds nothing else."""

_DEEP = 400
"""Objects in one another, below what Python's own JSON can write."""

_VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1.5, 2**31, 2**63, -(2**64), 10**400, 1e308, float("nan"), float("inf"), "", " ", "0",
    "NaN", "\x00", "\ud83d", "\u202e", "x" * 300, "x" * 3000, "firing", "resolved", "Activated", "Microsoft", "[", "//",
    "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-14:00", "2026-02-30T00:00:00Z", "Mon, 31 Feb 2026 25:00:00 GMT",
    SET, f"{SET}_3", f"{SET}_" + "9" * 30, subject(), subject("3"), subject("x/y"), "10.0.0.1:9100", "[::1]:99999",
    [], {}, [[]], {"": ""}, [None, {}, "x", 1], ["\ud83d"],
)  # fmt: skip
_BYTES = (
    b"",
    b"\x00",
    b"\xff",
    b"\xed\xa0\xbd",
    b'"',
    b"\\u",
    b"{",
    b"]",
    b"NaN",
    b"1e999",
    b"\x1f\x8b",
    b"\n",
    b",,",
)

type Path = tuple[Any, ...]


def mutated(body: bytes, other: bytes, dice: Random) -> bytes:
    """The body, spoilt a few times. `other` is an input from which pieces are taken."""
    for _ in range(dice.choice((1, 1, 1, 2, 3, 6))):
        body = _in_json(body, other, dice) if dice.random() < 0.7 else _in_bytes(body, other, dice)
    return body[:LONGEST]


def _in_bytes(body: bytes, other: bytes, dice: Random) -> bytes:
    begin = dice.randrange(len(body) + 1)
    end = min(len(body), begin + dice.choice((0, 1, 1, 2, 8, 64, 1000)))
    ways: tuple[Callable[[], bytes], ...] = (
        lambda: dice.choice(_BYTES),
        lambda: dice.randbytes(dice.randrange(1, 9)),
        lambda: body[begin:end] * dice.choice((2, 3, 50)),
        lambda: other[dice.randrange(len(other) + 1) :][:200],
    )
    if dice.random() < 0.1:
        return body[:begin]
    if dice.random() < 0.02:
        return dice.randbytes(dice.randrange(400))
    return body[:begin] + dice.choice(ways)() + body[end:]


def _in_json(body: bytes, other: bytes, dice: Random) -> bytes:
    """Where it is no JSON, in its bytes."""
    root = _read(body)
    if not isinstance(root, dict | list):
        return _in_bytes(body, other, dice)
    path = dice.choice(_paths(root)[1:] or [()])
    if not path:
        root = _value(root, other, dice)
    else:
        _spoil(root, path, _value(_at(root, path), other, dice), dice)
    try:
        return json.dumps(root).encode()
    except (ValueError, RecursionError):
        return _in_bytes(body, other, dice)


def _spoil(root: Any, path: Path, value: Any, dice: Random) -> None:
    """Change, remove, double or rename what lies at the path."""
    inside, key = _at(root, path[:-1]), path[-1]
    way = dice.randrange(10)
    if way == 0:
        del inside[key]
    elif way == 1 and isinstance(inside, list):
        inside.extend(inside[:20] * dice.choice((1, 2, 5)))
    elif way == 1:
        inside[dice.choice((key.swapcase(), key + "x", "", "\ud83d"))] = inside.pop(key)
    else:
        inside[key] = value


def _value(old: Any, other: bytes, dice: Random) -> Any:
    """Something to put in the place of `old`."""
    way = dice.randrange(8)
    if way == 0:
        return [old]
    if way == 1:
        return {"x": old}
    if way == 2 and isinstance(old, str):
        cut = dice.randrange(len(old) + 1)
        return old[:cut] + str(dice.choice(_VALUES))[:100] + old[cut + dice.randrange(3) :]
    if way == 3:
        stranger = _read(other)
        return _at(stranger, dice.choice(_paths(stranger)))
    if way == 4 and dice.random() < 0.1:
        for _ in range(_DEEP):
            old = [old]
        return old
    if way == 5 and isinstance(old, int | float):
        return dice.choice((-old, old * 1000, old + 1, str(old), bool(old)))
    return dice.choice(_VALUES)


def _read(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _paths(value: Any, path: Path = ()) -> list[Path]:
    """Of everything in it, down to a depth at which no recursion ends."""
    if len(path) > 40:
        return [path]
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(one for key, each in inner for one in _paths(each, (*path, key)))]


def _at(value: Any, path: Path) -> Any:
    for key in path:
        value = value[key]
    return value
