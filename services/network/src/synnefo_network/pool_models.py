# SPDX-License-Identifier: Apache-2.0
"""The tables of subnet pools and address scopes.

What of a pool is taken is told by the subnets that name it.
"""

from __future__ import annotations

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped

from synnefo_core.db.base import Big, Id, JsonList, Key, LongText, Moment, Name
from synnefo_network.models import Model


class SubnetPoolRow(Model):
    """Ranges from which subnets are cut; ``prefixes`` don't overlap.

    ``default_quota`` limits what a project has of it, in addresses of IPv4 or in /64 of IPv6.
    """

    __tablename__ = "network_subnet_pool"
    __table_args__ = (
        Index("ix_network_subnet_pool_project", "project_id", "id"),
        Index("ix_network_subnet_pool_scope", "scope_id"),
        Index(
            "uq_network_subnet_pool_default",
            "ip_version",
            unique=True,
            sqlite_where=text("is_default"),
            postgresql_where=text("is_default"),
        ),
    )

    id: Mapped[Key]
    project_id: Mapped[Id]
    name: Mapped[Name]
    description: Mapped[LongText]
    ip_version: Mapped[int]
    prefixes: Mapped[JsonList]
    min_length: Mapped[int]
    max_length: Mapped[int]
    default_length: Mapped[int]
    default_quota: Mapped[Big | None]
    is_shared: Mapped[bool]
    is_default: Mapped[bool]
    scope_id: Mapped[Id | None]
    revision: Mapped[int]
    created_at: Mapped[Moment]
    updated_at: Mapped[Moment]


class AddressScopeRow(Model):
    """A set of pools whose addresses don't overlap."""

    __tablename__ = "network_address_scope"
    __table_args__ = (Index("ix_network_address_scope_project", "project_id", "id"),)

    id: Mapped[Key]
    project_id: Mapped[Id]
    name: Mapped[Name]
    ip_version: Mapped[int]
    is_shared: Mapped[bool]
