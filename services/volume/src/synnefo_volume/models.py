# SPDX-License-Identifier: Apache-2.0
"""The tables of volumes and their types, prefix ``volume``."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from synnefo_core.db.base import Base, Id, Json, Key, LongText, Moment, Name, new_metadata


class Model(Base):
    """The root of the volume models."""

    __abstract__ = True
    metadata = new_metadata()


class TypeRow(Model):
    """A type of volumes; ``qos_id`` is empty when no quality of service is said of it."""

    __tablename__ = "volume_type"
    __table_args__ = (
        Index("ix_volume_type_created", "created_at", "id"),
        Index("ix_volume_type_qos", "qos_id"),
    )

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(String(255), unique=True)
    description: Mapped[str] = mapped_column(String(255))
    is_public: Mapped[bool]
    extra_specs: Mapped[Json]
    qos_id: Mapped[Id]
    created_at: Mapped[Moment]
    updated_at: Mapped[Moment]


class TypeAccessRow(Model):
    """A project that may use a type that is not public."""

    __tablename__ = "volume_type_access"
    __table_args__ = (Index("ix_volume_type_access_project", "project_id"),)

    type_id: Mapped[str] = mapped_column(ForeignKey("volume_type.id"), primary_key=True)
    project_id: Mapped[str] = mapped_column(String(64), primary_key=True)


class DefaultTypeRow(Model):
    """The type of a project's new volumes for which none is named."""

    __tablename__ = "volume_default_type"
    __table_args__ = (Index("ix_volume_default_type_type", "type_id"),)

    project_id: Mapped[Key]
    type_id: Mapped[str] = mapped_column(ForeignKey("volume_type.id"))


class QosRow(Model):
    """Quality of service: words with values, and who is to heed them."""

    __tablename__ = "volume_qos"

    id: Mapped[Key]
    name: Mapped[Name] = mapped_column(unique=True)
    consumer: Mapped[str] = mapped_column(String(16))
    specs: Mapped[Json]
    created_at: Mapped[Moment]


class OwnedRow(Model):
    """Something that a project has."""

    __abstract__ = True

    id: Mapped[Key]
    project_id: Mapped[Id]


class VolumeRow(OwnedRow):
    """A volume.

    ``wanted_gib`` is the size that it is to have, and pays for already; 0 for none. ``reference``
    (its text form) is what it is being made of, as long as its head is not there to keep it. ``turn``
    is the saga that works on its head; empty for none. ``status_before`` is what it goes back to.
    ``server_id`` is its id again if it is a server's own disk, and else empty.
    """

    __tablename__ = "volume_volume"
    __table_args__ = (
        Index("ix_volume_volume_project", "project_id", "created_at", "id"),
        Index("ix_volume_volume_created", "created_at", "id"),
        Index("ix_volume_volume_store", "store"),
        Index("ix_volume_volume_type", "type_id"),
    )

    user_id: Mapped[Id]
    name: Mapped[Name]
    description: Mapped[LongText]
    status: Mapped[str] = mapped_column(String(32))
    status_before: Mapped[str] = mapped_column(String(32))
    size_gib: Mapped[int]
    wanted_gib: Mapped[int]
    type_id: Mapped[Id]
    availability_zone: Mapped[Name]
    is_bootable: Mapped[bool]
    is_readonly: Mapped[bool]
    is_multiattach: Mapped[bool]
    metadata_: Mapped[Json] = mapped_column("metadata")
    image_metadata: Mapped[Json]
    snapshot_id: Mapped[Id]
    source_volume_id: Mapped[Id]
    image_id: Mapped[Id]
    backup_id: Mapped[Id]
    store: Mapped[Name]
    generation: Mapped[int]
    reference: Mapped[str] = mapped_column(String(128))
    turn: Mapped[Id]
    server_id: Mapped[Id] = mapped_column(default="", server_default="")
    migration_status: Mapped[str] = mapped_column(String(32))
    error: Mapped[LongText]
    created_at: Mapped[Moment]
    updated_at: Mapped[Moment]


class SnapshotRow(OwnedRow):
    """What a volume held once; ``reference`` is empty until that is known. It outlives the volume."""

    __tablename__ = "volume_snapshot"
    __table_args__ = (
        Index("ix_volume_snapshot_project", "project_id", "created_at", "id"),
        Index("ix_volume_snapshot_created", "created_at", "id"),
        Index("ix_volume_snapshot_volume", "volume_id"),
        Index("ix_volume_snapshot_store", "store"),
    )

    user_id: Mapped[Id]
    volume_id: Mapped[Id]
    name: Mapped[Name]
    description: Mapped[LongText]
    status: Mapped[str] = mapped_column(String(32))
    size_gib: Mapped[int]
    metadata_: Mapped[Json] = mapped_column("metadata")
    store: Mapped[Name]
    reference: Mapped[str] = mapped_column(String(128))
    is_bootable: Mapped[bool]
    image_metadata: Mapped[Json]
    error: Mapped[LongText]
    created_at: Mapped[Moment]
    updated_at: Mapped[Moment]


class AttachmentRow(OwnedRow):
    """The right of a server, or of somebody, to a volume; ``attached_at`` is 0 before it is used."""

    __tablename__ = "volume_attachment"
    __table_args__ = (
        Index("ix_volume_attachment_project", "project_id", "created_at", "id"),
        Index("ix_volume_attachment_created", "created_at", "id"),
        Index("ix_volume_attachment_volume", "volume_id"),
        Index("ix_volume_attachment_instance", "instance_id"),
    )

    volume_id: Mapped[str] = mapped_column(ForeignKey("volume_volume.id"))
    instance_id: Mapped[Id]
    status: Mapped[str] = mapped_column(String(32))
    mode: Mapped[str] = mapped_column(String(2))
    mountpoint: Mapped[Name]
    host: Mapped[Name]
    connection: Mapped[Json]
    connector: Mapped[Json]
    attached_at: Mapped[Moment]
    created_at: Mapped[Moment]
    updated_at: Mapped[Moment]


class BackupRow(OwnedRow):
    """An object of what a volume held once; it outlives the volume and the snapshot.

    ``reference`` is a root as long as the object is not there to keep it; ``content`` is what that
    must hold, empty as long as it is not there.
    """

    __tablename__ = "volume_backup"
    __table_args__ = (
        Index("ix_volume_backup_project", "project_id", "created_at", "id"),
        Index("ix_volume_backup_created", "created_at", "id"),
        Index("ix_volume_backup_volume", "volume_id"),
        Index("ix_volume_backup_store", "store"),
    )

    user_id: Mapped[Id]
    volume_id: Mapped[Id]
    snapshot_id: Mapped[Id]
    name: Mapped[Name]
    description: Mapped[LongText]
    status: Mapped[str] = mapped_column(String(32))
    size_gib: Mapped[int]
    is_incremental: Mapped[bool]
    container: Mapped[Name]
    metadata_: Mapped[Json] = mapped_column("metadata")
    store: Mapped[Name]
    reference: Mapped[str] = mapped_column(String(128))
    content: Mapped[str] = mapped_column(String(128))
    is_bootable: Mapped[bool]
    image_metadata: Mapped[Json]
    error: Mapped[LongText]
    taken_at: Mapped[Moment]
    created_at: Mapped[Moment]
    updated_at: Mapped[Moment]


class TransferRow(OwnedRow):
    """A volume that is offered to who knows a key, of which only the SHA-256 is kept."""

    __tablename__ = "volume_transfer"
    __table_args__ = (
        Index("ix_volume_transfer_project", "project_id", "created_at", "id"),
        Index("ix_volume_transfer_created", "created_at", "id"),
        Index("ix_volume_transfer_volume", "volume_id"),
    )

    user_id: Mapped[Id]
    volume_id: Mapped[str] = mapped_column(ForeignKey("volume_volume.id"))
    name: Mapped[Name]
    with_snapshots: Mapped[bool]
    key_digest: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[Moment]
