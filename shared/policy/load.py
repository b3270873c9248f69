"""Text to a policy, or all of its faults in one error.

This is the door of the room: bytes or text in, `Policy` out, `PolicyError` for everything that is wrong, whatever the
text is. It reads no file, so that where the text comes from is the caller's affair (`in_force.py`, and `beside.py` for
the files that a policy names). Cheap to import: the YAML library is loaded with the first text.
"""

from __future__ import annotations

from shared.policy.beside import unpacked
from shared.policy.faults import MOST_FAULTS, Fault, PolicyError
from shared.policy.read import PolicyReading
from shared.policy.schema import Policy
from shared.policy.tree import EXPECTED, MOST_BYTES, plant

__all__ = ["Fault", "PolicyError", "load"]


def load(text: str | bytes, source: str) -> Policy:
    """The policy that `text` holds (YAML, UTF-8, at most 256 KiB, with the iCalendar files behind it). `source` names
    it in messages, usually the file.

    `PolicyError` carries every fault, in the order of the lines. The same text gives the same faults.
    """
    plain = _decoded(text)
    if isinstance(plain, Fault):
        raise PolicyError(source, (plain,))
    plain, ics = unpacked(plain)
    root, faults = plant(plain)
    reading = PolicyReading(ics)
    policy = Policy() if root is None else reading.policy(root)
    faults = sorted({*faults, *reading.faults})
    if len(faults) > MOST_FAULTS:
        first = faults[MOST_FAULTS]
        more = f"{len(faults) - MOST_FAULTS} more faults from here on"
        faults = [*faults[:MOST_FAULTS], Fault(first.line, first.column, "", more, "a policy file")]
    if faults:
        raise PolicyError(source, tuple(faults))
    return policy


def _decoded(text: str | bytes) -> str | Fault:
    """The text without a byte order mark; a fault when it is too long or not UTF-8."""
    size = len(text) if isinstance(text, bytes) else len(text.encode("utf-8", "surrogatepass"))
    if size > MOST_BYTES:
        return Fault(
            1, 1, "", f"{size} bytes", f"at most {MOST_BYTES} bytes", "a policy is some kilobytes long"
        )
    if isinstance(text, str):
        return text.removeprefix("\ufeff")
    if text.startswith((b"\xff\xfe", b"\xfe\xff")):
        return Fault(1, 1, "", "a file in UTF-16", f"UTF-8 text: {EXPECTED}", "save the file as UTF-8")
    try:
        return text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = text.count(b"\n", 0, error.start) + 1
        column = error.start - text.rfind(b"\n", 0, error.start)
        found = f"the byte 0x{text[error.start]:02x}, which is not UTF-8"
        return Fault(line, column, "", found, "UTF-8 text", "save the file as UTF-8")
