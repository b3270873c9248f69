"""The audit: what was heard, judged, decided, done and refused, in order, so that nobody can quietly change it.

`log` appends, `month` reads what lies there and says whether it is whole, `chain` computes and verifies the hashes.
"""

from __future__ import annotations

from .chain import Break, Entry, verify
from .log import AuditLog
from .month import read_month

__all__ = ["AuditLog", "Break", "Entry", "read_month", "verify"]
