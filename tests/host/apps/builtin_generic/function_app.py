"""The worker refuses `list[...]` as the type of a trigger's parameter; `typing.List` it takes."""

import azure.functions as func

app = func.FunctionApp()


@app.event_hub_message_trigger(
    arg_name="events", event_hub_name="firehose", connection="HUB", cardinality=func.Cardinality.MANY
)
def stream(events: list[func.EventHubEvent]) -> None:
    pass
