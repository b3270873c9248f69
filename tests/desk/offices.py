"""The office over what the real app has written down in a scene."""

from __future__ import annotations

from shared.audit import AuditLog
from shared.desk.over_storage import StorageOffice
from shared.model.mark import NO_MARK
from tests.scene import Scene


def office_of(scene: Scene) -> StorageOffice:
    log = AuditLog(scene.store)
    return StorageOffice(scene.store, scene.queues, log, scene.clock, frozenset(), NO_MARK)
