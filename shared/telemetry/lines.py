"""Lines of the log: what the audit says, as JSON, so that a log can be asked by node, incident and trace.

The audit in the tables has everything and is complete; the log has the sentence, to be looked for beside the host's own
lines. Numbers and evidence stay in the audit.
"""

from __future__ import annotations

import msgspec

from shared.model.audit import AuditRecord

from .traces import trace_id

LONGEST = 1000
"""Of one sentence, in characters."""


def line_of(record: AuditRecord) -> str:
    """One line, whatever the sentence holds: JSON has no line breaks of its own."""
    said = {
        "at": record.at,
        "kind": record.kind.value,
        "cluster": record.cluster,
        "subject": record.subject,
        "text": record.text[:LONGEST],
        "incident": record.incident,
        "operation": record.operation,
        "trace": trace_id(record.cluster, record.incident).hex() if record.incident else None,
    }
    return msgspec.json.encode({name: value for name, value in said.items() if value is not None}).decode()
