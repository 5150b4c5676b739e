# SPDX-License-Identifier: Apache-2.0
"""Unified limits: what the quota ledger says, as Keystone would say it.

What is counted, with its default, is a registered limit; what a project may use of it, a limit.
Every project has one of everything that is counted, so none is ever made or deleted: to delete
one is to go back to the default.

Source: Identity API reference, "Unified Limits".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import synnefo_quota
from synnefo_core.context import RequestContext
from synnefo_core.contracts.quota import QuotaResource
from synnefo_core.errors import Forbidden, NotFound
from synnefo_identity import project_life, projects
from synnefo_identity.ladder import SERVICE


@dataclass(frozen=True)
class Registered:
    """Something that is counted, and by which plugin."""

    resource: QuotaResource
    owner: str


@dataclass(frozen=True)
class Limit:
    """How much of a resource a project may use; ``UNLIMITED`` for no limit."""

    project_id: str
    registered: Registered
    limit: int

    @property
    def id(self) -> str:
        """The project and the resource."""
        return f"{self.project_id}.{self.registered.resource.name}"


@dataclass(frozen=True)
class Wish:
    """What a limit is to be."""

    project_id: str
    resource: str
    limit: int


def registered(context: RequestContext) -> Mapping[str, Registered]:
    """Return what is counted, by name; to people what they may see."""
    return {
        name: Registered(owned.resource, owned.owner)
        for name, owned in sorted(synnefo_quota.resources(context.cloud).items())
        if owned.resource.is_shown or _sees_all(context)
    }


def index(context: RequestContext, project_id: str | None = None) -> Sequence[Limit]:
    """Return the limits of a project, or of all that hold something.

    Others than administrators and services see those of the project of their token only.
    """
    asked = None if project_id is None else [project_id]
    if not _sees_all(context):
        own = context.project_id
        asked = [own] if own and project_id in (None, own) else []
    directory = context.cloud.directory
    if asked and directory is not None:
        asked = list(directory.projects(asked))
    known = registered(context)
    return [
        Limit(project, known[name], holding.limit)
        for project, held in _held(context, asked).items()
        for name, holding in held.items()
        if name in known
    ]


def _sees_all(context: RequestContext) -> bool:
    return context.is_admin or SERVICE in context.roles


def _held(
    context: RequestContext, asked: list[str] | None
) -> Mapping[str, Mapping[str, synnefo_quota.Holding]]:
    return {} if asked == [] else synnefo_quota.of_projects(context, asked)


def show(context: RequestContext, limit_id: str) -> Limit:
    """Return a limit.

    Raises:
        NotFound: There is no such project or resource, or the caller may not see it.
    """
    for limit in index(context, limit_id.partition(".")[0]):
        if limit.id == limit_id:
            return limit
    raise NotFound("limit", limit_id)


def change(context: RequestContext, wishes: Iterable[Wish]) -> Sequence[Limit]:
    """Set limits, all or none.

    Raises:
        NotFound: There is no such project.
        Forbidden: There is nothing of that name to limit.
    """
    known = registered(context)
    found = []
    with context.unit_of_work() as session:
        for wish in wishes:
            projects.find(session, wish.project_id)
            if wish.resource not in known:
                raise Forbidden(f"there is no registered limit called {wish.resource}")
            if not project_life.regrant(context, wish.project_id, wish.resource, wish.limit):
                holder = f"project:{wish.project_id}"
                synnefo_quota.set_limit(
                    context, holder=holder, resource=wish.resource, limit=wish.limit
                )
            found.append(Limit(wish.project_id, known[wish.resource], wish.limit))
    return found


def reset(context: RequestContext, limit_id: str) -> None:
    """Set a limit to its default.

    Raises:
        NotFound: There is no such limit.
    """
    limit = show(context, limit_id)
    resource = limit.registered.resource
    is_personal = projects.show(context, limit.project_id).is_personal
    default = resource.user_default if is_personal else resource.project_default
    change(context, [Wish(limit.project_id, resource.name, default)])
