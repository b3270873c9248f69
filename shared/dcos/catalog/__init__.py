"""What Poolkeeper knows of the packages that DC/OS clusters on Azure were offered on their first day.

An entry (entry.py) is a package together with the ways in which it registers; the data are in stateful.py (what keeps
something of its own), plain.py (what moves by itself, or not at all) and beside.py (what is not offered and is there).
recognise.py goes from a Marathon application or a Mesos framework to the package, and falls back on the cautious side
where it is not sure. `docs/catalog.md` is made from here by page.py. Everything in this room is data and pure lookups.
Sources: the list of packages is that of mesosphere/dcos-docs-site 2.2/overview/design/azure-container-service; how they
register is in mesosphere/universe repo/packages, which each entry names.
"""
