# SPDX-License-Identifier: Apache-2.0
"""The ledger's tables, prefix ``quota``."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from synnefo_core.db.base import Base, Big, Name, new_metadata


class Model(Base):
    """The root of the ledger's models."""

    __abstract__ = True
    metadata = new_metadata()


class HoldingRow(Model):
    """A limit and the usage under it.

    ``usage_max`` counts pending increases, ``usage_min`` pending decreases (AST-060, 061);
    they are equal while no commission is pending. ``source`` is empty for a project's own
    total.
    """

    __tablename__ = "quota_holding"
    __table_args__ = (
        UniqueConstraint("holder", "source", "resource"),
        CheckConstraint("usage_min >= 0", name="not_negative"),
        CheckConstraint("usage_min <= usage_max", name="ordered"),
        Index("ix_quota_holding_source", "source"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    holder: Mapped[Name]
    source: Mapped[Name]
    resource: Mapped[Name]
    limit: Mapped[Big]
    usage_min: Mapped[Big] = mapped_column(default=0)
    usage_max: Mapped[Big] = mapped_column(default=0)


class ResourceRow(Model):
    """A resource that is or was counted, and the plugin that counts it.

    It stays when the plugin goes, so that an absent owner is not taken for "nothing there".
    """

    __tablename__ = "quota_resource"

    name: Mapped[str] = mapped_column(primary_key=True)
    owner: Mapped[Name]
