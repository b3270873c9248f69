"""Hearing: one translator per source, from a payload to signals. Pure, and total: whatever bytes come, the answer is
signals, a reason why there are none, or `Poison`.

    resource_ids   which machine an Azure resource id means
    event_grid     events of VMs and scale sets, in both schemas
"""
