# SPDX-License-Identifier: Apache-2.0
"""What the calls about projects' lives take and return."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from synnefo_identity.life_models import ApplicationRow, LifeLogRow, LifeRow, MemberRow


@dataclass(frozen=True)
class Limits:
    """How much of a resource a project may use, and each of its members."""

    of_project: int
    of_member: int


@dataclass(frozen=True)
class Wish:
    """What an application asks for; None: as it is (AST-080).

    Attributes:
        limits: By resource, for those that are to change.
        comments: For who decides.
    """

    name: str | None = None
    owner_id: str | None = None
    homepage: str | None = None
    description: str | None = None
    starts_at: float | None = None
    ends_at: float | None = None
    join_policy: str | None = None
    leave_policy: str | None = None
    max_members: int | None = None
    is_private: bool | None = None
    limits: Mapping[str, Limits] = field(default_factory=dict)
    comments: str = ""

    def stored(self) -> dict[str, Any]:
        """Return what is asked for as JSON."""
        known = {name: value for name, value in asdict(self).items() if value is not None}
        del known["comments"]
        return known

    @classmethod
    def of(cls, row: ApplicationRow) -> Wish:
        """Return what a stored application asks for."""
        told = dict(row.wish)
        limits = {name: Limits(**each) for name, each in told.pop("limits", {}).items()}
        return cls(**told, limits=limits, comments=row.comments)


@dataclass(frozen=True)
class Application:
    """A wish for a new project or for a change of one; ``reason`` is the answer's."""

    id: int
    project_id: str
    applicant_id: str
    state: str
    wish: Wish
    issued_at: float
    resolved_at: float | None
    reason: str

    @classmethod
    def of(cls, row: ApplicationRow) -> Application:
        """Return a row's value."""
        return cls(
            id=row.id,
            project_id=row.project_id,
            applicant_id=row.applicant_id,
            state=row.state,
            wish=Wish.of(row),
            issued_at=row.issued_at,
            resolved_at=row.resolved_at,
            reason=row.reason,
        )


@dataclass(frozen=True)
class Life:
    """A project as its people see it, with its last application if there was one."""

    id: str
    domain_id: str
    name: str
    owner_id: str | None
    homepage: str
    description: str
    state: str
    is_personal: bool
    is_private: bool
    join_policy: str
    leave_policy: str
    max_members: int
    created_at: float
    ends_at: float | None
    limits: Mapping[str, Limits]
    application: Application | None

    @classmethod
    def of(
        cls, row: LifeRow, limits: Mapping[str, Limits], application: ApplicationRow | None
    ) -> Life:
        """Return a row's value."""
        return cls(
            id=row.id,
            domain_id=row.domain_id,
            name=row.name,
            owner_id=row.owner_id,
            homepage=row.homepage,
            description=row.description,
            state=row.state,
            is_personal=row.is_personal,
            is_private=row.is_private,
            join_policy=row.join_policy,
            leave_policy=row.leave_policy,
            max_members=row.max_members,
            created_at=row.created_at,
            ends_at=row.ends_at,
            limits=limits,
            application=None if application is None else Application.of(application),
        )


@dataclass(frozen=True)
class Member:
    """Somebody in a project, or on the way in or out; ``actions`` are what the caller can do."""

    id: int
    project_id: str
    user_id: str
    state: str
    requested_at: float | None
    accepted_at: float | None
    changed_at: float
    actions: tuple[str, ...]

    @classmethod
    def of(cls, row: MemberRow, actions: tuple[str, ...]) -> Member:
        """Return a row's value."""
        return cls(
            id=row.id,
            project_id=row.project_id,
            user_id=row.user_id,
            state=row.state,
            requested_at=row.requested_at,
            accepted_at=row.accepted_at,
            changed_at=row.changed_at,
            actions=actions,
        )


@dataclass(frozen=True)
class Entry:
    """A change of state that was; ``number`` says of which application or membership."""

    at: float
    noun: str
    number: int
    actor_id: str
    action: str
    before: str
    after: str
    reason: str

    @classmethod
    def of(cls, row: LifeLogRow) -> Entry:
        """Return a row's value."""
        names = ("at", "noun", "number", "actor_id", "action", "before", "after", "reason")
        return cls(*(getattr(row, name) for name in names))
