# SPDX-License-Identifier: Apache-2.0
"""The contract by which rooms ask for names and memberships, answered by identity.

The answer to the hook ``directory``. No room imports identity: ids, roles and groups of the
caller are in the context; what else is to be known about people is asked here.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class AccessRule:
    """A kind of request that a token is for.

    Attributes:
        service: The type of the API in the catalog.
        method: The HTTP method.
        path: With or without what the cloud puts before the version: ``/v2.1/servers`` is also
            ``/compute/v2.1/servers``. ``*`` stands for anything in a segment, ``{name}`` for a
            segment, ``**`` for anything.
    """

    service: str
    method: str
    path: str

    def allows(self, service: str, method: str, path: str) -> bool:
        """Return whether a request is of this kind."""
        if (self.service, self.method) != (service, method):
            return False
        short = "/" + path[1:].partition("/")[2]
        return _fits(self.path, path) or _fits(self.path, short)


_WILD = re.compile(r"(\*\*|\*|{[^}]*})")


def _fits(pattern: str, path: str) -> bool:
    """Match by following all ends at once: whoever writes a pattern can't make it slow."""
    ends = {0}
    for part in _WILD.split(pattern):
        if part == "**" and ends:
            ends = set(range(min(ends), len(path) + 1))
        elif _WILD.fullmatch(part):
            ends = _within_segments(path, ends, least=0 if part == "*" else 1)
        else:
            ends = {at + len(part) for at in ends if path.startswith(part, at)}
    return len(path) in ends


def _within_segments(path: str, starts: Iterable[int], *, least: int) -> set[int]:
    found: set[int] = set()
    reached = -1
    for start in sorted(starts):
        if start > reached:
            reached = path.find("/", start) if "/" in path[start:] else len(path)
            found.update(range(start + least, reached + 1))
    return found


@dataclass(frozen=True)
class Claims:
    """What a valid token says.

    ``expires_at`` is seconds since the epoch. A token is scoped to a project, a domain, the
    system or nothing: at most one of the three is set. One that was got by an application
    credential names it; with ``access_rules`` it is for those requests only.
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
    application_credential_id: str | None = None
    access_rules: tuple[AccessRule, ...] | None = None

    def permits(self, service: str, method: str, path: str) -> bool:
        """Return whether the token is for a request to an API of this type."""
        rules = self.access_rules
        return rules is None or any(rule.allows(service, method, path) for rule in rules)


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

    def refusal(self, token: str) -> str:
        """Return why a token says nothing; asked only for one that does."""
        del token
        return "the token is not valid"

    def spend(self, token: str, path: str) -> str:
        """Take an access token (OAuth 2.0) for a path; return the id of its user. It is good once.

        Empty: it is unknown, spent, too old or for another path.
        """
        del token, path
        return ""

    @abstractmethod
    def users(self, ids: Iterable[str]) -> Mapping[str, Named]:
        """Return those of the users that exist, by id."""

    def user_ids(self, names: Iterable[str]) -> Mapping[str, str]:
        """Return the ids of those of the users of the default domain that exist, by name."""
        del names
        return {}

    @abstractmethod
    def projects(self, ids: Iterable[str]) -> Mapping[str, Named]:
        """Return those of the projects that exist, by id."""

    def roles(self, user_id: str, project_id: str) -> frozenset[str]:
        """Return a user's roles in a project, implied ones included; none if one is disabled."""
        del user_id, project_id
        return frozenset()

    @abstractmethod
    def project_ids(self) -> Iterable[str]:
        """Return the ids of all projects, in no promised order."""
