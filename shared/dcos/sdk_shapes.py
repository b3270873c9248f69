"""What services built on dcos-commons answer, as far as it is looked at.

The specification of a service is what it would install itself by: its field names are those of the Java classes, with
dashes; a value is Mesos's, with a type of its own for each of scalars and ranges; a rule of placement says its class.
Sources: mesosphere/dcos-commons:sdk/scheduler/src/main/java/com/mesosphere/sdk (http/queries, http/types,
specification/DefaultServiceSpec and its parts, offer/evaluate/placement, offer/taskdata/LabelConstants).
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct


class StepShape(Struct):
    name: str = ""
    status: str = ""


class PhaseShape(Struct):
    name: str = ""
    steps: tuple[StepShape, ...] = ()


class PlanShape(Struct):
    status: str
    phases: tuple[PhaseShape, ...] = ()
    errors: tuple[str, ...] = ()


class TaskShape(Struct):
    name: str
    id: str = ""
    status: str | None = None


class PodShape(Struct):
    name: str
    tasks: tuple[TaskShape, ...] = ()


class SortShape(Struct):
    name: str
    instances: tuple[PodShape, ...] = ()


class StatusShape(Struct):
    pods: tuple[SortShape, ...]


class OlderTaskShape(Struct):
    """Before version 0.40: the state in Mesos's spelling, or a sentence where there is none."""

    name: str
    id: str = ""
    state: str = ""


class ValueShape(Struct):
    value: str = ""


class LabelShape(Struct):
    key: str = ""
    value: str = ""


class LabelsShape(Struct):
    labels: tuple[LabelShape, ...] = ()


class TaskInfoShape(Struct, rename="camel"):
    slave_id: ValueShape | None = None
    labels: LabelsShape | None = None


class TaskStatusShape(Struct):
    state: str = ""


GIVEN_UP = "permanently-failed"
"""The label of a task whose pod is to be started anew, wherever there is room."""


class InfoShape(Struct):
    info: TaskInfoShape
    status: TaskStatusShape | None = None

    @property
    def agent(self) -> str:
        return self.info.slave_id.value if self.info.slave_id is not None else ""

    @property
    def is_over(self) -> bool:
        return self.status is not None and self.status.state == "TASK_FINISHED"

    @property
    def is_given_up(self) -> bool:
        labels = self.info.labels.labels if self.info.labels is not None else ()
        return any(one.key == GIVEN_UP and one.value == "true" for one in labels)


class ScalarShape(Struct):
    value: float = 0.0


class RangeShape(Struct):
    begin: int = 0
    end: int = 0


class RangesShape(Struct):
    range: tuple[RangeShape, ...] = ()


class AmountShape(Struct):
    scalar: ScalarShape | None = None
    ranges: RangesShape | None = None


class ResourceShape(Struct, rename="kebab"):
    """Also a volume, whose `type` is ROOT for one on the agent's own disk, and MOUNT for a disk of its own."""

    name: str
    value: AmountShape
    type: str | None = None
    network_names: tuple[str, ...] | None = None


class ResourceSetShape(Struct, rename="kebab"):
    id: str
    resource_specifications: tuple[ResourceShape, ...] = ()
    volume_specifications: tuple[ResourceShape, ...] | None = None


class TaskSpecShape(Struct, rename="kebab"):
    name: str
    resource_set: ResourceSetShape


class PodSpecShape(Struct, rename="kebab"):
    type: str
    task_specs: tuple[TaskSpecShape, ...]
    placement_rule: dict[str, Any] | None = None
    volumes: tuple[ResourceShape, ...] | None = None
    pre_reserved_role: str | None = None


class SpecificationShape(Struct, rename="kebab"):
    pod_specs: tuple[PodSpecShape, ...]


decode_names = msgspec.json.Decoder(tuple[str, ...]).decode
decode_plan = msgspec.json.Decoder(PlanShape).decode
decode_status = msgspec.json.Decoder(StatusShape).decode
decode_older_status = msgspec.json.Decoder(dict[str, tuple[OlderTaskShape, ...]]).decode
decode_info = msgspec.json.Decoder(tuple[InfoShape, ...]).decode
decode_specification = msgspec.json.Decoder(SpecificationShape).decode
