# SPDX-License-Identifier: Apache-2.0
"""The table of port forwardings."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from synnefo_core.db.base import Id, Key, LongText
from synnefo_network.models import IP_CHARACTERS, Model


class PortForwardingRow(Model):
    """Ports of a floating IP that lead to ports of an address inside.

    Those of a floating IP are changed while its row is locked: so no two overlap. The router by
    which they lead there is the floating IP's.
    """

    __tablename__ = "network_port_forwarding"
    __table_args__ = (
        UniqueConstraint("floating_ip_id", "protocol", "outside_first"),
        Index("ix_network_port_forwarding_port", "port_id", "fixed_ip"),
    )

    id: Mapped[Key]
    floating_ip_id: Mapped[str] = mapped_column(ForeignKey("network_floating_ip.id"))
    port_id: Mapped[Id]
    fixed_ip: Mapped[str] = mapped_column(String(IP_CHARACTERS))
    protocol: Mapped[str] = mapped_column(String(8))
    outside_first: Mapped[int]
    outside_last: Mapped[int]
    inside_first: Mapped[int]
    inside_last: Mapped[int]
    description: Mapped[LongText]
