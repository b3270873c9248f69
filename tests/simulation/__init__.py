"""The shipped app in random worlds under random faults, in virtual time, watched by somebody who knows the truth.

    tale        what a seed stands for: a world, a policy, and what happens when
    sizes       the same of pools that change their size: schedules, people, load in waves (`--sized`)
    nature      what a true world has to offer, whichever it is: `twins` (in memory; with load, `twin_load`) or `wire`
                (the simulator; with load, `wire_load`)
    weather     what happens to calls between the app and the world: slow, lost, throttled, stale, lying
    host        the platform: workers that crash and freeze, messages that are lost, doubled and late, timers
    observer    sees the true world, and complains the moment an invariant is broken
    policy_observer   the same for what the policy forbids
    size_observer     the same for pools that change their size
    relief_observer   the same while load is evened out
    ending      what must be true when the faults are over
    play        one tale from its beginning to its end
    broken      variants of the product with one rule removed, which all have to be caught

`python -m tests.simulation --help`, or `make simulate SEEDS=2000`. What the invariants are: docs/safety.md.
"""
