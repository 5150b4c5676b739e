# SPDX-License-Identifier: Apache-2.0
"""What volumes, snapshots and backups cost, by Cinder's names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import Row, Select, case, func, select

from synnefo_core.context import RequestContext
from synnefo_core.contracts.quota import Charge, QuotaResource, Thing, Usage
from synnefo_volume.models import BackupRow, SnapshotRow, VolumeRow

VOLUMES = "volume.volumes"
GIGABYTES = "volume.gigabytes"
SNAPSHOTS = "volume.snapshots"
BACKUPS = "volume.backups"
BACKUP_GIGABYTES = "volume.backup_gigabytes"

RESOURCES = (
    QuotaResource(VOLUMES, "Volumes", user_default=20, project_default=200),
    QuotaResource(
        GIGABYTES, "Room of volumes and snapshots", "GiB", user_default=1000, project_default=10_000
    ),
    QuotaResource(SNAPSHOTS, "Snapshots of volumes", user_default=20, project_default=200),
    QuotaResource(BACKUPS, "Backups of volumes", user_default=20, project_default=200),
    QuotaResource(
        BACKUP_GIGABYTES, "Room of backups", "GiB", user_default=1000, project_default=10_000
    ),
)


def of_volume(row: VolumeRow, sign: int = 1) -> list[Charge]:
    """Return what a volume costs now; ``sign`` -1 gives everything back.

    A server's own disk is paid for with the server.
    """
    if row.server_id:
        return []
    size_gib = max(row.size_gib, row.wanted_gib)
    amounts = ((VOLUMES, 1), (GIGABYTES, size_gib))
    return [Charge(row.project_id, row.user_id, name, sign * n) for name, n in amounts]


def of_growth(row: VolumeRow, gib: int) -> list[Charge]:
    """Return what so much more of a volume costs; negative for less."""
    return [Charge(row.project_id, row.user_id, GIGABYTES, gib)]


def of_snapshot(row: SnapshotRow, sign: int = 1) -> list[Charge]:
    """Return what a snapshot costs; ``sign`` -1 gives it back."""
    amounts = ((SNAPSHOTS, 1), (GIGABYTES, row.size_gib))
    return [Charge(row.project_id, row.user_id, name, sign * n) for name, n in amounts]


def of_backup(row: BackupRow, sign: int = 1) -> list[Charge]:
    """Return what a backup costs beside its object; ``sign`` -1 gives it back."""
    amounts = ((BACKUPS, 1), (BACKUP_GIGABYTES, row.size_gib))
    return [Charge(row.project_id, row.user_id, name, sign * n) for name, n in amounts]


def usage(context: RequestContext) -> Iterator[Usage]:
    """Count volumes, snapshots and backups by their rows."""
    held = case(
        (VolumeRow.wanted_gib > VolumeRow.size_gib, VolumeRow.wanted_gib), else_=VolumeRow.size_gib
    )
    volumes = (
        select(VolumeRow.project_id, VolumeRow.user_id, func.count(), func.sum(held))
        .where(VolumeRow.server_id == "")
        .group_by(VolumeRow.project_id, VolumeRow.user_id)
    )
    snapshots = select(
        SnapshotRow.project_id, SnapshotRow.user_id, func.count(), func.sum(SnapshotRow.size_gib)
    ).group_by(SnapshotRow.project_id, SnapshotRow.user_id)
    backups = select(
        BackupRow.project_id, BackupRow.user_id, func.count(), func.sum(BackupRow.size_gib)
    ).group_by(BackupRow.project_id, BackupRow.user_id)
    found = Counter[tuple[str, str, str]]()
    for query, name, room in (
        (volumes, VOLUMES, GIGABYTES),
        (snapshots, SNAPSHOTS, GIGABYTES),
        (backups, BACKUPS, BACKUP_GIGABYTES),
    ):
        for project_id, user_id, count, gib in _counted(context, query):
            found[project_id, user_id, name] += count
            found[project_id, user_id, room] += int(gib)
    for (project_id, user_id, resource), amount in found.items():
        if amount:
            yield Usage(project_id, user_id, resource, amount)


def _counted(
    context: RequestContext, query: Select[str, str, int, int]
) -> Sequence[Row[str, str, int, int]]:
    with context.reading() as session:
        return session.execute(query).all()


def things(context: RequestContext, resource: str, project_id: str) -> Iterator[Thing]:
    """Yield the volumes, snapshots and backups that cost something of a resource."""
    if resource not in {known.name for known in RESOURCES}:
        return
    with context.reading() as session:
        volumes = select(VolumeRow).where(
            VolumeRow.project_id == project_id, VolumeRow.server_id == ""
        )
        for volume in session.scalars(volumes):
            yield from _things(resource, "volume", volume, of_volume(volume))
        snapshots = select(SnapshotRow).where(SnapshotRow.project_id == project_id)
        for snapshot in session.scalars(snapshots):
            yield from _things(resource, "snapshot", snapshot, of_snapshot(snapshot))
        backups = select(BackupRow).where(BackupRow.project_id == project_id)
        for backup in session.scalars(backups):
            yield from _things(resource, "backup", backup, of_backup(backup))


def _things(
    resource: str,
    kind: str,
    row: VolumeRow | SnapshotRow | BackupRow,
    charges: Iterable[Charge],
) -> Iterator[Thing]:
    for each in charges:
        if each.resource == resource and each.amount:
            yield Thing(row.project_id, row.user_id, resource, each.amount, kind, row.id, row.name)
