"""Telemetry that is kept, for whoever wants to see what was told."""

from __future__ import annotations

from collections.abc import Sequence

from shared.ports.telemetry import Point, Span, Telemetry


class MemoryTelemetry(Telemetry):
    def __init__(self) -> None:
        self.told_spans: list[Span] = []
        self.told_points: list[Point] = []

    def spans(self, spans: Sequence[Span]) -> None:
        self.told_spans += spans

    def points(self, points: Sequence[Point]) -> None:
        self.told_points += points

    def sum(self, of: str, **facts: object) -> float:
        """Of the points of this name that have these facts."""
        return sum(point.value for point in self._of(of, facts))

    def last(self, of: str, **facts: object) -> float:
        """The newest of them. `LookupError` when there is none."""
        found = self._of(of, facts)
        if not found:
            raise LookupError(f"nothing was told of {of} with {facts}")
        return found[-1].value

    def _of(self, of: str, facts: dict[str, object]) -> list[Point]:
        wanted = facts.items()
        return [point for point in self.told_points if point.of == of and wanted <= point.facts.items()]
