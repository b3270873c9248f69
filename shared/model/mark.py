"""Our mark: ids for our own requests to Azure, which can be told from everybody else's when they come back in events.

Every write that goes out carries a request id and a correlation id; Azure Resource Manager repeats both in the events
of the operation (`httpRequest.clientRequestId`, `correlationId`), also of operations that it carries out for it. The
last half of such an id is a digest of its first half and of the installation's name. So a worker knows an echo whoever
of its kind sent the request, also after a restart and without looking anything up; and it knows it by the request,
where the caller's identity says only who it was: that may be shared with others, or not be told.

The mark is no secret and no proof. What it hides is one wake-up; the sweep looks a minute later at the latest.
Sources: MicrosoftDocs/azure-docs articles/event-grid/event-schema-resource-groups.md; Azure/azure-resource-manager-rpc
v1.0/common-api-details.md for both headers.
"""

from __future__ import annotations

from hashlib import blake2b
from secrets import token_bytes
from uuid import UUID

from msgspec import Struct

HEADERS = ("x-ms-client-request-id", "x-ms-correlation-request-id")
_HEAD, _END = 10, 6  # bytes; a stranger's id ends like this once in 281 million million


class Mark(Struct, frozen=True):
    """`installation` is the same for all workers of one app and another one for other apps. Empty: nothing is ours."""

    installation: str

    def new(self) -> str:
        """An id for one request, as a UUID."""
        head = UUID(bytes=token_bytes(16), version=4).bytes[:_HEAD]
        return str(UUID(bytes=head + self._end(head)))

    def is_on(self, id: str) -> bool:
        """Whether we made this id. Never raises."""
        if not self.installation or len(id) != 36:
            return False
        try:
            made = UUID(id).bytes
        except ValueError:
            return False
        return made[_HEAD:] == self._end(made[:_HEAD])

    def _end(self, head: bytes) -> bytes:
        return blake2b(head + self.installation.encode(), digest_size=_END).digest()


NO_MARK = Mark("")
"""Of who does not know which installation it is."""
