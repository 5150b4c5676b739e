# SPDX-License-Identifier: Apache-2.0
"""Identity's answers to the other rooms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import select

from synnefo_core.cloud import Cloud
from synnefo_core.context import for_worker
from synnefo_core.contracts.directory import Claims, Directory, Named
from synnefo_core.errors import NotFound
from synnefo_identity import domains, oauth2, standing, tokens
from synnefo_identity.claims import known_tokens
from synnefo_identity.listing import by_id
from synnefo_identity.models import ProjectRow, UserRow
from synnefo_identity.payload import Scope, ScopeKind


class IdentityDirectory(Directory):
    """People, projects and tokens, from identity's tables."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud, self._database = cloud, cloud.database
        self._tokens = known_tokens(cloud)

    def claims(self, token: str) -> Claims | None:
        known = self._tokens.find(token)
        return known.claims if known else None

    def refusal(self, token: str) -> str:
        return tokens.why_not(for_worker(self._cloud), token)

    def spend(self, token: str, path: str) -> str:
        try:
            access, _ = oauth2.spend(for_worker(self._cloud), token, path)
        except NotFound:
            return ""
        return access.user_id

    def users(self, ids: Iterable[str]) -> Mapping[str, Named]:
        return self._named(UserRow, ids)

    def user_ids(self, names: Iterable[str]) -> Mapping[str, str]:
        columns = UserRow.name, UserRow.id, UserRow.domain_id
        with self._database.reading() as session:
            rows = list(by_id(session, UserRow.name, names, *columns))
        return {row.name: row.id for row in rows if row.domain_id == domains.DEFAULT}

    def projects(self, ids: Iterable[str]) -> Mapping[str, Named]:
        return self._named(ProjectRow, ids)

    def roles(self, user_id: str, project_id: str) -> frozenset[str]:
        with self._database.reading() as session:
            found = standing.read(session, user_id, Scope(ScopeKind.PROJECT, project_id))
        if found is None or found.owes_terms:
            return frozenset()
        return frozenset(role.name for role in found.roles)

    def project_ids(self) -> Iterable[str]:
        with self._database.reading() as session:
            return list(session.scalars(select(ProjectRow.id)))

    def _named(self, model: type[UserRow | ProjectRow], ids: Iterable[str]) -> Mapping[str, Named]:
        columns = model.id, model.name, model.domain_id, model.is_enabled
        with self._database.reading() as session:
            return {row.id: Named(*row) for row in by_id(session, model.id, ids, *columns)}
