"""Acting: the durable engine, its steps, and everything around a pass that reads or writes.

outside     the ports that all of this stands on
look        take a snapshot
recall      what is remembered of a cluster
books       keep the ledgers: wanted size, storms, ghosts; reserve and release
remember    write inventory and incidents
start       begin the operations that were decided
clerk       what a person says: pause, approve, reject
engine      carry one operation on, step by step
replace     the steps of the remedy *replace*, in order
steps/      one file per step
"""
