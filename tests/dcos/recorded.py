"""Recorded answers of real masters, and masters that answer with them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from shared.dcos.mesos import MesosScheduler
from shared.memory.http import MemoryHttp, Route
from shared.ports.http import HttpAnswer, HttpCall

DATA = Path(__file__).resolve().parents[1] / "data" / "mesos"
MASTER = "10.0.0.5:5050"

type Json = dict[str, Any]


def body(name: str) -> bytes:
    return (DATA / name).read_bytes()


def document(name: str) -> Json:
    found: Json = json.loads(body(name))
    return found


def answer(content: object, status: int = 200, headers: Mapping[str, str] | None = None) -> HttpAnswer:
    """`content` as it is when bytes, else as JSON."""
    raw = content if isinstance(content, bytes) else msgspec.json.encode(content)
    return HttpAnswer(status, dict(headers or {}), raw)


def operator_api(answers: Mapping[str, HttpAnswer | Callable[[], HttpAnswer]]) -> Route:
    """A route for `/api/v1` that answers by the call's type, and as Mesos does to one that it does not know."""

    def route(call: HttpCall) -> HttpAnswer:
        kind = msgspec.json.decode(call.body or b"{}")["type"]
        found = answers.get(kind)
        if found is None:
            return answer(b"Failed to validate master::Call: Expecting 'type' to be present", 400)
        return found if isinstance(found, HttpAnswer) else found()

    return route


def v1_master(**answers: HttpAnswer | Callable[[], HttpAnswer]) -> MemoryHttp:
    """One master that leads, with recorded answers to GET_MASTER, GET_FLAGS and GET_STATE unless others are given."""
    recorded: dict[str, HttpAnswer | Callable[[], HttpAnswer]] = {
        "GET_MASTER": answer(body("get-master.json")),
        "GET_FLAGS": answer(body("get-flags.json")),
        "GET_STATE": answer(body("get-state-after-restart.json")),
    }
    return MemoryHttp({f"POST http://{MASTER}/api/v1": operator_api(recorded | answers)})


def older_master(state: object, slaves: object) -> MemoryHttp:
    """One master without the v1 API, from the documents of its `/state` and `/slaves`."""
    return MemoryHttp(
        {
            f"POST http://{MASTER}/api/v1": operator_api({}),
            f"GET http://{MASTER}/state": lambda _: answer(state),
            f"GET http://{MASTER}/slaves": lambda _: answer(slaves),
        }
    )


def scheduler(http: MemoryHttp) -> MesosScheduler:
    return MesosScheduler(http, (MASTER,), settle_s=0)
