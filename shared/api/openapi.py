"""The description of the API, OpenAPI 3.1, made from the table of routes and the types that they name."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import msgspec

from .once import LONGEST
from .problem import Problem
from .route import Route
from .routes import by_path

REF = "#/components/schemas/{name}"
MEANS = {
    "400": "The request has not the form that is wanted.",
    "401": "The caller is not known.",
    "403": "The caller has not the role.",
    "404": "There is no such thing.",
    "409": "Something stands against it, or somebody else is at it.",
    "412": "It has changed since it was read.",
    "413": "The body is too large.",
    "415": "The body is not JSON.",
    "422": "What was said makes no sense.",
    "502": "Whether it was done is not known.",
    "503": "Not now: nothing was done.",
}
OF_READS = ("400", "401", "403", "404", "409", "422", "502", "503")
IN_HEADERS = {
    "If-None-Match": "The ETag of an answer that the caller has: 304 when it is still the same.",
    "If-Match": "The ETag of what was read, or the `etag` of one thing in a list: 412 when it has changed.",
    "Idempotency-Key": "The same key again gets the same answer, and nothing is done twice. Kept for a day.",
}
ANY = {"type": "string"}
A_KEY = {"type": "string", "maxLength": LONGEST, "pattern": "^[ -~]*$"}
NOTHING = {"const": ""}
TOKEN = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "JWT",
    "description": "Of Microsoft Entra, for this app.",
}
KEY = {
    "type": "apiKey",
    "in": "header",
    "name": "x-api-key",
    "description": "A key whose digest is in the settings.",
}


@cache
def description() -> dict[str, Any]:
    """The whole document, in built-in types."""
    routes = [route for found in by_path().values() for route in found]
    types = [Problem, *(one for route in routes for one in (route.answer, route.body, route.query) if one)]
    schemas, components = msgspec.json.schema_components(types, ref_template=REF)
    known = dict(zip(map(id, types), schemas, strict=True))
    filters = {route.name: _filters(route, components) for route in routes}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Poolkeeper",
            "version": "1",
            "description": "What the app sees, does and waits for, and what people may say to it.",
        },
        "servers": [{"url": "/api/v1"}],
        "security": [{"entra": []}, {"key": []}],
        "paths": {
            f"/{path}": {
                route.method.lower(): _operation(route, known, filters[route.name]) for route in found
            }
            for path, found in by_path().items()
        },
        "components": {"schemas": components, "securitySchemes": {"entra": TOKEN, "key": KEY}},
    }


def _operation(route: Route, known: dict[int, Any], filters: list[Any]) -> dict[str, Any]:
    is_read = route.method == "GET"
    names = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
        for name in re.findall(r"\{(\w+)\}", route.path)
    ]
    headers = [
        {
            "name": name,
            "in": "header",
            "required": False,
            "schema": A_KEY if name == "Idempotency-Key" else ANY,
            "description": told,
        }
        for name, told in IN_HEADERS.items()
        if is_read is (name == "If-None-Match")
    ]
    answers: dict[str, Any] = {"200": {"description": "So it is.", **_json(known[id(route.answer)])}}
    if is_read:
        answers["304"] = {"description": "Still the same."}
    for status in OF_READS if is_read else MEANS:
        answers[status] = {
            "description": MEANS[status],
            **_json(known[id(Problem)], "application/problem+json"),
        }
    operation: dict[str, Any] = {
        "operationId": route.name,
        "summary": route.says,
        "description": f"Needs the role {route.role.value}.",
        "parameters": [*names, *filters, *headers],
        "responses": answers,
    }
    if route.body is not None:
        operation["requestBody"] = {"required": True, **_json(known[id(route.body)])}
    return operation


def _filters(route: Route, components: dict[str, Any]) -> list[dict[str, Any]]:
    if route.query is None:
        return []
    fields = components[route.query.__name__]["properties"]
    return [
        {"name": name, "in": "query", "required": False, "schema": {"anyOf": [schema, NOTHING]}}
        for name, schema in fields.items()
    ]


def _json(schema: Any, kind: str = "application/json") -> dict[str, Any]:
    return {"content": {kind: {"schema": schema}}}
