"""Metrics: batches by HTTP, and events of an event hub. What comes by the minute is part of the beat:
silence, and the metrics that Mesos is asked for.

    POST metrics/telegraf      Telegraf's outputs.http with data_format json, plain or gzip
    POST metrics/dcos          answers of the DC/OS metrics API
    POST metrics/prometheus    the text of a node's port 61091
    POST metrics/snapshot      Mesos's /metrics/snapshot, with ?host=ADDRESS

`?cluster=NAME` says whose metrics they are, where clusters share private addresses, and `?host=ADDRESS` whose they are
that have no tag with a name of ours (Telegraf on a master, whose host name is not in the policy). The answer is 202
with counts. A body that can never be read is answered 400, 413 or 415: name these in Telegraf's
`non_retryable_statuscodes`, or it sends them again. 503 asks for the same again. Telegraf's content type says nothing,
so it is not looked at.
"""

import json
import typing

import azure.functions as func

from shared.errors import Poison, Retry, Unknown
from shared.firehose.body import FORMS, Sender, TooLarge, WrongCoding
from shared.runtime import app

blueprint = func.Blueprint()


@blueprint.function_name("metrics_batch")
@blueprint.route(route="metrics/{form}", methods=["POST"], auth_level=func.AuthLevel.FUNCTION)
async def metrics_batch(req: func.HttpRequest) -> func.HttpResponse:
    """A body of metrics, from whoever has a function key."""
    try:
        counts = await _heard(req)
    except Poison as poison:
        return _answer(_status(poison), {"error": poison.why})
    except (Retry, Unknown) as trouble:
        return _answer(503, {"error": str(trouble)})
    return _answer(202, counts)


@blueprint.function_name("metrics_events")
@blueprint.event_hub_message_trigger(
    arg_name="events",
    event_hub_name="%POOLKEEPER_EVENT_HUB%",
    connection="POOLKEEPER_EVENT_HUB_CONNECTION",
    cardinality=func.Cardinality.MANY,
    consumer_group="$Default",
)
@blueprint.retry(
    strategy="exponential_backoff",
    max_retry_count="5",
    minimum_interval="00:00:02",
    maximum_interval="00:01:00",
)
async def metrics_events(events: typing.List[func.EventHubEvent]) -> None:
    """Metrics that Telegraf's outputs.event_hubs or outputs.kafka sent, one or a batch in each event. Without the
    retry the partition would go on after a failure, and the events be lost."""
    await app().hear_metric_events([event.get_body() for event in events])


class NoSuchForm(Poison):
    """Metrics do not come in this form; HTTP says 404."""


async def _heard(req: func.HttpRequest) -> typing.Mapping[str, int]:
    form = req.route_params.get("form", "")
    if form not in FORMS:
        raise NoSuchForm(f"metrics come as {', '.join(FORMS)}")
    sender = Sender(req.params.get("cluster", ""), req.params.get("host", ""))
    coding = req.headers.get("content-encoding", "")
    return await app().hear_metrics(form, req.get_body(), coding, sender)


def _status(poison: Poison) -> int:
    statuses = {NoSuchForm: 404, TooLarge: 413, WrongCoding: 415}
    return statuses.get(type(poison), 400)


def _answer(status: int, body: typing.Mapping[str, typing.Any]) -> func.HttpResponse:
    return func.HttpResponse(json.dumps(dict(body)), status_code=status, mimetype="application/json")
