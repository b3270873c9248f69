"""That a resource was written or is gone, told with its new state but without who did it and why.

The same comes after somebody deletes a machine, after somebody scales in, and after our own work. So it is taken for
less than an operation with an actor: it never counts as a loss, nor as somebody's wish for another size, and asks for
a look that finds out.
Source: MicrosoftDocs/azure-docs articles/event-grid/event-schema-resources.md.
"""

from __future__ import annotations

from collections.abc import Iterator

from shared.model.signals import SignalKind

from .envelope import Event
from .said import Row, Said

WRITTEN = "Microsoft.ResourceNotifications.Resources.CreatedOrUpdated"
DELETED = "Microsoft.ResourceNotifications.Resources.Deleted"


def say(event: Event, is_machine: bool) -> tuple[Said, ...]:
    what = "Deleted" if event.event_type == DELETED else "CreatedOrUpdated"
    return (Said(SignalKind.VM_CHANGED if is_machine else SignalKind.POOL_CHANGED, what),)


def rows() -> Iterator[Row]:
    """For `docs/signals.md`."""
    look, look_set = (SignalKind.VM_CHANGED,), (SignalKind.POOL_CHANGED,)
    yield Row(f"`{WRITTEN}`", "it has a new state; by whom is not told", look, look_set)
    yield Row(
        f"`{DELETED}`",
        "it is gone; by whom is not told, it may be a scale-in or our own work",
        look,
        look_set,
    )
