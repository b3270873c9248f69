"""A Functions host on this machine, so that the real app runs without Azure.

It loads ``function_app.py`` through azure-functions-runtime, Microsoft's own worker library, and drives it as the
Functions host does: Event Grid webhook, HTTP routes, queue listeners with poison queues, timers, admin endpoints,
queue and table outputs. What the worker would refuse in Azure fails here with the same words.

    python -m simulator.host --app . --port 7071           on the command line
    python -m simulator.host --app . --check               would Azure's worker take this app?
    async with LocalHost(HostOptions(app=...)) as host:    inside a process (one app per process)

A map of the room: ``host`` starts and stops everything; ``worker`` is the library; ``contract`` says what an
invocation contains; ``invocations`` runs and logs; ``queues`` (with ``held_message``), ``timers`` (with
``ncrontab``), ``eventgrid``, ``http_routes`` and ``admin`` hear; ``outputs`` and ``storage`` deliver; ``settings``
and ``keys`` configure.

Left out: Event Hubs triggers (they are listed as not listened to), blob bindings, identity-based connections,
retry policies, dynamic concurrency. It is a stand-in for development and is never deployed.
"""

from __future__ import annotations

from simulator.host.errors import AppRejected, BackgroundStopped, HostError, OneAppPerProcess, SettingsError
from simulator.host.host import HostOptions, LocalHost
from simulator.host.invocations import InvocationIdFilter
from simulator.host.keys import Keys, read_keys
from simulator.host.worker import Outcome, index_app

__all__ = [
    "AppRejected",
    "BackgroundStopped",
    "HostError",
    "HostOptions",
    "InvocationIdFilter",
    "Keys",
    "LocalHost",
    "OneAppPerProcess",
    "Outcome",
    "SettingsError",
    "index_app",
    "read_keys",
]
