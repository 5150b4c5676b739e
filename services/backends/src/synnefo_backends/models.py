# SPDX-License-Identifier: Apache-2.0
"""The clusters' tables, prefix ``backends``."""

from __future__ import annotations

from sqlalchemy import JSON, Double, Index, true
from sqlalchemy.orm import Mapped, mapped_column

from synnefo_core.db.base import (
    Base,
    Big,
    BigNumber,
    Id,
    Json,
    Key,
    LongText,
    Moment,
    Name,
    new_metadata,
)

ZONE = "nova"
"""The zone of clusters that are in none of their own; Nova calls its first one so, too."""


class Model(Base):
    """The root of the clusters' models."""

    __abstract__ = True
    metadata = new_metadata()


class BackendRow(Model):
    """A cluster.

    ``settings`` are the driver's, without secrets; ``secrets`` is a JSON object of those,
    encrypted with the ring ``backends``. ``version`` grows with each change of either, so
    that pooled connections are renewed. Sizes are MiB; a ratio of 0 is that of the configuration.
    ``own_zone`` is where the operator had it while an aggregate puts it into ``zone``, else empty.
    """

    __tablename__ = "backends_backend"

    id: Mapped[Key]
    name: Mapped[Name] = mapped_column(unique=True)
    driver: Mapped[Name]
    settings: Mapped[Json]
    secrets: Mapped[LongText]
    version: Mapped[int] = mapped_column(default=1)
    is_drained: Mapped[bool] = mapped_column(default=False)
    drained_because: Mapped[Name] = mapped_column(default="", server_default="")
    is_offline: Mapped[bool] = mapped_column(default=False)
    is_public: Mapped[bool] = mapped_column(default=True, server_default=true())
    zone: Mapped[Name] = mapped_column(default=ZONE, server_default=ZONE)
    own_zone: Mapped[Name] = mapped_column(default="", server_default="")
    vcpu_ratio: Mapped[float] = mapped_column(Double, default=0.0, server_default="0")
    ram_ratio: Mapped[float] = mapped_column(Double, default=0.0, server_default="0")
    disk_templates: Mapped[list[str]] = mapped_column(JSON, default=list)
    nodes: Mapped[int] = mapped_column(default=0)
    vcpus: Mapped[int] = mapped_column(default=0)
    ram_mib: Mapped[Big] = mapped_column(default=0)
    disk_mib: Mapped[Big] = mapped_column(default=0)
    refreshed_at: Mapped[Moment] = mapped_column(default=0.0)
    problem: Mapped[LongText] = mapped_column(default="")
    created_at: Mapped[Moment]


class ReservationRow(Model):
    """A project that a cluster is reserved for, beside whom it is public to."""

    __tablename__ = "backends_reservation"

    backend_id: Mapped[Key]
    project_id: Mapped[Key]


class AggregateRow(Model):
    """A group of clusters: see :mod:`synnefo_backends.aggregates`."""

    __tablename__ = "backends_aggregate"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(BigNumber, primary_key=True, autoincrement=True)
    uuid: Mapped[Id]
    name: Mapped[Name] = mapped_column(unique=True)
    metadata_: Mapped[Json] = mapped_column("metadata")
    created_at: Mapped[Moment]
    updated_at: Mapped[Moment] = mapped_column(default=0.0)


class AggregateMemberRow(Model):
    """A cluster of an aggregate."""

    __tablename__ = "backends_aggregate_member"
    __table_args__ = (Index("ix_backends_aggregate_member_backend_id", "backend_id"),)

    aggregate_id: Mapped[int] = mapped_column(BigNumber, primary_key=True, autoincrement=False)
    backend_id: Mapped[Key]


class BookingRow(Model):
    """Room on a cluster that a server takes; its id is the server's."""

    __tablename__ = "backends_booking"
    __table_args__ = (Index("ix_backends_booking_backend_id", "backend_id"),)

    id: Mapped[Key]
    backend_id: Mapped[Id]
    vcpus: Mapped[int]
    ram_mib: Mapped[Big]
    disk_mib: Mapped[Big]


class BookedRow(Model):
    """What was booked on a cluster when its changes were last folded in; sizes in MiB."""

    __tablename__ = "backends_booked"

    backend_id: Mapped[Key]
    servers: Mapped[Big]
    vcpus: Mapped[Big]
    ram_mib: Mapped[Big]
    disk_mib: Mapped[Big]


class BookedChangeRow(Model):
    """By how much a booking changed what is booked, until it is folded in."""

    __tablename__ = "backends_booked_change"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(BigNumber, primary_key=True, autoincrement=True)
    backend_id: Mapped[Id]
    servers: Mapped[int]
    vcpus: Mapped[int]
    ram_mib: Mapped[Big]
    disk_mib: Mapped[Big]
