"""The audit: what was heard, judged, decided, done and refused, in order, so that nobody can quietly change it.

`log` appends, `chain` computes and verifies the hashes.
"""

from __future__ import annotations

from .chain import Break, Entry, verify
from .log import AuditLog

__all__ = ["AuditLog", "Break", "Entry", "verify"]
