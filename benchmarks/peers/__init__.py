"""Reference models of what others do when a node fails, or load changes, one file each.

They are models and not the programs: each file says which rule it follows, with which numbers, and where these are
written. Where a source leaves something open, the reading that is better for the peer was taken, and the file says so.
None of them is slowed by its own work: those that repair look every five seconds, their calls cost nothing and never
fail.

    stock_dcos      DC/OS 1.11 alone
    vmss_repairs    automatic instance repairs of Azure's scale sets, under DC/OS 1.11
    kubernetes      what the following three share: when a node is NotReady, and when its pods move
    aks             AKS node auto-repair
    cluster_api     Cluster API's MachineHealthCheck
    karpenter       Karpenter's node repair
    clusterman      Clusterman's autoscaler, in a race of its own (`benchmarks/scaling.py`)
"""
