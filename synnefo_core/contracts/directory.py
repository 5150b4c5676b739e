# SPDX-License-Identifier: Apache-2.0
"""The contract by which rooms ask for names and memberships, answered by identity.

The answer to the hook ``directory``. No room imports identity: ids, roles and groups of the
caller are in the context; what else is to be known about people is asked here.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Claims:
    """What a valid token says.

    ``expires_at`` is seconds since the epoch. A token is scoped to a project, a domain, the
    system or nothing: at most one of the three is set.
    """

    user_id: str
    user_name: str
    user_domain_id: str
    expires_at: float
    audit_id: str = ""
    project_id: str | None = None
    project_domain_id: str | None = None
    domain_id: str | None = None
    is_system: bool = False
    roles: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Named:
    """A user or a project: its id, name, domain and whether it is enabled."""

    id: str
    name: str
    domain_id: str
    is_enabled: bool


class Directory(ABC):
    """People, projects and the tokens that speak for them."""

    @abstractmethod
    def claims(self, token: str) -> Claims | None:
        """Return what a token says, or None when it is forged, expired or revoked.

        Called for every request: the answer is cached, revocations count within a second.
        """

    @abstractmethod
    def users(self, ids: Iterable[str]) -> Mapping[str, Named]:
        """Return those of the users that exist, by id."""

    @abstractmethod
    def projects(self, ids: Iterable[str]) -> Mapping[str, Named]:
        """Return those of the projects that exist, by id."""
