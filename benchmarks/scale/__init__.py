"""The race of autoscalers: the same load, one rule after the other, on the same machines.

    traces      what tasks come and go, how long a machine boots, what it costs: drawn from a seed
    pool        the machines, the tasks on them, the tasks that wait; it counts what the rules are compared by
    ours        the shipped rule (`shared/scale/rule.py`) on this pool; the other is in `benchmarks/peers/clusterman.py`
    race        one rule on one trace; all of them, at many setpoints
    least       how calm anybody could be on a trace, by the trace itself
    verdict     who has less unmet demand at the same waste, and who changes direction how often
    show        the tables
    chart       the pictures

`benchmarks/scaling.py` runs all of it.
"""
