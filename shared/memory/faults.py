"""Failures on order: the next call of a kind raises this error.

Two moments matter. Before the call is carried out, nothing has happened and the caller may repeat it. After it was
carried out, the world has changed and only the answer is lost, which is the case that careless automation gets wrong;
`done=True` makes it.
"""

from __future__ import annotations

from collections import deque


class Faults:
    """Used by every twin as its `faults`. Calls are named like the methods of the port."""

    def __init__(self) -> None:
        self._planned: dict[tuple[str, bool], deque[Exception]] = {}
        self._standing: dict[str, Exception] = {}

    def next(self, call: str, error: Exception, *, done: bool = False, times: int = 1) -> None:
        """The next `times` calls of `call` raise `error`: instead of being carried out, or after it with `done`."""
        self._planned.setdefault((call, done), deque()).extend([error] * times)

    def always(self, call: str, error: Exception) -> None:
        """Every call of `call` raises `error` and does nothing, until `clear`."""
        self._standing[call] = error

    def clear(self) -> None:
        """Back to good weather."""
        self._planned.clear()
        self._standing.clear()

    def before(self, call: str) -> None:
        """For twins: raises what was ordered for the time before `call` is carried out."""
        self._raise((call, False))
        if call in self._standing:
            raise self._standing[call]

    def after(self, call: str) -> None:
        """For twins: raises what was ordered for the time after `call` was carried out."""
        self._raise((call, True))

    def _raise(self, key: tuple[str, bool]) -> None:
        planned = self._planned.get(key)
        if planned:
            raise planned.popleft()
