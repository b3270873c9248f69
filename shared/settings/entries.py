"""Settings that have several entries: what each of them is, and what is wrong with which."""

from __future__ import annotations

import re

from shared.model.roles import Role

from .faults import quoted
from .forms import listed
from .kinds import ApiKey, DcosPorts


def ports(value: str) -> str:
    """What is wrong with the ports of DC/OS."""
    wrong = [quoted(part) for part in listed(value) if _port(part) is None]
    names = ", ".join(DcosPorts.__struct_fields__)
    return f"has {', '.join(wrong)} in it, which is no port of {names}" if wrong else ""


def ports_of(value: str) -> DcosPorts:
    return DcosPorts(**dict(filter(None, map(_port, listed(value)))))


def _port(part: str) -> tuple[str, int] | None:
    name, _, number = (word.strip() for word in part.partition("="))
    least = 0 if name == "agents" else 1
    is_port = re.fullmatch(r"[0-9]{1,5}", number) and least <= int(number) <= 65535
    return (name, int(number)) if is_port and name in DcosPorts.__struct_fields__ else None


def api_keys(value: str) -> str:
    """What is wrong with the keys of the API. Nothing of an entry is repeated: it may be the key itself."""
    entries = [_faults_of_key(part) for part in listed(value)]
    wrong = [f"{' and '.join(found)} in entry {number}" for number, found in enumerate(entries, 1) if found]
    return f"has {', '.join(wrong)}" if wrong else ""


def api_keys_of(value: str) -> tuple[ApiKey, ...]:
    return tuple(ApiKey(*_words(part)) for part in listed(value))


def _faults_of_key(part: str) -> list[str]:
    if part.count(":") != 2:
        return ["not two colons"]
    name, role, digest = _words(part)
    return [
        fault
        for fault, is_right in (
            (
                "no name of 60 letters, digits, dots, dashes or @ at most",
                re.fullmatch(r"[\w.@-]{1,60}", name),
            ),
            (f"no role of {', '.join(Role)}", role in set(Role)),
            ("no SHA-256 of 64 hexadecimal digits, in small letters,", re.fullmatch(r"[0-9a-f]{64}", digest)),
        )
        if not is_right
    ]


def _words(part: str) -> list[str]:
    return [word.strip() for word in part.split(":")]
