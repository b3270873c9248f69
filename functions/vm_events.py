"""Event Grid: events of VMs and scale sets.

The trigger answers in milliseconds: it translates, and the output binding puts the signals into their queue when the
function succeeds. If it fails, because storage is not there, the platform answers 500 and Event Grid delivers again.
"""

import typing

import azure.functions as func

from shared.runtime import app

blueprint = func.Blueprint()


@blueprint.function_name("vm_event")
@blueprint.event_grid_trigger(arg_name="event")
@blueprint.queue_output(arg_name="signals", queue_name="signals", connection="AzureWebJobsStorage")
async def vm_event(event: func.EventGridEvent, signals: func.Out[typing.List[str]]) -> None:
    """One event, in Event Grid or CloudEvents schema (the worker then hands over a CloudEvent)."""
    signals.set(await app().hear_event(_as_sent(event)))


def _as_sent(event: typing.Any) -> dict[str, typing.Any]:
    """The event under the names that it had on the wire."""
    if isinstance(event, func.CloudEvent):
        return {
            "specversion": event.specversion,
            "id": event.id,
            "type": event.type,
            "time": event.time,
            "subject": event.subject,
            "data": event.get_json(),
        }
    return {
        "id": event.id,
        "eventType": event.event_type,
        "eventTime": event.event_time,
        "subject": event.subject,
        "data": event.get_json(),
    }
