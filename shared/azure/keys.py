"""Keys as Table storage allows them.

Table storage forbids control characters and / \\ # ? in keys, and % and spaces are trouble in its URLs. Node ids hold
such characters. Each forbidden character is written as the nearest allowed one below it, followed by its own code in
hexadecimal; that allowed character is then written the same way, so that nothing is ambiguous:

    a/b  ->  a.2Fb          a.b  ->  a.2Eb          50%  ->  50$25

Because a forbidden character sorts exactly where the allowed one below it does, and the codes sort among themselves,
the order of encoded keys is the order of the keys, which range queries rest on. (Ordinal order of code points; for
characters beyond U+FFFF the service compares UTF-16 units, so among those the order may differ.)

Source: learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model, "Characters
disallowed in key fields".
"""

from __future__ import annotations

import re

from shared.errors import Poison
from shared.ports.store import LONGEST_KEY

_GROUPS = {
    "!": [*map(chr, range(0x21))],
    '"': ["#"],
    "$": ["%"],
    "&": ["'"],
    ".": ["/"],
    ">": ["?"],
    "[": ["\\"],
    "~": [*map(chr, range(0x7F, 0xA0))],
}
_CODES = {
    character: f"{mark}{ord(character):02X}"
    for mark, below in _GROUPS.items()
    for character in (*below, mark)
}
_ENCODE = str.maketrans(_CODES)
_CODE = re.compile("[" + re.escape("".join(_GROUPS)) + "]([0-9A-F]{2})")


def encode(key: str) -> str:
    """Reversible and order preserving. An empty key is a `ValueError`, one that is too long is `Poison`."""
    if not key:
        raise ValueError("a key must not be empty")
    if len(key) > LONGEST_KEY:
        raise Poison(f"a key of {len(key)} characters, starting {key[:20]!r}, is longer than {LONGEST_KEY}")
    return key.translate(_ENCODE)


def encode_bound(key: str) -> str:
    """As `encode`, for the end of a range: may be empty, and may be longer than any key that is stored."""
    return key.translate(_ENCODE)


def decode(encoded: str) -> str:
    """The key that `encode` was given."""
    return _CODE.sub(lambda match: chr(int(match[1], 16)), encoded)
