"""An app with every kind of trigger and output that the host knows. What each function got is kept in `SEEN`."""

import asyncio
import json
import logging
import threading
from typing import List

import azure.functions as func

app = func.FunctionApp(http_auth_level=func.AuthLevel.FUNCTION)

SEEN: list[dict] = []
RELEASE = threading.Event()
WORK = "%WORK_QUEUE%"


def keep(name: str, **what: object) -> None:
    SEEN.append({"function": name, **what})


@app.event_grid_trigger(arg_name="event")
@app.queue_output(arg_name="send", queue_name=WORK, connection="AzureWebJobsStorage")
async def hear(event: func.EventGridEvent, send: func.Out[str]) -> None:
    data = event.get_json() or {}
    keep("hear", kind=type(event).__name__, id=event.id, data=data)
    if data.get("fail"):
        raise ValueError("this event was told to fail")
    if data.get("wait"):
        await asyncio.sleep(data["wait"])
    if "send" in data:
        send.set(data["send"])


@app.queue_trigger(arg_name="message", queue_name=WORK, connection="AzureWebJobsStorage")
async def work(message: func.QueueMessage) -> None:
    body = message.get_body()
    keep(
        "work", body=body, id=message.id, tries=message.dequeue_count, receipt=message.pop_receipt,
        inserted=message.insertion_time, expires=message.expiration_time, visible=message.time_next_visible,
    )  # fmt: skip
    if b'"fail"' in body:
        raise RuntimeError("this message was told to fail")
    if b'"wait"' in body:
        await asyncio.sleep(json.loads(body)["wait"])
    keep("work-ended", body=body)


@app.queue_trigger(arg_name="message", queue_name="%WORK_QUEUE%-poison", connection="AzureWebJobsStorage")
def bury(message: func.QueueMessage) -> None:
    keep("bury", body=message.get_body())
    if b"stubborn" in message.get_body():
        raise RuntimeError("not even the poison queue")


@app.queue_trigger(arg_name="message", queue_name="%FAN_QUEUE%", connection="AzureWebJobsStorage")
@app.queue_output(arg_name="several", queue_name="%OUT_QUEUE%", connection="AzureWebJobsStorage")
@app.table_output(arg_name="row", table_name="%OUT_TABLE%", connection="AzureWebJobsStorage")
def fan(message: func.QueueMessage, several: func.Out[List[str]], row: func.Out[str]) -> None:
    asked = json.loads(message.get_body())["asked"]
    keep("fan", asked=asked)
    if "texts" in asked:
        several.set(asked["texts"])
    if "entity" in asked:
        row.set(json.dumps(asked["entity"]))


@app.queue_trigger(arg_name="message", queue_name="%SLOW_QUEUE%", connection="AzureWebJobsStorage")
def slow(message: func.QueueMessage) -> None:
    keep("slow", thread=threading.current_thread().name)
    logging.getLogger("sample").info("a word from the slow function")
    RELEASE.wait(20)
    keep("slow-ended")


@app.timer_trigger(arg_name="timer", schedule="%TICK%")
async def tick(timer: func.TimerRequest) -> None:
    keep("tick", past_due=timer.past_due, status=timer.schedule_status)
    if len([one for one in SEEN if one["function"] == "tick"]) == 1:
        raise RuntimeError("the timer goes on all the same")


@app.timer_trigger(arg_name="timer", schedule="%TICK%", run_on_startup=True)
def morning(timer: func.TimerRequest) -> None:
    keep("morning", past_due=timer.past_due)


@app.route(route="hello/{name}", methods=["GET", "POST"], auth_level=func.AuthLevel.ANONYMOUS)
def hello(req: func.HttpRequest) -> func.HttpResponse:
    answer = {
        "method": req.method, "url": req.url, "route": dict(req.route_params), "params": dict(req.params),
        "header": req.headers.get("x-probe"), "names": sorted(req.headers), "body": req.get_body().decode(),
    }  # fmt: skip
    response = func.HttpResponse(json.dumps(answer), status_code=203, mimetype="application/json")
    response.headers.add("Set-Cookie", "crumb=1; Path=/")
    response.headers.add("x-answer", "42")
    return response


@app.route(route="items/{id:int}")
def item(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse(f"item {req.route_params['id']}")


@app.route(route="items/special")
async def special(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse("special")


@app.route(route="files/{*path}", auth_level=func.AuthLevel.ADMIN)
def files(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse(req.route_params.get("path", "nothing"))


@app.route(route="broken", auth_level=func.AuthLevel.ANONYMOUS)
def broken(req: func.HttpRequest) -> func.HttpResponse:
    raise KeyError("the secret of the house")


@app.route(route="large/{size:int}/{unit?}", auth_level=func.AuthLevel.ANONYMOUS)
def large(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse(
        b"x" * int(req.route_params["size"]), headers={"x-unit": req.route_params.get("unit", "-")}
    )


@app.route(route="relay", auth_level=func.AuthLevel.ANONYMOUS)
@app.queue_output(arg_name="send", queue_name="%OUT_QUEUE%", connection="AzureWebJobsStorage")
def relay(req: func.HttpRequest, send: func.Out[str], context: func.Context) -> func.HttpResponse:
    send.set(req.get_body().decode())
    told = {
        "id": context.invocation_id, "name": context.function_name,
        "trace": context.trace_context.trace_parent,
    }  # fmt: skip
    return func.HttpResponse(json.dumps(told))


@app.queue_trigger(arg_name="message", queue_name="%SLOW_QUEUE%-echo", connection="AzureWebJobsStorage")
@app.queue_output(arg_name="$return", queue_name="%OUT_QUEUE%", connection="AzureWebJobsStorage")
async def echo(message: func.QueueMessage) -> str:
    return f"echo of {message.get_body().decode()}"


@app.event_hub_message_trigger(
    arg_name="events", event_hub_name="firehose", connection="HUB", cardinality=func.Cardinality.MANY
)
def stream(events: List[func.EventHubEvent]) -> None:
    keep("stream", count=len(events))
