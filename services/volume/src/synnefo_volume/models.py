# SPDX-License-Identifier: Apache-2.0
"""The tables of types, prefix ``volume``."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from synnefo_core.db.base import Base, Id, Json, Key, Moment, Name, new_metadata


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
