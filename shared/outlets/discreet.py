"""Nothing secret in the log, whoever writes there: the app, an SDK, or an exception's text.

The app writes no secrets. But a library may name the address that it could not reach with everything in it, and the
worker writes whole exceptions. So what is known to be secret, because it is one of our own settings, and what looks
like a secret, is struck out of every record just before it is written.
"""

from __future__ import annotations

import logging
import re
import traceback
from collections.abc import Callable, Iterable

STRUCK_OUT = "***"
SHORTEST = 6
"""What is shorter would be struck out of ordinary words."""

LOOKS_SECRET = re.compile(
    r"""(?ix)
    (?P<before>
        \b(?: AccountKey | SharedAccessKey | SharedAccessSignature | InstrumentationKey | ClientSecret )\s*=\s*
      | [?&](?: sig | code | token | access_token | password | secret | key )=
      | \b(?: Bearer | Basic )\s+(?= [\w.~+/-]*[\d=.] )
      | \b(?: x-functions-key | authorization | ocp-apim-subscription-key )["']?\s*[:=]\s*["']?(?! (?:Bearer|Basic)\b )
      | "(?: token | password | secret | access_token | client_secret )"\s*:\s*"
      | ://[^/\s:@"']+:(?=[^/\s@"']+@)
      | ://(?=[^/\s:@"']{20,}@)
    )
    (?P<secret> [^\s;,&"'@<>]+ )
    """
)


class Discreet(logging.Filter):
    """`secrets` are values that are struck out wherever they stand."""

    def __init__(self, secrets: Iterable[str]) -> None:
        super().__init__()
        known = sorted({one for one in secrets if len(one) >= SHORTEST}, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, known))) if known else None

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = self.told(_said(record)), None
        if record.exc_info and record.exc_info[0] is not None:
            record.exc_text = self.told("".join(traceback.format_exception(*record.exc_info)).rstrip())
            record.exc_info = None
        return True

    def told(self, text: str) -> str:
        """The text without its secrets."""
        if self._known is not None:
            text = self._known.sub(STRUCK_OUT, text)
        return LOOKS_SECRET.sub(lambda found: found["before"] + STRUCK_OUT, text)


class _DiscreetRecords:
    """Makes the records of a process, and asks `discreet` before anybody sees them."""

    def __init__(self, secrets: Iterable[str]) -> None:
        before = logging.getLogRecordFactory()
        self._made: Callable[..., logging.LogRecord] = (
            before._made if isinstance(before, _DiscreetRecords) else before
        )
        self._discreet = Discreet(secrets)

    def __call__(self, *args: object, **more: object) -> logging.LogRecord:
        record = self._made(*args, **more)
        self._discreet.filter(record)
        return record


def be_discreet(secrets: Iterable[str]) -> None:
    """Everything that this process writes into its log from now on. The worker has its handler at the root logger; one
    that comes later is asked too, because this stands before all handlers. An app that is made later in the same
    process takes the place of the one before."""
    logging.setLogRecordFactory(_DiscreetRecords(secrets))


def _said(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError):
        return f"{record.msg} {record.args}"
