"""What would be decided: a cluster as it was at one moment, saved, and decided on again by any policy.

    take.py      asks Azure, the masters and storage for all that a pass goes by
    saved.py     what is kept of that, as one JSON document without secrets
    again.py     the pass's own judging and deciding over such a document; nothing is asked or changed

The same document and the same policy give the same decisions, on whatever computer and whenever.
"""

from __future__ import annotations
