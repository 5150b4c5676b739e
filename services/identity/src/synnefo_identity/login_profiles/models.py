# SPDX-License-Identifier: Apache-2.0
"""The tables of login profiles."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from synnefo_core.db.base import Id, Json, Key
from synnefo_identity.models import Model


class LoginProfileRow(Model):
    """Policies of a login method that some have; of several the highest ``priority`` counts."""

    __tablename__ = "identity_login_profile"
    __table_args__ = (Index("ix_identity_login_profile_method", "method"),)

    name: Mapped[Key]
    method: Mapped[Id]
    values: Mapped[Json]
    priority: Mapped[int] = mapped_column(default=0)
    is_exclusive: Mapped[bool] = mapped_column(default=False)


class LoginProfileTargetRow(Model):
    """A user or a group that a login profile is for."""

    __tablename__ = "identity_login_profile_target"
    __table_args__ = (Index("ix_identity_login_profile_target_target", "target_id"),)

    profile: Mapped[Key] = mapped_column(
        ForeignKey("identity_login_profile.name", ondelete="CASCADE")
    )
    kind: Mapped[Key]
    target_id: Mapped[Key]
