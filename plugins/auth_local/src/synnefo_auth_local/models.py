# SPDX-License-Identifier: Apache-2.0
"""The passwords' table, prefix ``auth_local``."""

from __future__ import annotations

from sqlalchemy.orm import Mapped

from synnefo_core.db.base import Base, Key, Moment, Name, new_metadata


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

    def __repr__(self) -> str:
        """Name the subject only."""
        return f"<PasswordRow {self.method}:{self.subject}>"
