"""Hearing: one translator per source, from a payload to signals. Pure, and total: whatever bytes come, the answer is
signals, a reason why there are none, or `Poison`.

    resource_ids    which machine an Azure resource id means
    event_grid      events of VMs and scale sets, in both schemas: operations, health, maintenance, resources
    alertmanager    notifications of Prometheus' Alertmanager
    azure_monitor   alerts in Azure Monitor's common schema
    health          what DC/OS says of itself
    page            docs/signals.md, made from all of them
"""
