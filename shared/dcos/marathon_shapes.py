"""Marathon's answers as they are on the wire: applications, pods, deployments.

Fields come and go between Marathon 1.1 (DC/OS 1.7) and 1.11 (DC/OS 2.2), so all but ids and wanted instances may be
missing, and may be null. What is made of them is in marathon_apps.py and marathon_queue.py. What an application needs
may be anything here, so that an odd number hides no application; marathon_needs.py makes sense of it.
Source: mesosphere/marathon:docs/docs/rest-api/public/api/v2 (types of app, pod, podStatus, deployment).
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct, field


class CheckShape(Struct):
    alive: bool = False


class TaskShape(Struct, rename="camel"):
    id: str
    slave_id: str = ""
    host: str = ""
    state: str = ""
    started_at: str | None = None
    health_check_results: tuple[CheckShape, ...] | None = None
    local_volumes: tuple[msgspec.Raw, ...] | None = None


class VolumeShape(Struct):
    persistent: Any = None


class DockerShape(Struct, rename="camel"):
    image: str = ""
    network: Any = None
    port_mappings: Any = None


class ContainerShape(Struct, rename="camel"):
    docker: DockerShape | None = None
    volumes: tuple[VolumeShape, ...] | None = None
    port_mappings: Any = None


class UpgradeShape(Struct, rename="camel"):
    minimum_health_capacity: float = 1.0


class UnreachableShape(Struct, rename="camel"):
    inactive_after_seconds: float = 0.0
    expunge_after_seconds: float = 0.0


class AppShape(Struct, rename="camel"):
    id: str
    instances: int
    tasks_running: int = 0
    tasks_healthy: int = 0
    health_checks: tuple[msgspec.Raw, ...] | None = None
    residency: Any = None
    container: ContainerShape | None = None
    upgrade_strategy: UpgradeShape | None = None
    unreachable_strategy: UnreachableShape | str | None = None
    constraints: tuple[tuple[str, ...], ...] | None = None
    labels: dict[str, str] | None = None
    deployments: tuple[msgspec.Raw, ...] | None = None
    tasks: tuple[TaskShape, ...] | None = None
    cpus: Any = None
    mem: Any = None
    disk: Any = None
    gpus: Any = None
    accepted_resource_roles: Any = None
    ports: Any = None
    port_definitions: Any = None
    require_ports: Any = None
    networks: Any = None
    ip_address: Any = None


class AppsShape(Struct):
    apps: tuple[AppShape, ...]


class ScalingShape(Struct):
    instances: int = 1


class ConstraintShape(Struct, rename="camel"):
    field_name: str = ""
    operator: str = ""
    value: str = ""


class PlacementShape(Struct, rename="camel"):
    constraints: tuple[ConstraintShape, ...] | None = None
    accepted_resource_roles: Any = None


class SchedulingShape(Struct, rename="camel"):
    upgrade: UpgradeShape | None = None
    placement: PlacementShape | None = None
    unreachable_strategy: UnreachableShape | str | None = None


class PodImageShape(Struct):
    id: str = ""


class PodContainerShape(Struct, rename="camel"):
    image: PodImageShape | None = None
    health_check: Any = None
    resources: Any = None
    endpoints: Any = None


class PodSpecShape(Struct, rename="camel"):
    labels: dict[str, str] | None = None
    scaling: ScalingShape | None = None
    scheduling: SchedulingShape | None = None
    volumes: tuple[VolumeShape, ...] | None = None
    containers: tuple[PodContainerShape, ...] = ()
    executor_resources: Any = None


class ContainerStatusShape(Struct):
    status: str = ""


class InstanceShape(Struct, rename="camel"):
    id: str
    status: str = ""
    agent_id: str = ""
    agent_hostname: str = ""
    status_since: str | None = None
    containers: tuple[ContainerStatusShape, ...] | None = None
    local_volumes: tuple[msgspec.Raw, ...] | None = None


class PodShape(Struct):
    id: str
    spec: PodSpecShape = field(default_factory=PodSpecShape)
    status: str = ""
    instances: tuple[InstanceShape, ...] | None = None


class DelayShape(Struct, rename="camel"):
    time_left_seconds: float = 0.0
    overdue: bool = False


class DeclinedShape(Struct):
    reason: str = ""
    declined: int = 0


class OffersShape(Struct, rename="camel"):
    reject_summary_last_offers: tuple[DeclinedShape, ...] | None = None


class QueuedPodShape(PodSpecShape, rename="camel", kw_only=True):
    id: str


class QueuedShape(Struct, rename="camel"):
    count: int
    app: AppShape | None = None
    pod: QueuedPodShape | None = None
    delay: DelayShape | None = None
    since: str | None = None
    processed_offers_summary: OffersShape | None = None


class QueueShape(Struct):
    queue: tuple[QueuedShape, ...] | None = None


class DeploymentShape(Struct, rename="camel"):
    id: str
    affected_apps: tuple[str, ...] | None = None
    affected_pods: tuple[str, ...] | None = None


class InfoShape(Struct, rename="camel"):
    framework_id: str


decode_apps = msgspec.json.Decoder(AppsShape).decode
decode_pods = msgspec.json.Decoder(tuple[PodShape, ...]).decode
decode_queue = msgspec.json.Decoder(QueueShape).decode
decode_deployments = msgspec.json.Decoder(tuple[DeploymentShape, ...]).decode
decode_info = msgspec.json.Decoder(InfoShape).decode
