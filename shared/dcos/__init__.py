"""The DC/OS room: how the product talks to the Mesos masters of a cluster.

`MesosScheduler` (mesos.py) implements `shared/ports/scheduler.py`. It finds the leading master (leader.py), reads its
state in one consistent piece (v1.py for masters that tell their election by the v1 operator API, older.py for the
rest; resources.py and told.py read what both have in common), says by version and capability how agents can be emptied
and given up (generation.py), and does so: deactivate and drain (emptying.py) or maintenance windows (machines.py on the
documents of maintenance.py), and then MARK_AGENT_GONE, or machine down and up on older masters (machines.py).
Everything goes through one `Http`; `AiohttpHttp` (http.py) is the one on the network. masters.py is the single place
that makes requests, headers and the errors that answers become.

Importing this room loads no aiohttp: the function app must start without it.
"""
