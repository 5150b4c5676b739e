# SPDX-License-Identifier: Apache-2.0
"""The tables of what becomes of projects: applications, limits, members, and the log of it all."""

from __future__ import annotations

from sqlalchemy import Double, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from synnefo_core.contracts.quota import UNLIMITED
from synnefo_core.db.base import (
    Big,
    BigNumber,
    Id,
    Json,
    Key,
    LongText,
    Moment,
    Name,
    new_hex_id,
)
from synnefo_identity.models import Model, ProjectRow

YEAR_S = 365.25 * 24 * 3600.0
PERSONAL_YEARS = 100
"""How long the personal project of a user is meant to last (AST-076)."""


class LifeRow(Model):
    """What becomes of a project, from the first application to its end.

    Until the first application is approved there is no project beside it. After the end it
    keeps the name that the project had.
    """

    __tablename__ = "identity_project_life"
    __table_args__ = (
        Index("ix_identity_project_life_owner_id", "owner_id"),
        Index("ix_identity_project_life_ends_at", "ends_at"),
    )

    id: Mapped[Key] = mapped_column(default=new_hex_id)
    domain_id: Mapped[Id]
    name: Mapped[Name]
    owner_id: Mapped[str | None] = mapped_column(String(64), default=None)
    homepage: Mapped[Name] = mapped_column(default="")
    description: Mapped[LongText] = mapped_column(default="")
    state: Mapped[Id]
    is_personal: Mapped[bool] = mapped_column(default=False)
    is_private: Mapped[bool] = mapped_column(default=False)
    join_policy: Mapped[Id]
    leave_policy: Mapped[Id]
    max_members: Mapped[Big] = mapped_column(default=UNLIMITED)
    created_at: Mapped[Moment]
    ends_at: Mapped[float | None] = mapped_column(Double, default=None)
    application_id: Mapped[int | None] = mapped_column(BigNumber, default=None)


class LimitRow(Model):
    """How much of a resource a project may use, and each member of it (AST-077)."""

    __tablename__ = "identity_project_limit"

    project_id: Mapped[Key] = mapped_column(
        ForeignKey("identity_project_life.id", ondelete="CASCADE")
    )
    resource: Mapped[Name] = mapped_column(primary_key=True)
    of_project: Mapped[Big]
    of_member: Mapped[Big]


class ApplicationRow(Model):
    """A wish for a new project, or for a change of one, and what came of it.

    ``is_charged`` while it counts against the applicant's ``astakos.pending_app``.
    """

    __tablename__ = "identity_application"
    __table_args__ = (
        Index("ix_identity_application_project_id", "project_id"),
        Index("ix_identity_application_applicant_id", "applicant_id"),
        Index("ix_identity_application_state", "state"),
    )

    id: Mapped[int] = mapped_column(BigNumber, primary_key=True, autoincrement=True)
    project_id: Mapped[Id] = mapped_column(
        ForeignKey("identity_project_life.id", ondelete="CASCADE")
    )
    applicant_id: Mapped[Id]
    state: Mapped[Id]
    wish: Mapped[Json]
    comments: Mapped[LongText] = mapped_column(default="")
    issued_at: Mapped[Moment]
    resolved_at: Mapped[float | None] = mapped_column(Double, default=None)
    reason: Mapped[LongText] = mapped_column(default="")
    is_charged: Mapped[bool] = mapped_column(default=False)


class MemberRow(Model):
    """Somebody in a project, or on the way in or out; the same row for who comes again (AST-092).

    ``was_accepted`` ever: then the ledger holds a share that limits must follow (AST-074).
    """

    __tablename__ = "identity_project_member"
    __table_args__ = (
        UniqueConstraint("project_id", "user_id"),
        Index("ix_identity_project_member_user_id", "user_id"),
    )

    id: Mapped[int] = mapped_column(BigNumber, primary_key=True, autoincrement=True)
    project_id: Mapped[Id] = mapped_column(
        ForeignKey("identity_project_life.id", ondelete="CASCADE")
    )
    user_id: Mapped[Id]
    state: Mapped[Id]
    was_accepted: Mapped[bool] = mapped_column(default=False)
    requested_at: Mapped[float | None] = mapped_column(Double, default=None)
    accepted_at: Mapped[float | None] = mapped_column(Double, default=None)
    changed_at: Mapped[Moment]


class LifeLogRow(Model):
    """A change of state: of a project, an application or a member; only ever added to."""

    __tablename__ = "identity_project_log"
    __table_args__ = (Index("ix_identity_project_log_project_id", "project_id", "id"),)

    id: Mapped[int] = mapped_column(BigNumber, primary_key=True, autoincrement=True)
    project_id: Mapped[Id]
    noun: Mapped[Id]
    number: Mapped[Big] = mapped_column(default=0)
    at: Mapped[Moment]
    actor_id: Mapped[Id]
    action: Mapped[Id]
    before: Mapped[Id]
    after: Mapped[Id]
    reason: Mapped[LongText] = mapped_column(default="")


def life_of(project: ProjectRow, now: float) -> LifeRow:
    """Return the life of a project that nobody applied for: nobody joins or leaves by himself."""
    return LifeRow(
        id=project.id,
        domain_id=project.domain_id,
        name=project.name,
        description=project.description or "",
        state="suspended" if project.is_enabled is False else "active",
        is_personal=bool(project.is_personal),
        is_private=True,
        join_policy="closed",
        leave_policy="closed",
        max_members=1 if project.is_personal else UNLIMITED,
        created_at=now,
        ends_at=now + PERSONAL_YEARS * YEAR_S if project.is_personal else None,
    )


def only_member(project: ProjectRow, now: float) -> MemberRow:
    """Return the one membership of a personal project."""
    return MemberRow(
        project_id=project.id,
        user_id=project.id,
        state="accepted",
        was_accepted=True,
        accepted_at=now,
        changed_at=now,
    )
