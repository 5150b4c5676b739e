# SPDX-License-Identifier: Apache-2.0
"""The roles that the cloud's policies name, and which of them imply which.

Whoever has ``admin`` anywhere administers the cloud: its scope does not narrow it. So only an
administrator can give it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from synnefo_identity.models import ImpliedRoleRow, RoleRow
from synnefo_identity.values import Role

ADMIN = "admin"
MANAGER = "manager"
MEMBER = "member"
READER = "reader"
SERVICE = "service"

BUILTIN: Mapping[str, str] = {
    ADMIN: "Administers the cloud",
    MANAGER: "Manages what a project has and who may use it",
    MEMBER: "Uses a project",
    READER: "Looks at what a project has",
    SERVICE: "Is a service of the cloud",
}
"""The cloud's own roles with their descriptions."""

IMPLIES = ((ADMIN, MANAGER), (MANAGER, MEMBER), (MEMBER, READER))
"""Each with the one directly below."""


class Roles:
    """All roles with what they imply, read once for several questions."""

    def __init__(self, session: Session) -> None:
        self._roles = {row.id: Role.of(row) for row in session.scalars(select(RoleRow))}
        self._implied: dict[str, list[str]] = {}
        for row in session.execute(select(ImpliedRoleRow.prior_id, ImpliedRoleRow.implied_id)):
            self._implied.setdefault(row.prior_id, []).append(row.implied_id)

    def __getitem__(self, role_id: str) -> Role:
        """Return a role by its id."""
        return self._roles[role_id]

    def below(self, role_id: str) -> list[str]:
        """Return a role and all that it implies."""
        found = {role_id: None}
        waiting = [role_id]
        while waiting:
            for implied in self._implied.get(waiting.pop(), ()):
                if implied not in found:
                    found[implied] = None
                    waiting.append(implied)
        return list(found)

    def effective(self, role_ids: Iterable[str]) -> tuple[Role, ...]:
        """Return the roles with all that they imply, by name."""
        ids = {below for role_id in role_ids for below in self.below(role_id)}
        return tuple(sorted((self._roles[i] for i in ids), key=lambda role: role.name))
