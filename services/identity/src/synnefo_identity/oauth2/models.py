# SPDX-License-Identifier: Apache-2.0
"""OAuth 2.0's tables. Codes and tokens are kept as hashes only."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from synnefo_core.db.base import Id, JsonList, Key, LongText, Moment, Name
from synnefo_identity.models import Model


class ClientRow(Model):
    """A program that may ask users for access; one with a secret has it among the passwords."""

    __tablename__ = "identity_oauth2_client"

    id: Mapped[Key]
    name: Mapped[Name]
    is_trusted: Mapped[bool]
    has_secret: Mapped[bool]
    redirect_urls: Mapped[JsonList]


class CodeRow(Model):
    """What a user allowed a client, until the client comes for it."""

    __tablename__ = "identity_oauth2_code"
    __table_args__ = (Index("ix_identity_oauth2_code_expires_at", "expires_at"),)

    hash: Mapped[Key]
    client_id: Mapped[Id] = mapped_column(
        ForeignKey("identity_oauth2_client.id", ondelete="CASCADE")
    )
    user_id: Mapped[Id] = mapped_column(ForeignKey("identity_user.id", ondelete="CASCADE"))
    audit_id: Mapped[Id]
    epoch: Mapped[int]
    redirect_url: Mapped[LongText]
    scope: Mapped[LongText]
    challenge: Mapped[str] = mapped_column(String(128), default="")
    expires_at: Mapped[Moment]
    is_used: Mapped[bool] = mapped_column(default=False)


class AccessRow(Model):
    """An access token; it ends with the token by which it was allowed."""

    __tablename__ = "identity_oauth2_access"
    __table_args__ = (
        Index("ix_identity_oauth2_access_expires_at", "expires_at"),
        Index("ix_identity_oauth2_access_code", "code_hash"),
    )

    hash: Mapped[Key]
    code_hash: Mapped[Id]
    client_id: Mapped[Id] = mapped_column(
        ForeignKey("identity_oauth2_client.id", ondelete="CASCADE")
    )
    user_id: Mapped[Id] = mapped_column(ForeignKey("identity_user.id", ondelete="CASCADE"))
    audit_id: Mapped[Id]
    epoch: Mapped[int]
    scope: Mapped[LongText]
    expires_at: Mapped[Moment]
