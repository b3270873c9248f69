"""What DC/OS's services print, made fit to be kept: short, on one line, and without what looks like a secret.

The output of a failed unit is a sentence of the diagnostics and the last fifty lines of its journal
(dcos/dcos-diagnostics:api/helpers_linux.go, GetJournalOutput). What went wrong stands at the end of it, so the
beginning and the end are kept. A journal holds whatever a service has logged, logins among it: what follows a word
such as `password` or `token`, and whatever has the form of a token, is blotted out before anything is stored or sent.
"""

from __future__ import annotations

import re

HEAD, TAIL = 120, 260
"""Characters that are kept of the beginning and of the end."""
RAW_HEAD, RAW_TAIL = 1_000, 4_000
"""Characters that are looked at: some outputs are megabytes."""
BLOT = "***"

_NAMED = re.compile(
    r"""(?i)((?:token|password|passwd|secret|accountkey|accesskey|sig)["']?\s{0,3}[=:]\s{0,3}["']?)[^\s"',;&]+"""
)
_LOGIN = re.compile(r"(?i)\b(bearer|basic)\s+[^\s\"',;]+")
_JWT = re.compile(r"eyJ[\w-]{5,}(?:\.[\w-]*)*")
_IN_URL = re.compile(r"//[^/\s:@]{1,100}:[^/\s@]{1,100}@")


def shortened(text: str) -> str:
    """The beginning and the end on one line; all of it where it is short."""
    whole = _clean(text) if len(text) <= RAW_HEAD + RAW_TAIL else ""
    if whole or not text:
        return whole if len(whole) <= HEAD + TAIL else _ends(whole, whole)
    return _ends(_clean(text[:RAW_HEAD]), _clean(text[-RAW_TAIL:]))


def _ends(first: str, last: str) -> str:
    """A word that was cut through is left out: it may be the rest of what would have been blotted out."""
    head = first[:HEAD].rpartition(" ")[0]
    tail = last[-TAIL:].partition(" ")[2]
    return f"{head} … {tail}"


def _clean(text: str) -> str:
    printable = "".join(each if each.isprintable() else " " for each in text)
    line = " ".join(printable.split())
    line = _LOGIN.sub(rf"\1 {BLOT}", _IN_URL.sub(f"//{BLOT}@", line))
    return _JWT.sub(BLOT, _NAMED.sub(rf"\1{BLOT}", line))
