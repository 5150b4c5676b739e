# SPDX-License-Identifier: Apache-2.0
"""The table of where networks are."""

from __future__ import annotations

from sqlalchemy import Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from synnefo_core.db.base import Id, JsonList, LongText, Moment
from synnefo_network.models import IP_CHARACTERS, Model

COMING, PRESENT, LEAVING = "coming", "present", "leaving"
"""What a network is in a cluster; see :mod:`synnefo_network.presences`."""


class PresenceRow(Model):
    """A network in a cluster, or on its way there or away.

    Attributes:
        cidr: The range that it has there, which is not always one of its subnets'.
        state: One of :mod:`synnefo_network.presences`.
        job_ids: The jobs that were submitted last.
        tries: How often jobs were submitted in vain.
        problem: What the last ones failed of.
        reserved: The addresses that the cloud has reserved there.
        idle_since: When it was first seen that nothing uses it; 0 while something does.
        looked_at: When that was last looked at.
    """

    __tablename__ = "network_presence"
    __table_args__ = (
        Index("ix_network_presence_backend", "backend_id"),
        Index("ix_network_presence_looked_at", "looked_at"),
    )

    network_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    backend_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    cidr: Mapped[str] = mapped_column(String(IP_CHARACTERS + 4))
    state: Mapped[Id]
    job_ids: Mapped[JsonList] = mapped_column(default=list, server_default=text("'[]'"))
    tries: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    problem: Mapped[LongText] = mapped_column(default="", server_default=text("''"))
    reserved: Mapped[JsonList] = mapped_column(default=list, server_default=text("'[]'"))
    idle_since: Mapped[Moment] = mapped_column(default=0.0, server_default=text("0"))
    looked_at: Mapped[Moment] = mapped_column(default=0.0, server_default=text("0"))
