"""What counts as a number and as a time in a metric, and what is rubbish.

Rubbish never fires a rule: not a number, not finite, too old, from the future. What is rubbish is counted by its
reason, and one example of each reason is kept now and then.
"""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from math import isfinite

LATE_S = 600.0
"""A value older than this is history: Telegraf's buffer after an outage holds hours of it, and the present is asked."""

AHEAD_S = 120.0
"""A clock may be this far ahead, and then it is now. Beyond that the time means nothing."""


class Rubbish(StrEnum):
    """Why something was not judged."""

    SHAPE = "not the shape of a metric"
    NUMBER = "not a finite number"
    TIME = "no time, or one from the future"
    LATE = "older than ten minutes"
    OLD = "older than what was heard before"
    HOST = "a host that no cluster knows"
    AMBIGUOUS = "a host that several clusters know"
    SERIES = "more series than are kept"


def number(value: object, of_text: bool = False) -> float | None:
    """The finite number, or None. A truth value is 1 or 0, as in Telegraf's own Prometheus output. A text counts only
    where `of_text`: the DC/OS metrics API of old versions writes numbers so (dcos/dcos-metrics), Telegraf never."""
    if not isinstance(value, float | int):
        if not of_text or not isinstance(value, str) or len(value) > 64:
            return None
        try:
            value = float(value)
        except ValueError:
            return None
    try:
        value = float(value)
    except OverflowError:
        return None
    return value if isfinite(value) else None


def epoch(value: object, now_s: float) -> float | None:
    """Seconds since 1970, at most `now_s`, of a text with a time, or of a time in seconds, ms, us or ns since then,
    told apart by their size; None if it is none or from the future. Telegraf writes seconds unless
    `json_timestamp_units` or `json_timestamp_format` say otherwise (influxdata/telegraf:plugins/serializers/json)."""
    if isinstance(value, str):
        return _epoch_of_text(value, now_s)
    seconds = number(value)
    if seconds is None or isinstance(value, bool):
        return None
    for divisor, least in ((1e9, 1e17), (1e6, 1e14), (1e3, 1e11)):
        if seconds >= least:
            seconds /= divisor
            break
    return _until(now_s, seconds)


def _epoch_of_text(text: str, now_s: float) -> float | None:
    """`2018-04-09T23:46:16.834008315Z` and `2016-11-19 20:51:19.180548691 +0000 UTC` (dcos/dcos-metrics)."""
    if len(text) > 64:
        return None
    plain = text.removesuffix(" UTC").replace(" +0000", "+00:00")
    head, dot, rest = plain.partition(".")
    if dot:
        digits = rest[: len(rest) - len(rest.lstrip("0123456789"))]
        plain = f"{head}.{digits[:6]}{rest[len(digits) :]}"
    try:
        at = datetime.fromisoformat(plain)
        seconds = (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None
    return _until(now_s, seconds)


def _until(now_s: float, seconds: float) -> float | None:
    return min(seconds, now_s) if 0 < seconds <= now_s + AHEAD_S else None
