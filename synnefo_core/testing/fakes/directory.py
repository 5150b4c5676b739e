# SPDX-License-Identifier: Apache-2.0
"""A directory in memory: tokens, users and projects that a test names itself.

Plug it in as a hook plugin to test a face without identity::

    directory = MemoryDirectory()
    plugins = Plugins({"directory": DirectoryPlugin(directory)})
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from synnefo_core.contracts.directory import Claims, Directory, Named
from synnefo_core.hookspecs import hookimpl

if TYPE_CHECKING:
    from synnefo_core.cloud import Cloud

FAR_AWAY = 4_000_000_000.0
"""A moment at which no test runs: seconds since the epoch."""


class MemoryDirectory(Directory):
    """A directory that knows what it was told."""

    def __init__(self) -> None:
        """Begin empty."""
        self._claims: dict[str, Claims] = {}
        self._users: dict[str, Named] = {}
        self._projects: dict[str, Named] = {}

    def login(self, user_id: str, project_id: str | None, *roles: str) -> str:
        """Return a token of a user in a project; both are known from now on."""
        token = uuid.uuid4().hex
        self._users[user_id] = Named(user_id, user_id, "default", is_enabled=True)
        if project_id:
            self._projects[project_id] = Named(project_id, project_id, "default", is_enabled=True)
        self._claims[token] = Claims(
            user_id=user_id,
            user_name=user_id,
            user_domain_id="default",
            expires_at=FAR_AWAY,
            project_id=project_id,
            project_domain_id="default" if project_id else None,
            roles=frozenset(roles),
        )
        return token

    def revoke(self, token: str) -> None:
        """Make a token invalid."""
        del self._claims[token]

    def claims(self, token: str) -> Claims | None:
        """Return what a token says; see :meth:`Directory.claims`."""
        return self._claims.get(token)

    def users(self, ids: Iterable[str]) -> Mapping[str, Named]:
        """Return known users; see :meth:`Directory.users`."""
        return {key: self._users[key] for key in ids if key in self._users}

    def roles(self, user_id: str, project_id: str) -> frozenset[str]:
        """Return those of all logins of a user in a project."""
        logins = (
            claims.roles
            for claims in self._claims.values()
            if (claims.user_id, claims.project_id) == (user_id, project_id)
        )
        return frozenset[str]().union(*logins)

    def projects(self, ids: Iterable[str]) -> Mapping[str, Named]:
        """Return known projects; see :meth:`Directory.projects`."""
        return {key: self._projects[key] for key in ids if key in self._projects}

    def project_ids(self) -> Iterable[str]:
        """Return known projects; see :meth:`Directory.project_ids`."""
        return list(self._projects)


class DirectoryPlugin:
    """Plugs a directory in."""

    def __init__(self, directory: MemoryDirectory) -> None:
        """Remember it."""
        self._directory = directory

    @hookimpl(tryfirst=True)
    def directory(self, cloud: Cloud) -> Directory:
        """Return it; see the hook of this name."""
        del cloud
        return self._directory
