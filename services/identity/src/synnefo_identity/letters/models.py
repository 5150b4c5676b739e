# SPDX-License-Identifier: Apache-2.0
"""The tables of letters."""

from __future__ import annotations

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from synnefo_core.db.base import Id, Json, Key, Moment, Name, new_hex_id
from synnefo_identity.models import Model


class ParkedLetterRow(Model):
    """A letter that the mail server did not take yet."""

    __tablename__ = "identity_parked_letter"
    __table_args__ = (Index("ix_identity_parked_letter_due_at", "due_at"),)

    id: Mapped[Key] = mapped_column(default=new_hex_id)
    content: Mapped[Json]
    attempts: Mapped[int]
    due_at: Mapped[Moment]
    written_at: Mapped[Moment]


class TicketRow(Model):
    """What a link in a letter is good for, by the digest of its secret."""

    __tablename__ = "identity_ticket"
    __table_args__ = (
        Index("ix_identity_ticket_subject_id", "subject_id", "purpose"),
        Index("ix_identity_ticket_expires_at", "expires_at"),
    )

    digest: Mapped[Key]
    purpose: Mapped[Id]
    subject_id: Mapped[Id]
    detail: Mapped[Name]
    expires_at: Mapped[Moment]
