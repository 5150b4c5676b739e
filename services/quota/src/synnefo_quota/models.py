# SPDX-License-Identifier: Apache-2.0
"""The ledger's tables, prefix ``quota``."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from synnefo_core.db.base import (
    Base,
    Big,
    BigNumber,
    Id,
    JsonList,
    LongText,
    Moment,
    Name,
    new_metadata,
)


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
    What an operator changed of the plugin's description is not NULL. With a ``client`` it is
    counted by a service beside the cloud, and described here.
    """

    __tablename__ = "quota_resource"

    name: Mapped[str] = mapped_column(primary_key=True)
    owner: Mapped[Name]
    user_default: Mapped[Big | None]
    project_default: Mapped[Big | None]
    is_shown: Mapped[bool | None]
    client: Mapped[str | None] = mapped_column(String(64), default=None)
    description: Mapped[LongText] = mapped_column(server_default="", default="")
    unit: Mapped[Id] = mapped_column(server_default="", default="")


class CommissionRow(Model):
    """A promise, kept or taken back in the end; its serial is the client's handle.

    ``key`` is a client's own name for the request, so that a repeated one is not a second.
    What was resolved stays for a while, so that a repeated answer is not an error; a serial
    is never used again.
    """

    __tablename__ = "quota_commission"
    __table_args__ = (
        Index("ix_quota_commission_client", "client", "serial"),
        Index("ix_quota_commission_issued_at", "issued_at"),
        Index("ix_quota_commission_resolved_at", "resolved_at"),
        Index(
            "uq_quota_commission_key",
            "client",
            "key",
            unique=True,
            sqlite_where=text("key <> ''"),
            postgresql_where=text("key <> ''"),
        ),
        {"sqlite_autoincrement": True},
    )

    serial: Mapped[int] = mapped_column(BigNumber, primary_key=True, autoincrement=True)
    client: Mapped[Name]
    name: Mapped[Name]
    key: Mapped[Name] = mapped_column(default="")
    issued_at: Mapped[Moment]
    provisions: Mapped[JsonList]
    state: Mapped[Id] = mapped_column(server_default="pending")
    resolved_at: Mapped[Moment] = mapped_column(server_default="0")
    reason: Mapped[Name] = mapped_column(server_default="")


class ProvisionLogRow(Model):
    """What became of each provision: only ever added to (AST-066)."""

    __tablename__ = "quota_provision_log"
    __table_args__ = (Index("ix_quota_provision_log_holder", "holder", "source", "id"),)

    id: Mapped[int] = mapped_column(BigNumber, primary_key=True, autoincrement=True)
    serial: Mapped[Big]
    client: Mapped[Name]
    name: Mapped[Name]
    holder: Mapped[Name]
    source: Mapped[Name]
    resource: Mapped[Name]
    amount: Mapped[Big]
    limit: Mapped[Big]
    usage_min: Mapped[Big]
    usage_max: Mapped[Big]
    issued_at: Mapped[Moment]
    resolved_at: Mapped[Moment]
    is_accepted: Mapped[bool]
    reason: Mapped[Name] = mapped_column(default="")
