# SPDX-License-Identifier: Apache-2.0
"""What identity's service calls return."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from synnefo_identity.models import DomainRow, GroupRow, ProjectRow, RoleRow, UserRow

Extra = Mapping[str, Any]
"""Attributes that identity keeps for clients and does not know the meaning of."""


@dataclass(frozen=True)
class Domain:
    """A namespace of users, groups and projects."""

    id: str
    name: str
    description: str
    is_enabled: bool
    extra: Extra = field(default_factory=dict)

    @classmethod
    def of(cls, row: DomainRow) -> Domain:
        """Return a row's value."""
        return cls(row.id, row.name, row.description, row.is_enabled, dict(row.extra))


@dataclass(frozen=True)
class Project:
    """A project; ``is_personal`` when it is the one of the user of the same id.

    One without a parent is directly in its domain.
    """

    id: str
    domain_id: str
    name: str
    description: str
    is_enabled: bool
    is_personal: bool
    parent_id: str | None = None
    extra: Extra = field(default_factory=dict)
    tags: Sequence[str] = ()

    @classmethod
    def of(cls, row: ProjectRow, tags: Sequence[str] = ()) -> Project:
        """Return a row's value."""
        return cls(
            id=row.id,
            domain_id=row.domain_id,
            name=row.name,
            description=row.description,
            is_enabled=row.is_enabled,
            is_personal=row.is_personal,
            parent_id=row.parent_id,
            extra=dict(row.extra),
            tags=tags,
        )


@dataclass(frozen=True)
class User:
    """A user; ``password_expires_at`` is None when the password doesn't end, or isn't ours."""

    id: str
    domain_id: str
    name: str
    email: str
    description: str
    default_project_id: str | None
    is_enabled: bool
    extra: Extra = field(default_factory=dict)
    password_expires_at: float | None = None

    @classmethod
    def of(cls, row: UserRow) -> User:
        """Return a row's value."""
        return cls(
            id=row.id,
            domain_id=row.domain_id,
            name=row.name,
            email=row.email,
            description=row.description,
            default_project_id=row.default_project_id,
            is_enabled=row.is_enabled,
            extra=dict(row.extra),
        )


@dataclass(frozen=True)
class Group:
    """A group of users."""

    id: str
    domain_id: str
    name: str
    description: str
    extra: Extra = field(default_factory=dict)

    @classmethod
    def of(cls, row: GroupRow) -> Group:
        """Return a row's value."""
        return cls(row.id, row.domain_id, row.name, row.description, dict(row.extra))


@dataclass(frozen=True)
class Role:
    """A role; a built-in one stays as it is."""

    id: str
    name: str
    description: str
    is_builtin: bool
    extra: Extra = field(default_factory=dict)

    @classmethod
    def of(cls, row: RoleRow) -> Role:
        """Return a row's value."""
        return cls(row.id, row.name, row.description, row.is_builtin, dict(row.extra))
