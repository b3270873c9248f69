"""Headers and error bodies of Azure Resource Manager.

Every answer carries the headers that recorded ones do; errors are wrapped as {"error": {"code", "message"}} except
throttling by the compute provider, which is published without the wrapper.
"""

import uuid
from typing import Any

from simulator.arm.throttle import Throttled
from simulator.wire import Request, Response, json_response
from simulator.world.operations import AzureRefusal, Operation

GATEWAY = {"x-ms-failure-cause": "gateway"}
_JSON = {"Content-Type": "application/json; charset=utf-8"}
_COMMON = {
    "Cache-Control": "no-cache",
    "Pragma": "no-cache",
    "Expires": "-1",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "x-ms-need-to-refresh-epl-cache": "False",
}


def ok(data: Any, headers: dict[str, str] | None = None, status: int = 200) -> Response:
    return json_response(status, data, _JSON | (headers or {}))


def error(status: int, code: str, message: str, target: str | None = None) -> Response:
    body = {"code": code, "message": message} | ({"target": target} if target else {})
    return json_response(status, {"error": body}, _JSON)


def refused(refusal: AzureRefusal) -> Response:
    return error(refusal.status, refusal.error.code, refusal.error.message, refusal.error.target)


def precondition_failed(given: str, actual: str) -> Response:
    bare, current = given.strip('"'), actual.strip('"')
    text = f'Etag provided in if-match header "{bare}" does not match etag "{current}" of resource.'
    return error(412, "PreconditionFailed", text)


def too_many_requests(throttled: Throttled) -> Response:
    detail = {
        "code": "TooManyRequests",
        "target": throttled.policy,
        "message": f'{{"operationGroup":"{throttled.policy}","allowedRequestCount":{throttled.allowed}}}',
    }
    text = (
        "The server rejected the request because too many requests have been received for this subscription."
    )
    body = {"code": "OperationNotAllowed", "message": text, "details": [detail]}
    remaining = f"Microsoft.Compute/{throttled.policy};0"
    headers = {"Retry-After": str(throttled.retry_after_s), "x-ms-ratelimit-remaining-resource": remaining}
    return json_response(429, body, _JSON | headers)


def operation_links(
    request: Request, operation: Operation, subscription: str, location: str
) -> dict[str, str]:
    """Where to ask about a long operation: on this very host, whatever it is called by the caller."""
    path = f"/subscriptions/{subscription}/providers/Microsoft.Compute/locations/{location}/operations/{operation.id}"
    version = request.query.get("api-version", "2026-04-01")
    url = f"{request.base_url}{path}?p={uuid.UUID(int=0)}&api-version={version}&t=t&c=c&s=s&h=h"
    location_url = url.replace("?p=", "?monitor=true&p=")
    return {"Azure-AsyncOperation": url, "Azure-AsyncNotification": "Enabled", "Location": location_url}


def finish(response: Response, remaining: dict[str, int]) -> Response:
    """Add what every answer has."""
    response.headers = _COMMON | {"x-ms-request-id": str(uuid.uuid4())} | response.headers
    for kind, count in remaining.items():
        response.headers[f"x-ms-ratelimit-remaining-subscription-global-{kind}"] = str(count)
    return response
