"""Settings that are allowed and that nobody should want: told, and obeyed.

Each rule has the sentence of the page and looks at what is given; it answers in words that go on after the setting's
name, without anything secret, or not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from msgspec import Struct

from .entries import api_keys_of
from .faults import NOT_FOLLOWED, UNRESOLVED

SWEEP, BEAT = "POOLKEEPER_SWEEP", "POOLKEEPER_BEAT"
TOKEN, PASSWORD = "POOLKEEPER_ALERTMANAGER_TOKEN", "POOLKEEPER_ALERTMANAGER_PASSWORD"
KEYS, ENDPOINT, STATIC = "POOLKEEPER_API_KEYS", "POOLKEEPER_ARM_ENDPOINT", "POOLKEEPER_ARM_STATIC_TOKEN"
ALARM = timedelta(minutes=10)
"""After which the alarm outside of the app calls somebody, where nothing was swept (infra/app/watch.bicep)."""
DEAR = timedelta(seconds=5)
SHORTEST = 16
"""Letters of a secret that is not guessed."""
TIMES = 300
"""Of a schedule that are looked at."""
A_DAY = datetime(2026, 1, 1, tzinfo=UTC)
"""From when on: schedules are told apart by their gaps, which are the same on all days but a few."""


class Advice(Struct, frozen=True):
    setting: str
    wrong: str

    @property
    def sentence(self) -> str:
        return f"{self.setting} {self.wrong}"


class Rule(Struct, frozen=True):
    """`told` says on the page when it speaks."""

    setting: str
    told: str
    look: Callable[[Mapping[str, str]], str]


def advice(given: Mapping[str, str]) -> list[Advice]:
    """About settings without a fault, and about references that lead nowhere in those that only the policy names."""
    found = ((rule.setting, rule.look(given)) for rule in RULES if given.get(rule.setting, "").strip())
    lost = sorted(name for name, value in given.items() if value.startswith(UNRESOLVED))
    told = [Advice(setting, wrong) for setting, wrong in found if wrong]
    return [*told, *(Advice(name, NOT_FOLLOWED) for name in lost)]


def _gaps(line: str) -> list[timedelta]:
    from croniter import CroniterError, croniter

    try:
        six = line if len(line.split()) == 6 else f"0 {line}"
        times = croniter(six, A_DAY, ret_type=datetime, day_or=False, second_at_beginning=True)
        return [after - before for before, after in pairwise(times.get_next() for _ in range(TIMES))]
    except (CroniterError, ValueError):
        return []


def _seldom(given: Mapping[str, str]) -> str:
    longest = max(_gaps(given[SWEEP]), default=timedelta(0))
    if longest < ALARM:
        return ""
    return (
        f"leaves {_told(longest)} between two sweeps: the alarm for an app that says nothing fires in between"
    )


def _beat_is_late(given: Mapping[str, str]) -> str:
    beat = max(_gaps(given[BEAT]), default=timedelta(0))
    sweep = min(_gaps(given.get(SWEEP, "").strip() or "0 * * * * *"), default=beat)
    return (
        f"comes each {_told(beat)}, and what is due each {_told(sweep)} waits for it" if beat > sweep else ""
    )


def _beat_is_dear(given: Mapping[str, str]) -> str:
    least = min(_gaps(given[BEAT]), default=timedelta(minutes=1))
    is_free = given.get(ENDPOINT, "").startswith("http:")  # of the simulator
    return f"comes each {_told(least)}: each is charged a second" if least < DEAR and not is_free else ""


def _guessed(name: str) -> Callable[[Mapping[str, str]], str]:
    def look(given: Mapping[str, str]) -> str:
        count = len(given[name].strip())
        return (
            f"has {count} letters: with fewer than {SHORTEST} it can be guessed" if count < SHORTEST else ""
        )

    return look


def _key_twice(given: Mapping[str, str]) -> str:
    keys = api_keys_of(given[KEYS])
    digests = [key.digest for key in keys]
    names = sorted({key.name for key in keys if digests.count(key.digest) > 1})
    return f"has one key more than once, for {', '.join(names)}: the first entry counts" if names else ""


def _token_in_azure(given: Mapping[str, str]) -> str:
    is_azure = given.get(ENDPOINT, "").startswith("https:")
    return (
        f"is sent to {ENDPOINT}: it is meant for the simulator alone, and ends within hours"
        if is_azure
        else ""
    )


def _told(gap: timedelta) -> str:
    return f"{gap.total_seconds():g} s"


RULES = (
    Rule(
        SWEEP,
        "ten minutes or more between two sweeps: the alarm outside of the app fires in between",
        _seldom,
    ),
    Rule(BEAT, "less often than the sweep: what is due waits for the next beat", _beat_is_late),
    Rule(BEAT, "less than five seconds between two beats: each is charged a second", _beat_is_dear),
    Rule(TOKEN, f"fewer than {SHORTEST} letters: it can be guessed", _guessed(TOKEN)),
    Rule(PASSWORD, f"fewer than {SHORTEST} letters: it can be guessed", _guessed(PASSWORD)),
    Rule(KEYS, "the same key in two entries", _key_twice),
    Rule(STATIC, "an endpoint that is not on this machine: real tokens end within hours", _token_in_azure),
)
