"""A request for a file of the console.

1. Its root is its one page; where a person is in it stands behind a `#` and never comes here.
2. Nothing else is there than what was built. Without anything built, the root says how that is done.
3. The browser has it already: 304. What has its digest in its name is never asked for again.
4. It takes gzip: it gets that.

The page may run nothing but its own script, ask nobody but this app and (where people sign in with Entra) the login of
the tenant, and be framed by nobody.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import msgspec

from shared.api.answers import Answer
from shared.api.etags import is_known
from shared.settings import EntraAccess

from .files import PAGE, File

SIGN_IN = "sign-in.json"
CLIENT = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
FOR_EVER, EACH_TIME = "public, max-age=31536000, immutable", "no-cache"
NOT_BUILT = b"""<!doctype html><html lang="en"><title>Poolkeeper</title>
<p>The console was not built into this package. <code>make setup</code> in the checkout builds it.</p></html>
"""
FIXED = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
RULES = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src {}; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
)


@dataclass(frozen=True)
class Console:
    """`files` as `files.read` found them; `entra` is whose people sign in, when it names an app registration."""

    files: Mapping[str, File]
    entra: EntraAccess

    @cached_property
    def rules(self) -> str:
        """What the page may do."""
        return RULES.format(f"'self' {self.entra.authority}" if self._client else "'self'")

    @cached_property
    def _client(self) -> str:
        """The id of the app registration by which people sign in; empty: they have keys."""
        ids = sorted(one for one in self.entra.audiences if CLIENT.fullmatch(one))
        return ids[0] if ids and self.entra.tenant else ""

    def sign_in(self) -> bytes:
        """For the page: where somebody signs in, or that a key is needed."""
        told = {"authority": f"{self.entra.authority}/{self.entra.tenant}", "client": self._client}
        return msgspec.json.encode({"entra": told if self._client else None})

    def answer(self, path: str, headers: Mapping[str, str]) -> Answer:
        """`path` below the console's root; names of headers in small letters."""
        sent = {**FIXED, "Content-Security-Policy": self.rules}
        name = path.strip("/") or PAGE
        if name == SIGN_IN:
            return Answer(200, self.sign_in(), {**sent, "Cache-Control": EACH_TIME})
        file = self.files.get(name)
        if file is None:
            body = NOT_BUILT if name == PAGE else b"There is nothing under this path.\n"
            kind = "text/html" if name == PAGE else "text/plain"
            return Answer(503 if name == PAGE else 404, body, {**sent, "Cache-Control": EACH_TIME}, kind)
        sent["Cache-Control"] = FOR_EVER if file.is_hashed else EACH_TIME
        sent |= {"ETag": file.etag, "Vary": "Accept-Encoding"}
        if is_known(headers.get("if-none-match", ""), file.etag):
            return Answer(304, b"", sent, file.kind)
        if _takes_gzip(headers.get("accept-encoding", "")):
            return Answer(200, file.packed, {**sent, "Content-Encoding": "gzip"}, file.kind)
        return Answer(200, file.content, sent, file.kind)


def _takes_gzip(accepted: str) -> bool:
    offers = [one.strip().lower().replace(" ", "") for one in accepted.split(",")]
    return any(one.split(";")[0] in {"gzip", "*"} and not one.endswith(";q=0") for one in offers)
