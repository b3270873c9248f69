"""The race of repairers: the same failures, one repairer after the other, and somebody who sees what is true.

    traces      what fails, when, and how long everything takes in that world: drawn from a seed
    site        one world for one trace and one repairer; strikes it
    witness     looks at the true machines, tasks and volumes, and at every order
    ours        the shipped app, as one of the repairers; the others are in `benchmarks/peers`
    systems     all of them
    race        one repairer on one trace; all of them on all
    results     medians, percentiles and sums
    show        the table
    chart       the picture

`benchmarks/repair_time.py` runs all of it.
"""
