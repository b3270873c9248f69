"""What Resource Health says of a machine or a set: that its availability changed, or why.

It tells of the platform's side and is the only voice about crashes and evictions. What it says of a whole set is about
the pool. "Unavailable" does not say that anybody failed: a machine that was stopped on purpose is unavailable too, so
readings decide.
Source: MicrosoftDocs/azure-docs articles/event-grid/event-schema-health-resources.md, and for annotations
`annotations.py`.
"""

from __future__ import annotations

from collections.abc import Iterator

from shared.model.signals import Severity, SignalKind

from .annotations import BY_THE_PLATFORM, LISTED, Asks, annotation
from .envelope import Event, text, word
from .said import Row, Said

AVAILABILITY = "Microsoft.ResourceNotifications.HealthResources.AvailabilityStatusChanged"
ANNOTATED = "Microsoft.ResourceNotifications.HealthResources.ResourceAnnotated"

_STATES = {
    "available": (SignalKind.NODE_WELL, Severity.INFO),
    "unavailable": (SignalKind.NODE_UNWELL, Severity.CRITICAL),
    "degraded": (SignalKind.NODE_UNWELL, Severity.WARNING),
}
# That a set was restarted would give time to all of its machines; Resource Health does not mean all of them.
_OF_SET = {
    SignalKind.NODE_WELL: SignalKind.POOL_WELL,
    SignalKind.NODE_UNWELL: SignalKind.POOL_UNWELL,
    SignalKind.VM_RESTARTED: SignalKind.POOL_CHANGED,
    SignalKind.VM_STOPPED: SignalKind.POOL_CHANGED,
}


def say_availability(event: Event, is_machine: bool) -> tuple[Said, ...]:
    """A state that nobody knows asks for a look."""
    state = word(text(event.data, "resourceInfo", "properties", "availabilityState"))
    other = SignalKind.VM_CHANGED if is_machine else SignalKind.POOL_CHANGED
    kind, severity = _STATES.get(state.lower(), (other, Severity.WARNING))
    return (Said(_about(kind, is_machine), state, severity),)


def say_annotation(event: Event, is_machine: bool) -> tuple[Said, ...] | str:
    """What "somebody meant it" is said of, and the platform did, was meant by nobody: it asks for a look. So does an
    annotation that is not listed."""
    name = word(text(event.data, "resourceInfo", "properties", "annotationName"))
    other = SignalKind.VM_CHANGED if is_machine else SignalKind.POOL_CHANGED
    known = annotation(name)
    if known is None:
        return (Said(other, name),)
    if known.kind is not None:
        return (Said(_about(known.kind, is_machine), name, known.severity),)
    context = text(event.data, "resourceInfo", "properties", "context").strip().lower()
    if context == BY_THE_PLATFORM and "somebody" in known.means:
        return (Said(other, name),)
    return f"{name}: {known.means}"


def _about(kind: SignalKind, is_machine: bool) -> SignalKind:
    return kind if is_machine else _OF_SET.get(kind, kind)


def rows() -> Iterator[Row]:
    """For `docs/signals.md`."""
    for state, (kind, severity) in _STATES.items():
        means = f"`availabilityState` is {state.title()} ({severity.value})"
        yield Row(f"`{AVAILABILITY}`", means, (kind,), (_OF_SET[kind],))
    look, look_set = (SignalKind.VM_CHANGED,), (SignalKind.POOL_CHANGED,)
    yield Row(f"`{AVAILABILITY}`", "any other state, also Unknown", look, look_set)
    for asks in Asks:
        for one in (one for one in LISTED if one.asks is asks):
            means = f"`{one.name}`: {one.means}. **{asks.value}**, {one.severity.value}"
            kinds = (one.kind,) if one.kind is not None else ()
            yield Row(
                f"`{ANNOTATED}`", means, kinds, tuple(_OF_SET[kind] for kind in kinds if kind in _OF_SET)
            )
    yield Row(f"`{ANNOTATED}`", "one that is not listed here", look, look_set)
