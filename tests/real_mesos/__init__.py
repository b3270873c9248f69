"""A genuine Apache Mesos 1.11 on loopback, for the tests that must not take our own word for how Mesos behaves.

A fixture (fixture.py) hands out a cluster (cluster.py): one master and any number of agents, every one a process of
its own, so that an agent can be killed, frozen, unregistered and started anew, and the master restarted. All of the
server side is the original code: the package `mesos-scheduler` 1.11.0 is one shared object that contains the whole of
libmesos with every symbol exported, and driver.cpp calls what mesos-master's and mesos-agent's `main` call. build.py
fetches and builds it once per checkout; stand_ins.py makes the libraries of its old distribution that are asked for
and never used. executor.py plays the command executor, which is not in the library; framework.py is a small framework
that keeps tasks running; recordio.py reads event streams for both.

What it has not: ZooKeeper (one master, which always leads), TLS, Docker, cgroups, the fetcher, task groups, health
checks. Debian or a relative of it on x86-64 only.
"""
