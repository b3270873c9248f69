"""`poolkeeper` for operators: what the app sees, knows and did, and what it will do next.

    python -m cli [--settings FILE] COMMAND [--json]

    policy check FILE          is this a policy, and is it wise?            policy_check
    status                     pools, incidents, operations, ledgers       status
    incidents                  what is wrong, and what is done about it    incidents
    explain NODE|INCIDENT      why, by which numbers, and what is next     explain
    bodies                     failed machines that are kept               bodies
    audit tail, audit verify   what was done; is the record whole?         audit
    quarantine list, show      work that could not be done                 quarantined, quarantine
    quarantine replay, drop    try it once more, or forget it              quarantined, replay
    pause, resume              hands off, and on again                     people, overrides
    approve, reject            what was proposed, or waits for a person    people, overrides
    overrides                  what people have said, and until when       people, overrides

Only the last four lines write, and what they write is a person's word, never the world. They work on the same tables
as the app and need no running app: who is asked at night why nothing happens must get an answer when the app is what
does not happen. Names of clusters come from the policy that the app last found valid, which it keeps in storage.

With `--api URL` some of them ask the app instead (`api_office.py`, `over_http.py`, `wire.py`, `saying.py`); the others
say that they do not. All commands with their options are in docs/cli.md.

Exit codes: 0 all well; 1 the answer is no (faults in the file, a broken chain, nothing of that name); 2 the command
was not understood; 3 the storage or the API could not be read. The answer goes to stdout, what went wrong to stderr.

Nothing imports this package; it imports `shared` inside its commands, so that `--help` is quick.
"""

from __future__ import annotations
