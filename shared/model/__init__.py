"""The words of the product as frozen types. No I/O, and nothing of ours is imported from here.

readings    a value or a failure, never a magic number
azure       scale set, instance, and the progress of a long operation
mesos       agent, scheduler state, generation
signals     somebody said that something may be wrong
snapshot    all readings of one cluster at one time
nodes       one machine in all its worlds: instance, agent, memory; and what we judge of it
incidents   an open problem, from first signal to resolved or handed over
decisions   act, wait, hold or hand over, with every guard's answer
operations  one durable execution of a remedy
ledger      who is disrupting what
audit       what was seen, decided and done
"""
