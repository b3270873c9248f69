"""Long operations of ARM: a token when one starts, and one look at how far it is.

The SDK's poller waits; an invocation must not. It does everything else well: which of ARM's protocols an operation
follows (Azure-AsyncOperation, Location, or the resource's own state), which headers a later process needs, how to
resume from them. So `OneLook` is its polling method with the waiting taken out: starting asks nothing, and a look is
one GET, without the request for the final result that the SDK would send at the end.

A token embeds the request's address with its signed query: it is stored, never shown.
"""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

from shared.azure.arm_errors import cleaned, decode_error
from shared.azure.arm_output import printed
from shared.model.azure import Progress, ProgressState

if TYPE_CHECKING:
    from azure.core.polling import AsyncPollingMethod
    from azure.mgmt.compute.aio import ComputeManagementClient

FINISHED = "finished"
"""The token of an operation that had nothing to do."""


def one_look() -> AsyncPollingMethod[Any]:
    """For `polling=` of a `begin_...` call: its poller never waits and sends nothing by itself."""
    from azure.core.exceptions import DecodeError
    from azure.core.polling.base_polling import BadResponse, BadStatus
    from azure.mgmt.core.polling.async_arm_polling import AsyncARMPolling

    class OneLook(AsyncARMPolling):
        async def run(self) -> None:
            """What a poller does when it is awaited: nothing."""

        def get_continuation_token(self) -> str:
            return _without_answer(super().get_continuation_token())

        async def look(self) -> Progress:
            if not self.finished():
                self._pipeline_response = await self.request_status(self._operation.get_polling_url())
                response = self._pipeline_response.http_response
                if response.status_code in _ENDED_BADLY:
                    error = decode_error(response.content)
                    code = error.code or str(response.status_code)
                    return Progress(ProgressState.FAILED, code, cleaned(error.message or ""))
                response.raise_for_status()
                try:
                    self._status = self._operation.get_status(self._pipeline_response)
                except (BadResponse, BadStatus) as error:
                    raise DecodeError(f"no status in the answer: {error}") from error
            return _progress(self.status(), self._pipeline_response.http_response)

    return OneLook()


async def look(client: ComputeManagementClient, token: str) -> Progress:
    """One GET. Raises what the SDK raises; `ValueError` when it cannot read the token."""
    if not token:
        raise ValueError("there is no operation without a token")
    method = one_look()
    # With a token, `begin_...` sends nothing: it hands the token to the method. Which operation is named here makes
    # no difference, and neither do its arguments; so it is a harmless one on a set that cannot exist.
    _ = await client.virtual_machine_scale_sets.begin_reapply(
        "from-token", "from-token", polling=method, continuation_token=token
    )
    progress: Progress = await method.look()  # type: ignore[attr-defined]
    return progress


_ENDED_BADLY = frozenset({400, 409, 412})
"""By the Location protocol a failed operation answers with its own error; anything else is about our question."""


def _progress(status: str, response: Any) -> Progress:
    match status.casefold():
        case "succeeded":
            return Progress(ProgressState.SUCCEEDED, output=printed(response.content))
        case "failed" | "canceled" | "cancelled":
            error = decode_error(response.content)
            code = error.code or ("Failed" if status.casefold() == "failed" else "Canceled")
            return Progress(ProgressState.FAILED, code, cleaned(error.message or ""))
    return Progress(ProgressState.IN_PROGRESS)


def _without_answer(token: str) -> str:
    """Leave out the first answer's body where the address of the operation says everything: the model of a scale set
    can be some 20 KB, and the token is written with every step."""
    document = json.loads(base64.b64decode(token))
    answer = document.get("data", {}).get("response", {})
    headers = {name.casefold() for name in answer.get("headers", {})}
    if "azure-asyncoperation" not in headers:
        return token
    answer["content"] = ""
    document["data"]["context"] = {}
    return base64.b64encode(json.dumps(document, separators=(",", ":")).encode()).decode()
