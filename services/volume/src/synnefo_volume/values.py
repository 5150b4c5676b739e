# SPDX-License-Identifier: Apache-2.0
"""What the room hands out, and what it is asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypedDict


@dataclass(frozen=True)
class VolumeType:
    """A kind of volumes.

    ``qos_id`` is empty when no quality of service is said of it. Moments are seconds since the
    epoch.
    """

    id: str
    name: str
    description: str
    is_public: bool
    extra_specs: Mapping[str, str]
    qos_id: str
    created_at: float
    updated_at: float


@dataclass(frozen=True)
class Qos:
    """Quality of service specs; ``consumer`` is one of ``CONSUMERS``."""

    id: str
    name: str
    consumer: str
    specs: Mapping[str, str]


@dataclass(frozen=True)
class Attachment:
    """The right of a server, or of somebody, to a volume.

    Attributes:
        instance_id: The server; empty for none.
        status: One of :mod:`synnefo_volume.states`.
        mode: "rw" or "ro".
        mountpoint: How the guest calls it; empty when nobody said.
        host: Where it is used; empty when nobody said.
        connection: What that host has to know; empty as long as no connector was named.
        connector: What was told of the host.
        attached_at: 0 as long as it is not used.
        detached_at: 0: it goes with that.
    """

    id: str
    volume_id: str
    project_id: str
    instance_id: str
    status: str
    mode: str
    mountpoint: str
    host: str
    connection: Mapping[str, Any]
    connector: Mapping[str, Any]
    attached_at: float
    created_at: float
    detached_at: float = 0.0


@dataclass(frozen=True)
class Volume:
    """A volume. Ids of what it has none of are empty.

    Attributes:
        status: One of :mod:`synnefo_volume.states`.
        image_metadata: What its image said of itself.
        store: The store in which it lies.
        error: What went wrong with it last, for people.
        attachments: Those that there are.
    """

    id: str
    project_id: str
    user_id: str
    name: str
    description: str
    status: str
    size_gib: int
    type_id: str
    availability_zone: str
    is_bootable: bool
    is_readonly: bool
    is_multiattach: bool
    metadata: Mapping[str, str]
    image_metadata: Mapping[str, str]
    snapshot_id: str
    source_volume_id: str
    image_id: str
    backup_id: str
    store: str
    migration_status: str
    error: str
    created_at: float
    updated_at: float
    attachments: Sequence[Attachment] = ()


@dataclass(frozen=True)
class VolumeSpec:
    """A volume to be made, of at most one source.

    Attributes:
        size_gib: None for that of a snapshot, volume or backup.
        type: Its id or name; empty for the default.
        availability_zone: Empty for the only one.
    """

    size_gib: int | None = None
    name: str = ""
    description: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)
    type: str = ""
    availability_zone: str = ""
    snapshot_id: str = ""
    source_volume_id: str = ""
    image_id: str = ""
    backup_id: str = ""
    is_multiattach: bool = False


class VolumeChanges(TypedDict, total=False):
    """What is to become of a volume or a snapshot; metadata are added to what is there."""

    name: str
    description: str
    metadata: Mapping[str, str]


@dataclass(frozen=True)
class Selection:
    """Which things are wanted.

    Attributes:
        where: Accepted values by attribute.
        patterns: What must be a part of attributes.
        metadata: Words with their values that must all be said of them.
        image_metadata: The same for what images said.
        bounds: Comparisons of moments: the attribute, "eq", "neq", "gt", "gte", "lt" or "lte", and seconds
            since the epoch.
        is_everyone: Those of all projects, for administrators.
    """

    where: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    patterns: Mapping[str, str] = field(default_factory=dict)
    metadata: Mapping[str, str] = field(default_factory=dict)
    image_metadata: Mapping[str, str] = field(default_factory=dict)
    bounds: Sequence[tuple[str, str, float]] = ()
    is_everyone: bool = False


@dataclass(frozen=True)
class Summary:
    """All volumes of a project together; ``metadata``: every value that each word has."""

    count: int
    size_gib: int
    metadata: Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Snapshot:
    """What a volume held once.

    Attributes:
        volume_id: The volume, which may be gone by now.
        status: One of :mod:`synnefo_volume.states`.
        progress: "0%" to "100%".
        error: What went wrong, for people.
    """

    id: str
    project_id: str
    user_id: str
    volume_id: str
    name: str
    description: str
    status: str
    size_gib: int
    progress: str
    metadata: Mapping[str, str]
    error: str
    created_at: float
    updated_at: float


SnapshotChanges = VolumeChanges


@dataclass(frozen=True)
class SnapshotSpec:
    """A snapshot to be taken; ``is_forced``: also of a volume that is in use."""

    volume_id: str
    name: str = ""
    description: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)
    is_forced: bool = False


@dataclass(frozen=True)
class AttachmentSpec:
    """An attachment to be made; without a ``connector`` it is only reserved.

    ``is_early``: also of a volume that is still being made.
    """

    volume_id: str
    instance_id: str = ""
    connector: Mapping[str, Any] | None = None
    mode: str = "rw"
    is_early: bool = False


@dataclass(frozen=True)
class ImageWish:
    """An image to be made of a volume."""

    name: str
    disk_format: str = "raw"
    container_format: str = "bare"
    visibility: str = "shared"
    is_protected: bool = False


@dataclass(frozen=True)
class Transfer:
    """A volume that its project offers to who knows the key; it is gone when that was used.

    Attributes:
        project_id: The project that offers it.
        with_snapshots: Its snapshots go with it.
    """

    id: str
    project_id: str
    volume_id: str
    name: str
    with_snapshots: bool
    created_at: float


@dataclass(frozen=True)
class Offer:
    """A new transfer with the key that takes the volume; nobody can be told it again."""

    transfer: Transfer
    auth_key: str


@dataclass(frozen=True)
class Backup:
    """What a volume held once, as an object of its project that has the backup's id for a name.

    Attributes:
        volume_id: The volume, which may be gone by now.
        snapshot_id: The snapshot of which it was made, which may be gone too; empty for none.
        status: One of :mod:`synnefo_volume.states`.
        is_incremental: Whether it was asked for as one; all share blocks, and none needs another.
        container: The container of the object.
        object_count: 0 as long as it is being made.
        content: What the object is to hold, as a reference; empty as long as it is being made.
        error: What went wrong, for people.
        taken_at: The moment whose content it has.
    """

    id: str
    project_id: str
    user_id: str
    volume_id: str
    snapshot_id: str
    name: str
    description: str
    status: str
    size_gib: int
    is_incremental: bool
    container: str
    object_count: int
    content: str = field(repr=False)
    metadata: Mapping[str, str]
    error: str
    taken_at: float
    created_at: float
    updated_at: float


@dataclass(frozen=True)
class BackupSpec:
    """A backup to be made, of a volume or of one of its snapshots.

    Attributes:
        container: Empty for the configured one.
        is_forced: Also of a volume that is in use.
    """

    volume_id: str
    snapshot_id: str = ""
    name: str = ""
    description: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)
    container: str = ""
    is_incremental: bool = False
    is_forced: bool = False


@dataclass(frozen=True)
class Manageable:
    """A head in a store; ``hindrance`` says why it can't become a volume, empty for nothing known."""

    name: str
    size_bytes: int
    hindrance: str
