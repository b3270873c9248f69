"""In-memory twins of all ports: public test doubles, and the parts of a simulation on virtual time.

Each twin keeps the promises of its port (the suites in `tests/contract` run against twin and real alike) and adds
plain verbs with which a test moves the world: `add_pool`, `lose`, `fail_next`, `advance`. They never sleep, and
whatever takes time in the world takes time on the clock that they are given.

    clock      SteppedClock     time that moves when told to
    faults     Faults           "the next call of this kind fails like that", before or after it was carried out
    store      MemoryStore      rows with etags
    queues     MemoryQueues     delays, redelivery, dequeue counts
    compute    MemoryCompute    scale sets whose operations take a while
    machines   MemoryMachines   machines outside of scale sets: the masters
    acts       Acts             long operations, and what they do to one machine
    guests     Guests           what lives in the machines, for tests that have agents
    scheduler  MemoryScheduler  a leading master and its agents
    health     MemoryHealth     a DC/OS that says how it is
    workloads  MemoryWorkloads  Marathon and SDK services, and what runs where
    http       MemoryHttp       routes given as a dict of functions
"""
