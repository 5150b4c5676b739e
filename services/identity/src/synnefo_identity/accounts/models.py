# SPDX-License-Identifier: Apache-2.0
"""The tables of accounts."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, Double, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from synnefo_core.db.base import Id, Key, LongText, Moment, Name, new_hex_id
from synnefo_identity.models import Model


class RegistrationRow(Model):
    """Somebody who signed up and has not shown yet to get mail at the address.

    Several may name one address: it is nobody's before one of them has. ``identity`` is by what a
    login method knows the person (``method``, ``subject``, ``details``), who then has no password.
    """

    __tablename__ = "identity_registration"
    __table_args__ = (
        Index("ix_identity_registration_address", "address"),
        Index("ix_identity_registration_created_at", "created_at"),
    )

    id: Mapped[Key] = mapped_column(default=new_hex_id)
    address: Mapped[Name]
    given_name: Mapped[Name]
    family_name: Mapped[Name]
    terms_version: Mapped[int | None]
    created_at: Mapped[Moment]
    identity: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True), default=None)
    invitation_id: Mapped[str | None] = mapped_column(String(64), default=None)


class InvitationRow(Model):
    """That a user invited somebody; a ticket of its id is in the letter."""

    __tablename__ = "identity_invitation"
    __table_args__ = (Index("ix_identity_invitation_inviter_id", "inviter_id"),)

    id: Mapped[Key] = mapped_column(default=new_hex_id)
    inviter_id: Mapped[Id] = mapped_column(ForeignKey("identity_user.id", ondelete="CASCADE"))
    address: Mapped[Name]
    name: Mapped[Name]
    sent_at: Mapped[Moment]
    is_used: Mapped[bool]


class AccountRow(Model):
    """What is known of a user as a person; users that administrators made may have none."""

    __tablename__ = "identity_account"
    __table_args__ = (UniqueConstraint("address"),)

    user_id: Mapped[Key] = mapped_column(ForeignKey("identity_user.id", ondelete="CASCADE"))
    address: Mapped[str | None] = mapped_column(String(255), default=None)
    verified_at: Mapped[float | None] = mapped_column(Double, default=None)
    moderated_at: Mapped[float | None] = mapped_column(Double, default=None)
    acceptance_policy: Mapped[Id] = mapped_column(default="")
    accepted_address: Mapped[Name] = mapped_column(default="")
    snapshot: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True), default=None)
    rejected_at: Mapped[float | None] = mapped_column(Double, default=None)
    rejection_reason: Mapped[LongText] = mapped_column(default="")
    deactivated_at: Mapped[float | None] = mapped_column(Double, default=None)
    deactivation_reason: Mapped[LongText] = mapped_column(default="")
    level: Mapped[int] = mapped_column(default=0, server_default="0")


class RateRow(Model):
    """How often something was asked for since a moment: ``key`` is a hash of what and by whom."""

    __tablename__ = "identity_rate"
    __table_args__ = (Index("ix_identity_rate_began_at", "began_at"),)

    key: Mapped[Key]
    number: Mapped[int]
    began_at: Mapped[Moment]
