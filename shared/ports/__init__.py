"""The protocols behind which the outside world lives: compute, scheduler, store, queues, http, clock.

Adapters in `shared/azure` and `shared/dcos` implement them for real, `shared/memory` in memory; one contract suite
(`tests/contract`) runs against both. Only `shared/runtime.py` knows which one is in use.
"""
