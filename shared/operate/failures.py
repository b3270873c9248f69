"""Why a message failed the last time, for whoever keeps it in the end.

The host delivers a failed message again and hands it over after five times, without a word on why. So what a turn
failed with is remembered in this process until then. Where the last try was in another process the reason is in its
log alone.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b

REMEMBERED = 200
LONGEST = 500  # characters of an error


class Failures:
    """One per process."""

    def __init__(self) -> None:
        self._errors: OrderedDict[bytes, str] = OrderedDict()

    @contextmanager
    def noted(self, body: str) -> Iterator[None]:
        """Around the work on a message: what it fails with is remembered, and goes through."""
        try:
            yield
        except Exception as error:
            self._note(body, error)
            raise

    def _note(self, body: str, error: Exception) -> None:
        key = _key(body)
        self._errors[key] = f"{type(error).__name__}: {error}"[:LONGEST]
        self._errors.move_to_end(key)
        if len(self._errors) > REMEMBERED:
            self._errors.popitem(last=False)

    def last(self, body: str) -> str:
        """Empty when nothing is known here."""
        return self._errors.get(_key(body), "")


def _key(body: str) -> bytes:
    return blake2b(body.encode("utf-8", "replace"), digest_size=16).digest()
