"""The forms that values of settings can have. Each function takes a value and says what is wrong with it, in words that
go on after the setting's name; nothing: it has the form.

None of them asks the world: whether a master or a tenant exists is for `poolkeeper doctor`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from ipaddress import ip_address
from urllib.parse import urlsplit

from .faults import quoted

type Form = Callable[[str], str]

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
_FIELDS: tuple[tuple[str, int, int, list[str]], ...] = (
    ("second", 0, 59, []),
    ("minute", 0, 59, []),
    ("hour", 0, 23, []),
    ("day", 1, 31, []),
    ("month", 1, 12, _MONTHS),
    ("day of the week", 0, 6, _DAYS),
)
"""Of an NCRONTAB line (Azure/azure-docs functions-bindings-timer, "NCRONTAB expressions"), with their names."""
_GUID = r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"


def anything(value: str) -> str:
    return ""


def one_word(value: str) -> str:
    """A secret, or an id: nothing that a header could not carry."""
    is_word = value.isascii() and value.isprintable() and " " not in value
    return "" if is_word else "has blanks, line ends or letters outside of ASCII in it"


def user(value: str) -> str:
    """Of basic authentication, where a colon ends the name (RFC 7617)."""
    return "has a colon in it, which no user name can have" if ":" in value else one_word(value)


def guid(value: str) -> str:
    return "" if re.fullmatch(_GUID, value) else f"is {quoted(value)}, which is no id of Entra"


def guids(value: str) -> str:
    wrong = [one for one in listed(value) if guid(one)]
    return f"has {', '.join(map(quoted, wrong))} in it, which is no id of Entra" if wrong else ""


def words(value: str) -> str:
    """Separated by commas."""
    return "has blanks or line ends within an entry" if any(one_word(one) for one in listed(value)) else ""


def account(value: str) -> str:
    """Of storage (Azure/azure-docs storage-account-overview, "Storage account name")."""
    if re.fullmatch(r"[a-z0-9]{3,24}", value):
        return ""
    return f"is {quoted(value)}, which is no name of a storage account"


def connection(value: str) -> str:
    """To a storage account, by a key or to the emulator. What is wrong is told without the value."""
    parts = dict(part.partition("=")[::2] for part in value.split(";"))
    if parts.get("UseDevelopmentStorage", "").lower() == "true":
        return ""
    missing = [name for name in ("AccountName", "AccountKey") if not parts.get(name)]
    return f"is no connection string: it has no {' and no '.join(missing)}" if missing else ""


def insights(value: str) -> str:
    """Of Application Insights."""
    parts = {name.strip().lower(): part for name, _, part in (one.partition("=") for one in value.split(";"))}
    return "" if parts.get("instrumentationkey") else "is no connection string: it has no InstrumentationKey"


def host(value: str) -> str:
    """A host name, with nothing before or behind it."""
    return "" if re.fullmatch(r"[\w-]+(\.[\w-]+)+", value) else f"is {quoted(value)}, which is no host name"


def one_of(words: Iterable[str]) -> Form:
    """One of these words, in any casing."""
    allowed = tuple(words)
    return lambda value: (
        "" if value.lower() in allowed else f"is {quoted(value)}, and not one of {', '.join(allowed)}"
    )


def yes_or_no(value: str) -> str:
    return one_of(("true", "false", "1", "0"))(value)


def address(value: str) -> str:
    """A URL with nothing behind its host."""
    return endpoint(value) or ("has a path" if urlsplit(value).path.strip("/") else "")


def endpoint(value: str) -> str:
    """A URL that tokens may be sent to. What is wrong is told without the value: a URL may have a login in it."""
    return anywhere(value) or _encryption(value)


def anywhere(value: str) -> str:
    """A URL of something in the same network, with or without encryption."""
    try:
        parts = urlsplit(value)
        host, port = parts.hostname, parts.port
    except ValueError:
        return "is no URL"
    if parts.scheme not in {"http", "https"}:
        return "is no URL with the scheme https"
    if not host or not re.fullmatch(r"[\w.:-]+", host):
        return "names no host"
    if port == 0:
        return "names no port that can be asked"
    if parts.username is not None or parts.query or parts.fragment:
        return "has a login, a query or a fragment in it"
    return ""


def _encryption(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme == "https" or _is_here(parts.hostname or ""):
        return ""
    return "has the scheme http, with which tokens could be read on the way"


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def ncrontab(value: str) -> str:
    """Seconds first; they may be left out. Of a name of a month or a day the first three letters are known."""
    given = value.split()
    if len(given) not in {5, 6}:
        return f"is {quoted(value)}, which has {len(given)} fields and not six (seconds first)"
    given = given if len(given) == 6 else ["0", *given]
    wrong = [
        f"{quoted(part)} is no {name}"
        for part, (name, low, high, names) in zip(given, _FIELDS, strict=True)
        if not all(_is_times(one, low, high, names) for one in part.split(","))
    ]
    return f"is {quoted(value)}, in which {' and '.join(wrong)}" if wrong else ""


def _is_times(part: str, low: int, high: int, names: list[str]) -> bool:
    """`*`, `7`, `1-5`, each with `/15` behind it."""
    span, is_stepped, step = part.partition("/")
    if is_stepped and not (re.fullmatch(r"[0-9]{1,2}", step) and int(step)):
        return False
    if span == "*":
        return True
    ends = [_number(one, low, names) for one in span.split("-")]
    return len(ends) in {1, 2} and all(low <= one <= high for one in ends) and ends[0] <= ends[-1]


def _number(text: str, low: int, names: list[str]) -> int:
    if text.lower() in names:
        return low + names.index(text.lower())
    return int(text) if re.fullmatch(r"[0-9]{1,2}", text) else -1


def listed(value: str) -> list[str]:
    """What stands between commas."""
    return [part.strip() for part in value.split(",") if part.strip()]
