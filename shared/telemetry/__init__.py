"""What the app tells of its own work: spans and numbers, derived from what it writes down anyway. No I/O.

    measures.py   every number there is: its unit, what it means, when to look at it
    counts.py     lines of the audit        -> counts of signals, refusals, incidents, operations
    gauges.py     a pass's picture          -> how much there is now: nodes, sizes, the ledger, open incidents
    parts.py      an incident and its operation -> where the time of a repair went, in seven parts
    traces.py     the same                  -> one trace, from the first signal to the last step

Ids of traces and spans follow from the ids of incidents and operations. So a trace needs nothing to be carried through
queues, goes on after a crash in another worker, and telling a part of it twice changes nothing.
"""
