"""What Azure Resource Manager still allows, as its answers say.

Each answer names the buckets that its request was taken from, with what is left of each
(`x-ms-ratelimit-remaining-resource: Microsoft.Compute/LowCostGetVMScaleSet;35,...` and
`x-ms-ratelimit-remaining-subscription-global-reads: 3749`; MicrosoftDocs/azure-compute-docs,
troubleshooting-throttling-errors). Other tools of the same subscription take from the same buckets, so that somebody
who sees one run dry sees it before the app has to wait.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from shared.ports.telemetry import Point, Telemetry
from shared.telemetry.measures import ARM_LEFT

if TYPE_CHECKING:
    from azure.core.pipeline import PipelineRequest, PipelineResponse

RESOURCE = "x-ms-ratelimit-remaining-resource"
SUBSCRIPTION = "x-ms-ratelimit-remaining-subscription-"
MOST = 10
"""Buckets of one answer that are told."""


def left(headers: Mapping[str, str]) -> Iterator[Point]:
    """By bucket, such as `LowCostGetVMScaleSet` or `global-reads`. What is no number is passed over."""
    pairs = [pair.strip().rpartition(";") for pair in headers.get(RESOURCE, "").split(",")]
    found = [(bucket.rpartition("/")[2], count) for bucket, _, count in pairs]
    found += [
        (name.lower().removeprefix(SUBSCRIPTION), count)
        for name, count in headers.items()
        if name.lower().startswith(SUBSCRIPTION)
    ]
    for bucket, count in found[:MOST]:
        if bucket and count.strip().isdecimal():
            yield Point(ARM_LEFT.name, int(count), {"bucket": bucket[:60]})


def budget_policy(telemetry: Telemetry) -> object:
    """A policy of the SDK's pipeline that tells it of each answer."""
    from azure.core.pipeline.policies import SansIOHTTPPolicy

    class Budget(SansIOHTTPPolicy[Any, Any]):
        def on_response(self, request: PipelineRequest[Any], response: PipelineResponse[Any, Any]) -> None:
            telemetry.points(list(left(response.http_response.headers)))

    return Budget()
