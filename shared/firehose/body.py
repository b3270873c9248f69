"""The bytes of a request: what they may be, from whom, and how they are unpacked within bounds.

A small bomb must not become gigabytes of memory. Cheap to import, because doors do it at every cold start.
"""

from __future__ import annotations

import zlib

from msgspec import Struct

from shared.errors import Poison

MOST_SENT = 8 * 1024 * 1024
"""Bytes of a body as it was sent. A batch of Telegraf has 1,000 metrics of some 300 bytes; this is 25 of them."""

MOST_UNPACKED = 32 * 1024 * 1024
"""Bytes of a body when it is unpacked. JSON of metrics shrinks to a tenth."""

MOST_MEMBERS = 64
"""Members of a gzip body, one behind the other. Writers make one; taking off each costs a copy of all that follow."""

FORMS = ("telegraf", "dcos", "prometheus", "snapshot")
"""The forms of a body, by the word that stands in the door's address; `ear.py` has the reader of each."""


class Sender(Struct, frozen=True):
    """Who sent it, as far as is known: the cluster, and a name of the node."""

    cluster: str = ""
    host: str = ""


_GZIP = b"\x1f\x8b"


class TooLarge(Poison):
    """The body is larger than is taken; HTTP says 413."""


class WrongCoding(Poison):
    """The body is packed in a way that is not known; HTTP says 415."""


def unpacked(body: bytes, coding: str) -> bytes:
    """The plain body. `coding` is the header Content-Encoding: empty, identity, or gzip. Servers and proxies on the way
    may have unpacked it and left the header, so what does not begin as gzip does is taken as it is."""
    if len(body) > MOST_SENT:
        raise TooLarge(f"the body has {len(body)} bytes, more than {MOST_SENT}")
    match coding.strip().lower():
        case "" | "identity":
            return body
        case "gzip" | "x-gzip":
            return _unzipped(body) if body.startswith(_GZIP) else body
        case other:
            raise WrongCoding(f"the body is packed as {other[:40]!r}, and only gzip is known")


def _unzipped(body: bytes) -> bytes:
    """All members of a gzip file, one behind the other."""
    parts: list[bytes] = []
    room = MOST_UNPACKED
    while body:
        if len(parts) == MOST_MEMBERS:
            raise TooLarge(f"the body has more than {MOST_MEMBERS} members of gzip")
        unzip = zlib.decompressobj(wbits=31)
        try:
            part = unzip.decompress(body, room + 1)
        except zlib.error as error:
            raise Poison(f"the body is not gzip: {error}") from error
        room -= len(part)
        if room < 0:
            raise TooLarge(f"the body has more than {MOST_UNPACKED} bytes when it is unpacked")
        if not unzip.eof:
            raise Poison("the body is gzip that ends too early")
        parts.append(part)
        body = unzip.unused_data
    return b"".join(parts)
