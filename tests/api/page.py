"""Writes docs/api.md: `python -m tests.api.page docs/api.md`. The tables are made from the routes themselves."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

import msgspec

from shared.api.actions import ACTIONS
from shared.api.problem import STATUS
from shared.api.reads import READS
from shared.api.route import Route

HEAD = """# The API

Everything that the command line shows and says, by HTTP, below `https://APP.azurewebsites.net/api/v1`. Its description
(OpenAPI 3.1, made from the types) is served at `openapi.json`. Who may call is told in [security.md](security.md):
a bearer token of Entra, or a key as `x-api-key`.

`make run` prints a command that asks the API of a small cluster on this machine.

* **Lists** come in pages: `limit` (1 to 1000, else 100), and `after` with what `next` said of the page before. Filters
  that are empty count for nothing.
* **ETags**: `If-None-Match` saves an answer that the caller has (304). An action takes the ETag of what was read, or
  the `etag` of one thing in a list, as `If-Match`, and answers 412 when it has changed since.
* **Idempotency-Key**: the same action under the same key is carried out once, and answered the same, for a day. With
  another body it is a 422, while it is carried out a 409.
* **Errors** are problem documents (RFC 9457); the last part of `type` is the reason, `numbers` what it rests on. 400:
  the form is not as described. 422: it makes no sense. 409: something stands against it. 502: whether it was done is
  not known. 503: nothing was done, come again after Retry-After.
* **Actions** answer what they touch, what happens now, what of it can't be undone, what takes it back, and where it
  can be followed. With `rehearse=true` behind its path, an action is checked and answered in the same way, and nothing
  is done.

`health/live` and `health/ready` (beside `v1`, without credentials) tell probes whether the app answers, and whether it
reads its storage and has a policy.
"""


def written() -> str:
    return "\n".join(
        [HEAD, *_table("What can be read", READS), *_table("What can be said", ACTIONS), *_kinds()]
    )


def _table(title: str, routes: Iterable[Route]) -> Iterable[str]:
    yield f"## {title}\n"
    yield "| | path | role | what | takes |"
    yield "|---|---|---|---|---|"
    for route in routes:
        takes_from = (route.body or route.query) if route.method != "GET" else route.query
        fields = msgspec.structs.fields(takes_from) if takes_from else ()
        takes = ", ".join(f"`{field.encode_name}`" for field in fields)
        yield f"| {route.method} | `{route.path}` | {route.role.value} | {route.says} | {takes} |"
    yield ""


def _kinds() -> Iterable[str]:
    yield "## What a no means\n"
    yield "| kind | status |"
    yield "|---|---|"
    for kind, status in STATUS.items():
        yield f"| {kind.value.replace('_', ' ')} | {status} |"
    yield ""


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(written())
