"""Metrics, at speed: batches in, transitions of rules out.

    body        bytes of a request, unpacked within bounds
    telegraf    JSON batches: the name first, the rest only where a rule wants it
    plain       DC/OS metrics API, Prometheus text, Mesos snapshots: small, so read in the ordinary way
    index       metric name -> the rules that want it, made once per policy
    number      what counts as a number and as a time; tally counts what does not
    roster      host, address, agent id -> the node, from what the inventory remembers
    course      the state machine of one rule over one series; pure
    watching    all courses of this process, and what changed
    shares      what the nodes of a pool mean for the pool
    recall      rows of others, or of our former life -> our courses
    keep        changes -> rows, each on its etag
    tell        what was reached -> signals in their queue
    follow      numbers that sizes of pools follow: their last values, and keep_followed: a row each minute
    silence     who has not been heard for too long
    ear         the use cases: a body in, signals out
    rounds      masters and agents of Mesos are asked for their metrics, each minute

Nothing here is stored per sample. A value that is good, of a series that was good, leaves nothing in storage.
"""
