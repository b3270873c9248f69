"""What can be said by the API: each route is one call of the office, in the name of the caller.

The body says why; the answer tells what is touched, what of it is final, and where it can be followed. With
`rehearse=true` it tells that and nothing is done.
"""

from __future__ import annotations

from shared.desk import orders
from shared.model.roles import Role

from .route import CLUSTER, INCIDENT, NODE, POOL, ROW, Route

ACTIONS = (
    Route(
        method="POST",
        path=f"{CLUSTER}/pause",
        name="pause",
        role=Role.OPERATE,
        says="Hands off a cluster, a pool or a node.",
        body=orders.Pause,
        answer=orders.Done,
        query=orders.Rehearse,
        does=lambda office, call: office.pause(call.names["cluster"], call.body, call.caller.name, call.etag),
    ),
    Route(
        method="POST",
        path=f"{CLUSTER}/resume",
        name="resume",
        role=Role.OPERATE,
        says="Take a pause back.",
        body=orders.Resume,
        answer=orders.Done,
        query=orders.Rehearse,
        does=lambda office, call: office.resume(
            call.names["cluster"], call.body, call.caller.name, call.etag
        ),
    ),
    Route(
        method="POST",
        path=f"{NODE}/hold",
        name="hold",
        role=Role.OPERATE,
        says="Hands off this node, whatever is wrong with it.",
        body=orders.Hold,
        answer=orders.Done,
        query=orders.Rehearse,
        does=lambda office, call: office.hold(
            call.names["cluster"], call.names["node"], call.body, call.caller.name
        ),
    ),
    Route(
        method="POST",
        path=f"{NODE}/release",
        name="release",
        role=Role.OPERATE,
        says="Take a hold back.",
        body=orders.Keep,
        answer=orders.Done,
        query=orders.Rehearse,
        does=lambda office, call: office.release(
            call.names["cluster"], call.names["node"], call.body, call.caller.name
        ),
    ),
    Route(
        method="POST",
        path=f"{NODE}/replace",
        name="replace_node",
        role=Role.OPERATE,
        says="Another machine in this one's place, whatever its condition; all guards are asked.",
        body=orders.Replace,
        answer=orders.Done,
        query=orders.Rehearse,
        does=lambda office, call: office.replace_node(
            call.names["cluster"], call.names["node"], call.body, call.caller.name, call.etag
        ),
    ),
    Route(
        method="POST",
        path=f"{NODE}/keep",
        name="keep_node",
        role=Role.OPERATE,
        says="Take the wish for another machine back.",
        body=orders.Keep,
        answer=orders.Done,
        query=orders.Rehearse,
        does=lambda office, call: office.keep_node(
            call.names["cluster"], call.names["node"], call.body, call.caller.name
        ),
    ),
    Route(
        method="PUT",
        path=f"{POOL}/size",
        name="set_size",
        role=Role.OPERATE,
        says="A capacity override: a size before all schedules and load.",
        body=orders.SetSize,
        answer=orders.Done,
        query=orders.Rehearse,
        does=lambda office, call: office.set_size(
            call.names["cluster"], call.names["pool"], call.body, call.caller.name, call.etag
        ),
    ),
    Route(
        method="POST",
        path=f"{POOL}/size/clear",
        name="clear_size",
        role=Role.OPERATE,
        says="Take a size back.",
        body=orders.ClearSize,
        answer=orders.Done,
        query=orders.Rehearse,
        does=lambda office, call: office.clear_size(
            call.names["cluster"], call.names["pool"], call.body, call.caller.name, call.etag
        ),
    ),
    Route(
        method="POST",
        path=f"{INCIDENT}/approve",
        name="approve",
        role=Role.APPROVE,
        says="Agree to the remedy that waits for it.",
        body=orders.Approve,
        answer=orders.Done,
        query=orders.Rehearse,
        does=lambda office, call: office.approve(
            call.names["cluster"], call.names["incident"], call.body, call.caller.name, call.etag
        ),
    ),
    Route(
        method="POST",
        path=f"{INCIDENT}/reject",
        name="reject",
        role=Role.APPROVE,
        says="Nothing is to be done about an incident.",
        body=orders.Reject,
        answer=orders.Done,
        query=orders.Rehearse,
        does=lambda office, call: office.reject(
            call.names["cluster"], call.names["incident"], call.body, call.caller.name, call.etag
        ),
    ),
    Route(
        method="POST",
        path=f"{ROW}/replay",
        name="replay",
        role=Role.OPERATE,
        says="Have it tried once more.",
        body=orders.Replay,
        answer=orders.Done,
        query=orders.Rehearse,
        does=lambda office, call: office.replay(call.names["row"], call.body, call.caller.name, call.etag),
    ),
    Route(
        method="POST",
        path=f"{ROW}/drop",
        name="drop",
        role=Role.OPERATE,
        says="Take it out of the quarantine for good.",
        body=orders.Drop,
        answer=orders.Done,
        query=orders.Rehearse,
        does=lambda office, call: office.drop(call.names["row"], call.body, call.caller.name, call.etag),
    ),
)
