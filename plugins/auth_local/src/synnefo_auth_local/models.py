# SPDX-License-Identifier: Apache-2.0
"""The passwords' table, prefix ``auth_local``."""

from __future__ import annotations

from sqlalchemy import Index, false
from sqlalchemy.orm import Mapped, mapped_column

from synnefo_core.db.base import Base, BigNumber, Id, Key, Moment, Name, new_metadata


class Model(Base):
    """The root of the method's models."""

    __abstract__ = True
    metadata = new_metadata()


class PasswordRow(Model):
    """A subject's password; ``method`` is the configured name, so that there may be several."""

    __tablename__ = "auth_local_password"

    method: Mapped[Key]
    subject: Mapped[Key]
    hashed: Mapped[Name]
    set_at: Mapped[Moment]
    must_change: Mapped[bool] = mapped_column(default=False, server_default=false())

    def __repr__(self) -> str:
        """Name the subject only."""
        return f"<PasswordRow {self.method}:{self.subject}>"


class FormerPasswordRow(Model):
    """A password that a subject had before; kept as long as it may not be chosen again."""

    __tablename__ = "auth_local_former_password"
    __table_args__ = (Index("ix_auth_local_former_password_subject", "subject", "method"),)

    id: Mapped[int] = mapped_column(BigNumber, primary_key=True, autoincrement=True)
    method: Mapped[Id]
    subject: Mapped[Id]
    hashed: Mapped[Name]

    def __repr__(self) -> str:
        """Name the subject only."""
        return f"<FormerPasswordRow {self.method}:{self.subject}>"
