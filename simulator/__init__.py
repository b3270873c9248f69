"""A DC/OS cluster in Azure on localhost: the outside world of Poolkeeper, for tests and for the demo.

Never deployed, and never imported by `shared/` or `functions/`. A map of the room:

| where | what | public names |
|---|---|---|
| `world.build` | builds a cluster that has been running for an hour | `new_world`, `build_cluster`, `ClusterSpec` |
| `world.world` | the true world and the verbs that break it | `World`, `Cluster` |
| `world.journal` | everything that truly happened | `Journal`, `Entry`, `Actor`, `By` |
| `world.durations`, `world.mesos` | how long things take | `Durations`, `MesosTimes` |
| `world.azure` | quota and lack of capacity, as data | `Quota`, `AllocationFault` |
| `world.tasks` | apps that run on the agents | `App` |
| `arm.face` | Azure Resource Manager for azure-mgmt-compute | `ArmFace` |
| `arm.caller` | tokens that carry an identity | `bearer_token`, `principal_of` |
| `mesos.face` | one Mesos master | `MesosFace` |
| `faults` | error answers, delays and broken connections, as data | `Fault`, `throttled`, `conflict`, `dropped` |
| `events` | Event Grid | `EventGrid`, `Delivery`, `post_to` |
| `serve` | all of it on sockets of 127.0.0.1 | `served` |
| `in_process` | all of it without sockets | `ArmTransport`, `MesosNetwork` |
| `clock`, `virtual_time` | wall time, and time that does not wait | `Clock`, `WallClock`, `run_virtual` |
| `wire` | requests and responses without a framework | `Request`, `Response`, `Silence` |
| `host/` | a local Functions host | see its own docstring |
"""
