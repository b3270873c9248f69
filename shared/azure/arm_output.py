"""What a command printed that Azure ran in a machine, from the end of its operation.

The operation resource carries it under `properties.output`, today as {"value": [...]} and formerly as the list itself;
by the Location protocol the list is the whole answer. Linux machines put both streams into one message, "Enable
succeeded: [stdout] ... [stderr] ..." (Azure/azure-cli issue 32286, Azure/azure-powershell issue 6302).
"""

from __future__ import annotations

import re

import msgspec
from msgspec import Struct

from shared.azure.arm_errors import without_secrets

MOST_BYTES = 4096
"""Azure keeps no more either (MicrosoftDocs/azure-compute-docs linux/run-command.md)."""


class Message(Struct, frozen=True):
    message: str | None = None


class Messages(Struct, frozen=True):
    value: tuple[Message, ...] | None = None


class Result(Struct, frozen=True):
    output: Messages | tuple[Message, ...] | None = None


class Ended(Struct, frozen=True):
    properties: Result | None = None
    value: tuple[Message, ...] | None = None


_STREAMS = re.compile(r"\[stdout\]\n?(.*?)\n?\[stderr\]\n?(.*)", re.DOTALL)


def printed(content: bytes) -> str:
    """Both streams, the last `MOST_BYTES` bytes, without secrets; empty for an answer that tells of no command."""
    try:
        ended = msgspec.json.decode(content, type=Ended)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return ""
    output = ended.properties.output if ended.properties else None
    messages = (output.value if isinstance(output, Messages) else output) or ended.value or ()
    text = "\n".join(_streams(one.message or "") for one in messages).strip()
    return without_secrets(text).encode()[-MOST_BYTES:].decode(errors="ignore")


def _streams(message: str) -> str:
    found = _STREAMS.search(message)
    return "\n".join(stream for stream in found.groups() if stream) if found else message
