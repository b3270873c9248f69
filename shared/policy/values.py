"""One scalar of the file to one value: durations, shares, counts, words, hosts. And back to text.

Every reader gives the value or `Wrong`, which says what would be allowed. A duration without a unit is refused and
not guessed: `confirm_after: 5` is five seconds to one reader and five minutes to another. Nothing here knows where
in the file it stands; `read.py` adds the place.
"""

from __future__ import annotations

import re
from datetime import timedelta
from enum import StrEnum
from types import NoneType, UnionType
from typing import Annotated, Any, get_args, get_origin

from msgspec import Struct

from shared.policy.faults import shown
from shared.policy.limits import Among, Amount, Between, Percent, Written
from shared.policy.share import Share
from shared.policy.tree import Listing, Node, Scalar, Section

NOTHING = frozenset({"", "~", "null", "Null", "NULL"})
"""What YAML takes for no value at all, when it is not in quotes."""

DURATION = "a duration like 45s, 15m, 1h30m or 2d"
TRUTH = {"true": True, "yes": True, "false": False, "no": False}
TRUE_OR_FALSE = "true or false"
SHARE = "a share from 1% to 100%, or a count of nodes from 1 to 1000"

_DURATION = re.compile(
    r"(?:(?P<days>[0-9]{1,4})d)?(?:(?P<hours>[0-9]{1,6})h)?(?:(?P<minutes>[0-9]{1,6})m)?(?:(?P<seconds>[0-9]{1,7})s)?"
)
_LONGEST = timedelta(days=10_000)  # a longer one could not be written in the same words again
_COUNT = re.compile(r"0|[1-9][0-9]{0,8}")
_PERCENT = re.compile(r"([1-9][0-9]{0,8}) ?%")
_PART = re.compile(r"(0|[1-9][0-9]{0,2}) ?%")
_FRACTION = re.compile(r"0?\.([0-9]{1,2})")
_AMOUNT = re.compile(r"[0-9]{1,10}(\.[0-9]{1,9})?")
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMERIC_HOST = re.compile(r"[0-9.]+")


class Wrong(Struct, frozen=True):
    """The value does not fit. `allowed` says what does."""

    allowed: str
    hint: str = ""


def is_nothing(node: Node) -> bool:
    return isinstance(node, Scalar) and node.plain and node.text in NOTHING


def described(node: Node) -> str:
    """What stands there, for a message."""
    match node:
        case Scalar():
            return "nothing" if is_nothing(node) else shown(node.text)
        case Listing():
            return f"a list of {len(node.items)}"
        case Section():
            keys = len(node.entries)
            return f"a mapping of {keys} {'key' if keys == 1 else 'keys'}"
        case _:
            return "a value that cannot be read"


def read_value(node: Node, hint: Any) -> Any:
    """The value of `node` as the type `hint` of a schema field wants it, or `Wrong`."""
    base, limit = unwrapped(hint)
    if get_origin(base) is tuple:
        return _words(node, get_args(base)[0], limit.words if isinstance(limit, Among) else None)
    if not isinstance(node, Scalar) or is_nothing(node):
        return Wrong(allowed(hint))
    text = node.text.strip()
    kinds = get_args(base) if get_origin(base) is UnionType else (base,)
    if NoneType in kinds and text == "none":
        return None
    if isinstance(limit, Percent):
        return _part(text, limit)
    if isinstance(limit, Amount):
        return _amount(text, limit)
    if timedelta in kinds:
        return _duration(text, limit, allowed(hint))
    if Share in kinds:
        return read_share(text)
    if int in kinds:
        return _count(node, limit, allowed(hint))
    if base is bool:
        return TRUTH.get(text, Wrong(TRUE_OR_FALSE))
    if isinstance(base, type) and issubclass(base, StrEnum):
        return _word(text, base)
    return text if fits(text, limit) else Wrong(limit.allowed)


def fits(text: str, limit: Written) -> bool:
    return re.fullmatch(limit.pattern, text, re.ASCII) is not None


def unwrapped(hint: Any) -> tuple[Any, Any]:
    """The bare type and its limit (None without one)."""
    if get_origin(hint) is Annotated:
        base, limit = get_args(hint)[:2]
        return base, limit
    return hint, None


def allowed(hint: Any) -> str:
    """What a field of this type may hold, in words. The reference page says the same."""
    base, limit = unwrapped(hint)
    if isinstance(limit, Written):
        return limit.allowed
    if isinstance(limit, Percent):
        return f"a part from {limit.low}% to {limit.high}%"
    if isinstance(limit, Amount):
        return _amount_allowed(limit) + (", or none" if get_origin(base) is UnionType else "")
    if base is Share:
        return SHARE
    if base is bool:
        return TRUE_OR_FALSE
    if Share in get_args(base):
        return f"{SHARE}, or none"
    if get_origin(base) is tuple:
        words = limit.words if isinstance(limit, Among) else get_args(base)[0]
        return f"a list of: {', '.join(words)}"
    if isinstance(base, type) and issubclass(base, StrEnum):
        return " or ".join(base)
    if isinstance(limit, Between) and isinstance(limit.low, timedelta) and isinstance(limit.high, timedelta):
        or_none = ", or none" if get_origin(base) is UnionType else ""
        return f"{DURATION}, from {duration_text(limit.low)} to {duration_text(limit.high)}{or_none}"
    numbers = f"a whole number from {limit.low} to {limit.high}"
    return f"{numbers}, or none" if get_origin(base) is UnionType else numbers


def parse_duration(text: str) -> timedelta | None:
    """`1h30m` to a duration: whole days, hours, minutes and seconds, in that order, each at most once."""
    match = _DURATION.fullmatch(text)
    if match is None or not text:
        return None
    given = {unit: int(count) for unit, count in match.groupdict().items() if count is not None}
    duration = timedelta(**given)
    return duration if duration < _LONGEST else None


def duration_text(duration: timedelta) -> str:
    """The shortest text that `parse_duration` reads as `duration` (whole seconds, not negative)."""
    minutes, seconds = divmod(int(duration.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = [(days, "d"), (hours, "h"), (minutes, "m"), (seconds, "s")]
    return "".join(f"{count}{unit}" for count, unit in parts if count) or "0s"


def read_share(text: str) -> Share | Wrong:
    """`10%` or `3`."""
    percent = _PERCENT.fullmatch(text)
    if percent is not None and int(percent[1]) <= 100:
        return Share(int(percent[1]), True)
    if _COUNT.fullmatch(text) and 1 <= int(text) <= 1000:
        return Share(int(text), False)
    return Wrong(SHARE, _percent_meant(text))


def read_host(text: str) -> str | Wrong:
    """A master's address, in lower case: `host` or `host:port`."""
    wanted = "an IPv4 address or host name, with or without a port: 172.16.0.5 or master-0.example:5050"
    if "//" in text:
        return Wrong(wanted, "write the host alone, without http:// and without a path")
    host, colon, port = text.strip().lower().partition(":")
    if colon and not (_COUNT.fullmatch(port) and 1 <= int(port) <= 65535):
        return Wrong(wanted, "a port is a number from 1 to 65535")
    labels = host.split(".")
    if _NUMERIC_HOST.fullmatch(host):
        is_good = len(labels) == 4 and all(_COUNT.fullmatch(part) and int(part) <= 255 for part in labels)
    else:
        is_good = len(host) <= 253 and all(_LABEL.fullmatch(label) for label in labels)
    return host + colon + port if is_good else Wrong(wanted)


def nearest(word: str, words: list[str]) -> str:
    """The word that was probably meant, or nothing when none is near."""
    from difflib import get_close_matches

    near = get_close_matches(word[:80].lower(), words, n=1, cutoff=0.6)
    return near[0] if near else ""


def _part(text: str, limit: Percent) -> float | Wrong:
    """`70%` as 0.7."""
    part = _PART.fullmatch(text)
    if part is not None and limit.low <= int(part[1]) <= limit.high:
        return int(part[1]) / 100
    return Wrong(f"a part from {limit.low}% to {limit.high}%", _percent_meant(text))


def _percent_meant(text: str) -> str:
    fraction = _FRACTION.fullmatch(text)
    return f"did you mean {int(fraction[1].ljust(2, '0'))}%?" if fraction else ""


def _amount(text: str, limit: Amount) -> float | Wrong:
    if _AMOUNT.fullmatch(text) and 0 < float(text) <= limit.high:
        return float(text)
    return Wrong(_amount_allowed(limit))


def _amount_allowed(limit: Amount) -> str:
    return f"a number above 0 and up to {limit.high:,.0f}, like 0.19"


def _count(node: Scalar, limit: Any, wanted: str) -> Any:
    text = node.text.strip()
    if not _COUNT.fullmatch(text):
        return Wrong(wanted)
    if not node.plain:
        return Wrong(wanted, "write the number without quotes")
    return int(text) if limit.low <= int(text) <= limit.high else Wrong(wanted)


def _duration(text: str, limit: Any, wanted: str) -> Any:
    duration = parse_duration(text)
    if duration is not None:
        return duration if limit.low <= duration <= limit.high else Wrong(wanted)
    if _COUNT.fullmatch(text):
        return Wrong(wanted, f"the unit is missing: {text}s are seconds, {text}m minutes, {text}h hours")
    return Wrong(wanted)


def _word(text: str, words: type[StrEnum]) -> Any:
    known = [str(word) for word in words]
    if text in known:
        return words(text)
    near = nearest(text, known)
    return Wrong(" or ".join(known), f"did you mean '{near}'?" if near else "")


def _words(node: Node, words: type[StrEnum], among: tuple[str, ...] | None) -> Any:
    wanted = f"a list of: {', '.join(among or words)}"
    if not isinstance(node, Listing) or not all(isinstance(item, Scalar) for item in node.items):
        return Wrong(wanted, "write it as a list: [replace]")
    read = [_word(item.text.strip(), words) for item in node.items if isinstance(item, Scalar)]
    if not read:
        return Wrong(wanted, "to repair nothing write 'mode: observe'")
    if any(isinstance(word, Wrong) or (among is not None and word not in among) for word in read):
        return Wrong(wanted)
    return tuple(read) if len(set(read)) == len(read) else Wrong(wanted, "each remedy once")
