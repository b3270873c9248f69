"""What lies in a file that an operator names: payloads, in the forms in which they are saved and exported.

One payload or an array of them; one on each line, as logs and exports have them; in base64, as a queue's messages are
read; in UTF-16, as a redirection in PowerShell writes it; packed with gzip. `-` is what is piped in.
"""

from __future__ import annotations

import base64
import binascii
import sys
from pathlib import Path
from typing import Any

import msgspec

from cli.sources import Sender
from cli.trouble import USAGE, Trouble
from shared.errors import Poison
from shared.firehose.body import unpacked

MOST_BYTES = 64 * 1024 * 1024
STDIN = Path("-")
_BOM = b"\xef\xbb\xbf"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def bytes_of(file: Path) -> bytes:
    """`Trouble` when it can not be read; `Poison` when it can not be unpacked."""
    try:
        body = sys.stdin.buffer.read(MOST_BYTES) if file == STDIN else file.read_bytes()
    except OSError as error:
        raise Trouble(f"{file} can not be read ({error.strerror}), so nothing was heard.", USAGE) from None
    if body.startswith(_UTF_16):
        body = body.decode("utf-16", "replace").encode("utf-8", "replace")
    return unpacked(body, "gzip").removeprefix(_BOM)


def payloads_in(body: bytes) -> list[Any]:
    """JSON values. `Poison` when it is no JSON, in no form."""
    if not body.strip():
        raise Poison("it is empty")
    try:
        decoded = msgspec.json.decode(body)
    except (msgspec.MsgspecError, RecursionError, ValueError) as error:
        lines = _each_line(body) or _in_base64(body)
        if lines is None:
            raise Poison(f"it is not JSON ({error})") from error
        return lines
    return decoded if isinstance(decoded, list) else [decoded]


def looks_like(payload: Any) -> Sender | None:
    """Whose payload it is, by its outermost names; None when nobody's, or when it is not clear."""
    if not isinstance(payload, dict):
        return None
    if "eventType" in payload or "specversion" in payload:
        return Sender.EVENT_GRID
    if payload.get("schemaId") == "azureMonitorCommonAlertSchema":
        return Sender.AZURE_MONITOR
    return Sender.ALERTMANAGER if isinstance(payload.get("alerts"), list) else None


def _each_line(body: bytes) -> list[Any] | None:
    """A payload on each line, when there are several."""
    lines = [line for line in body.splitlines() if line.strip()]
    if len(lines) < 2:
        return None
    try:
        return [msgspec.json.decode(line) for line in lines]
    except (msgspec.MsgspecError, RecursionError, ValueError):
        return None


def _in_base64(body: bytes) -> list[Any] | None:
    try:
        decoded = msgspec.json.decode(base64.b64decode(body.strip(), validate=True))
    except (binascii.Error, msgspec.MsgspecError, RecursionError, ValueError):
        return None
    return decoded if isinstance(decoded, list) else [decoded]
