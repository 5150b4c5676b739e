# SPDX-License-Identifier: Apache-2.0
"""The table of who else may use a network."""

from __future__ import annotations

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from synnefo_core.db.base import Id, Key
from synnefo_network.models import Model


class RbacRow(Model):
    """A permission: what the projects of ``target``, one or ``*``, may do with a network.

    ``is_shared``, ``is_external`` and ``is_hidden`` of the network follow from its rows here.
    """

    __tablename__ = "network_rbac"
    __table_args__ = (
        UniqueConstraint("network_id", "action", "target"),
        Index("ix_network_rbac_target", "target", "network_id"),
        Index("ix_network_rbac_project", "project_id", "id"),
    )

    id: Mapped[Key]
    project_id: Mapped[Id]
    network_id: Mapped[Id]
    action: Mapped[Id]
    target: Mapped[Id]
