"""Acting: the durable engine, its steps, and everything around a pass that reads or writes.

Around a pass, in its order:

outside     the ports that all of this stands on
recall      what is remembered of a cluster; unread: rows that cannot be read; homes: whose ledger is whose
look        take a snapshot; roll_call: agents are asked themselves; work, load: what runs and what waits, where needed
situate     readings and memory become the situation that decisions are made in
masters     the same for masters
sizes       which sizes the pools are to have
remember    write inventory, ledgers and incidents; casebook: what changes in the incidents
start       begin the operations that were decided; growth, one_master: those about a pool, and about a master
books       the ledgers: wanted size, storms, ghosts; reserve and release

Carrying an operation on:

engine      step after step, until it has to wait or is over; leases: one worker at a time
course      what a plan is; plans: all of them; steps/: one file per step
hand        the hold on one operation; second_asking: the guards, just before what cannot be undone
close       how it ends; rest: its pool left the policy; reopen: what stopped it is gone

Beside that:

clerk       what a person says: pause, approve, reject, sizes
glances     has anything changed between two sweeps?
alerts, health, troubles, bodies
            what is heard of alerts and of DC/OS's own health, what is no node's trouble, machines that are kept
"""
