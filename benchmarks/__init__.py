"""How fast it is, against what was promised, on this machine, now.

    python -m benchmarks                 everything, in about three minutes
    python -m benchmarks decide sweep    some of it

    python -m benchmarks.repair_time     the race with models of other repairers, in some ten minutes
    python -m benchmarks.scaling         the race with a model of another autoscaler, in some eight minutes

Each benchmark is one file with a `measure()` that returns figures. `figures` says what a figure is, `table` prints
them, `__main__` runs them. Absolute times depend on the machine and on who else uses it, so every figure is also told
as a ratio to a yardstick that was measured beside it.

What was measured last, and what is bad about it, stands in docs/benchmarks.md. How long `make test` takes is not
measured here; its limit is six minutes on two cores.
"""
