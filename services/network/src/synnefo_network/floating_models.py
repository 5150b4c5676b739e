# SPDX-License-Identifier: Apache-2.0
"""The table of floating IPs."""

from __future__ import annotations

from sqlalchemy import Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from synnefo_core.db.base import Id, Key, LongText, Moment, Name
from synnefo_network.models import IP_CHARACTERS, Model


class FloatingIpRow(Model):
    """An address outside that a project has, and what it stands for.

    That nobody else has it is said by the address of ``own_port_id``, a port of its own on the
    network outside. ``port_id`` and ``fixed_ip`` are None together: then it stands for nothing.
    ``router_id`` is not None where it stands for something, or has port forwardings.
    """

    __tablename__ = "network_floating_ip"
    __table_args__ = (
        UniqueConstraint("network_id", "port_id", "fixed_ip"),
        Index("ix_network_floating_ip_project", "project_id", "id"),
        Index("ix_network_floating_ip_port", "port_id"),
        Index("ix_network_floating_ip_router", "router_id"),
        Index("ix_network_floating_ip_ip", "ip"),
    )

    id: Mapped[Key]
    project_id: Mapped[Id]
    user_id: Mapped[Id]
    description: Mapped[LongText]
    network_id: Mapped[Id]
    own_port_id: Mapped[Id]
    ip: Mapped[str] = mapped_column(String(IP_CHARACTERS))
    port_id: Mapped[Id | None]
    fixed_ip: Mapped[str | None] = mapped_column(String(IP_CHARACTERS))
    router_id: Mapped[Id | None]
    dns_name: Mapped[Name] = mapped_column(default="", server_default=text("''"))
    dns_domain: Mapped[Name] = mapped_column(default="", server_default=text("''"))
    revision: Mapped[int]
    created_at: Mapped[Moment]
    updated_at: Mapped[Moment]
