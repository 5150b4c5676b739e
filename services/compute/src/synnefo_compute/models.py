# SPDX-License-Identifier: Apache-2.0
"""The servers' tables, prefix ``compute``."""

from __future__ import annotations

from sqlalchemy import Index, String, false, text
from sqlalchemy.orm import Mapped, mapped_column

from synnefo_core.db.base import (
    Base,
    Big,
    Id,
    Json,
    JsonList,
    Key,
    LongText,
    Moment,
    Name,
    new_metadata,
)


class Model(Base):
    """The root of the servers' models."""

    __abstract__ = True
    metadata = new_metadata()


class FlavorRow(Model):
    """A size that a server can have. A deleted one stays for the servers that have it."""

    __tablename__ = "compute_flavor"
    __table_args__ = (Index("ix_compute_flavor_order", "is_deleted", "id"),)

    id: Mapped[Key]
    name: Mapped[Name]
    description: Mapped[LongText] = mapped_column(default="", server_default="")
    vcpus: Mapped[int]
    ram_mib: Mapped[int]
    disk_gib: Mapped[int]
    disk_template: Mapped[Name] = mapped_column(default="")
    is_public: Mapped[bool] = mapped_column(default=True)
    is_deleted: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[Moment]


class FlavorAccessRow(Model):
    """A project that may use a flavor that is not for all."""

    __tablename__ = "compute_flavor_access"
    __table_args__ = (Index("ix_compute_flavor_access_project_id", "project_id", "flavor_id"),)

    flavor_id: Mapped[Key]
    project_id: Mapped[Key]


class FlavorSpecRow(Model):
    """Something that an administrator says of a flavor: see :mod:`synnefo_compute.flavor_specs`."""

    __tablename__ = "compute_flavor_spec"

    flavor_id: Mapped[Key]
    name: Mapped[str] = mapped_column(String(255), primary_key=True)
    value: Mapped[Name]


class KeypairRow(Model):
    """A user's public key. There is never a private one here."""

    __tablename__ = "compute_keypair"

    user_id: Mapped[Key]
    name: Mapped[str] = mapped_column(primary_key=True)
    public_key: Mapped[LongText]
    fingerprint: Mapped[Name]
    type: Mapped[str] = mapped_column(String(16), default="ssh", server_default="ssh")
    created_at: Mapped[Moment]


class ServerRow(Model):
    """A server.

    ``vm_state`` and ``task_state`` are of :mod:`synnefo_compute.states`. The sizes are the
    flavor's at the time; what the server is charged for is computed from them. ``locked_by`` is
    of :mod:`synnefo_compute.locks`; the access addresses and ``is_disk_auto`` are the owner's
    words, which the cloud only keeps, and so is the description. ``noticed_at`` is the moment, by
    the cluster's clock, of the last notice after which the cluster was asked. The ``held_`` size
    is of :mod:`synnefo_compute.resizing`; ``resized_at`` is when a resize began to wait for its
    owner's decision, 0 while none does. ``group_id`` is empty for a server of no group, and
    ``pinned_zone`` for one whose owner asked for no zone. ``own_boot`` is from what a rescued one
    is to start again, in words of its cluster's driver. ``hints`` are those that its owner gave, and
    ``image_properties`` what was said of the image when its disk was written. ``is_hidden`` is true
    of one that of its project only its user may know of.
    """

    __tablename__ = "compute_server"
    __table_args__ = (
        Index("ix_compute_server_listing", "project_id", "is_deleted", "created_at", "id"),
        Index("ix_compute_server_all", "is_deleted", "created_at", "id"),
        Index("ix_compute_server_backend_id", "backend_id"),
        Index("ix_compute_server_group_id", "group_id"),
        Index("ix_compute_server_resized_at", "resized_at"),
    )

    id: Mapped[Key]
    project_id: Mapped[Id]
    user_id: Mapped[Id]
    name: Mapped[Name]
    description: Mapped[Name] = mapped_column(default="", server_default="")
    vm_state: Mapped[Id]
    task_state: Mapped[Id] = mapped_column(default="")
    is_active_charged: Mapped[bool] = mapped_column(default=True)
    flavor_id: Mapped[Id]
    vcpus: Mapped[int]
    ram_mib: Mapped[int]
    disk_gib: Mapped[int]
    held_flavor_id: Mapped[Id] = mapped_column(default="", server_default="")
    held_vcpus: Mapped[int] = mapped_column(default=0, server_default="0")
    held_ram_mib: Mapped[int] = mapped_column(default=0, server_default="0")
    held_disk_gib: Mapped[int] = mapped_column(default=0, server_default="0")
    resized_at: Mapped[Moment] = mapped_column(default=0.0, server_default="0")
    own_boot: Mapped[Json] = mapped_column(default=dict, server_default="{}")
    hints: Mapped[Json] = mapped_column(default=dict, server_default="{}")
    image_id: Mapped[Id] = mapped_column(default="")
    image_properties: Mapped[Json] = mapped_column(default=dict, server_default="{}")
    key_name: Mapped[Name] = mapped_column(default="")
    backend_id: Mapped[Id]
    node: Mapped[Name] = mapped_column(default="")
    group_id: Mapped[Id] = mapped_column(default="", server_default="")
    pinned_zone: Mapped[Name] = mapped_column(default="", server_default="")
    hostname: Mapped[Name] = mapped_column(default="", server_default="")
    metadata_: Mapped[Json] = mapped_column("metadata")
    locked_by: Mapped[str] = mapped_column(String(16), default="", server_default="")
    locked_reason: Mapped[Name] = mapped_column(default="", server_default="")
    access_ipv4: Mapped[str] = mapped_column(String(64), default="", server_default="")
    access_ipv6: Mapped[str] = mapped_column(String(64), default="", server_default="")
    is_disk_auto: Mapped[bool] = mapped_column(default=False, server_default=false())
    has_config_drive: Mapped[bool] = mapped_column(default=False, server_default=false())
    is_hidden: Mapped[bool] = mapped_column(default=False, server_default=false())
    fault: Mapped[LongText] = mapped_column(default="")
    fault_at: Mapped[Moment] = mapped_column(default=0.0)
    is_deleted: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[Moment]
    updated_at: Mapped[Moment]
    launched_at: Mapped[Moment] = mapped_column(default=0.0)
    deleted_at: Mapped[Moment] = mapped_column(default=0.0)
    noticed_at: Mapped[Moment] = mapped_column(default=0.0, server_default="0")


class FirstBootRow(Model):
    """What a guest is to be told, sealed: see :mod:`synnefo_compute.first_boot.keeping`.

    ``secrets`` is empty once the guest has been told.
    """

    __tablename__ = "compute_first_boot"

    server_id: Mapped[Key]
    user_data: Mapped[LongText]
    secrets: Mapped[LongText] = mapped_column(default="")


class ActionRow(Model):
    """What was asked of a server: see :mod:`synnefo_compute.actions`."""

    __tablename__ = "compute_action"
    __table_args__ = (
        Index("ix_compute_action_server", "server_id", "started_at", "id"),
        Index("ix_compute_action_name", "name", "started_at", "id"),
    )

    id: Mapped[Key]
    server_id: Mapped[Id]
    request_id: Mapped[Id]
    name: Mapped[Id]
    user_id: Mapped[Id]
    project_id: Mapped[Id]
    started_at: Mapped[Moment]
    ended_at: Mapped[Moment]
    message: Mapped[LongText]
    events: Mapped[JsonList]
    places: Mapped[Json] = mapped_column(default=dict, server_default=text("'{}'"))


class TagRow(Model):
    """A word that a server's owner has put on it, for lists of servers."""

    __tablename__ = "compute_tag"
    __table_args__ = (Index("ix_compute_tag_tag", "tag", "server_id"),)

    server_id: Mapped[Key]
    tag: Mapped[str] = mapped_column(String(60), primary_key=True)


class ServerVolumeRow(Model):
    """A volume that is a disk of a server's: see :mod:`synnefo_compute.volumes`."""

    __tablename__ = "compute_server_volume"
    __table_args__ = (
        Index("ix_compute_server_volume_server", "server_id", "created_at", "id"),
        Index("ix_compute_server_volume_volume", "volume_id", unique=True),
    )

    id: Mapped[Key]
    server_id: Mapped[Id]
    volume_id: Mapped[Id]
    attachment_id: Mapped[Id]
    device: Mapped[Name]
    tag: Mapped[str] = mapped_column(String(60))
    boot_index: Mapped[int | None]
    deletes_on_termination: Mapped[bool]
    is_awaited: Mapped[bool]
    created_at: Mapped[Moment]


class ServerGroupRow(Model):
    """Servers that are to be together or apart: see :mod:`synnefo_compute.groups`."""

    __tablename__ = "compute_server_group"
    __table_args__ = (Index("ix_compute_server_group_listing", "project_id", "created_at", "id"),)

    id: Mapped[Key]
    project_id: Mapped[Id]
    user_id: Mapped[Id]
    name: Mapped[Name]
    policy: Mapped[str] = mapped_column(String(32))
    most_per_node: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[Moment]


class RoundRow(Model):
    """Where the reconciliation of a cluster's servers stands (:mod:`synnefo_compute.reconcile`)."""

    __tablename__ = "compute_round"

    backend_id: Mapped[Key]
    last_part: Mapped[Name]
    begun_at: Mapped[Moment]


class ConsoleRow(Model):
    """A token for a server's screen: see :mod:`synnefo_compute.consoles`."""

    __tablename__ = "compute_console"
    __table_args__ = (Index("ix_compute_console_expires_at", "expires_at"),)

    token_hash: Mapped[Key]
    server_id: Mapped[Id]
    user_id: Mapped[Id]
    project_id: Mapped[Id]
    created_at: Mapped[Moment]
    expires_at: Mapped[Moment]
    used_at: Mapped[Moment] = mapped_column(default=0.0)


class FigureRow(Model):
    """What a server has used so far: its account in :mod:`synnefo_compute.figures`, of a moment."""

    __tablename__ = "compute_figure"

    server_id: Mapped[Key]
    at: Mapped[Moment]
    account: Mapped[Json]


class GraphRow(Model):
    """Points of a server's graphs, a line each, of one step and some hours or days.

    Points are only appended, and the row as a whole is forgotten.
    """

    __tablename__ = "compute_graph"
    __table_args__ = (Index("ix_compute_graph_expires_at", "expires_at"),)

    server_id: Mapped[Key]
    step_s: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    begins_at: Mapped[Big] = mapped_column(primary_key=True, autoincrement=False)
    expires_at: Mapped[Moment]
    points: Mapped[LongText]
