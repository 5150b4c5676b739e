# SPDX-License-Identifier: Apache-2.0
"""The tables of routers.

What a router is connected to is not in its row: its ports say it, by their device.
"""

from __future__ import annotations

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from synnefo_core.db.base import Id, JsonList, Key, LongText, Moment, Name
from synnefo_network.models import Model


class RouterRow(Model):
    """A router: what leads from networks to each other and outside.

    ``gateway_port_id`` is its port on the network outside, None without one. ``routes`` holds
    ``[destination, next hop]``.
    """

    __tablename__ = "network_router"
    __table_args__ = (
        Index("ix_network_router_project", "project_id", "id"),
        Index("ix_network_router_gateway", "gateway_network_id"),
    )

    id: Mapped[Key]
    project_id: Mapped[Id]
    user_id: Mapped[Id]
    name: Mapped[Name]
    description: Mapped[LongText]
    is_admin_up: Mapped[bool]
    gateway_network_id: Mapped[Id | None]
    gateway_port_id: Mapped[Id | None]
    is_snat_enabled: Mapped[bool]
    routes: Mapped[JsonList]
    revision: Mapped[int]
    created_at: Mapped[Moment]
    updated_at: Mapped[Moment]
