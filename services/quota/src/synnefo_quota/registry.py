# SPDX-License-Identifier: Apache-2.0
"""What is counted: the answers of all plugins, and what operators changed of them.

A holding is made when it is first used or limited; until then its limit is the default.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from synnefo_core.cloud import Cloud
from synnefo_core.context import RequestContext
from synnefo_core.contracts.driver import Misconfigured
from synnefo_core.contracts.quota import UNLIMITED, QuotaResource
from synnefo_core.db.session import add_all_if_absent, add_if_absent, after_commit
from synnefo_core.errors import NotFound
from synnefo_quota.models import HoldingRow, ResourceRow
from synnefo_quota.provisions import Key, Provision

PROJECT = "project:"
"""What a project's holder or source begins with."""

USER = "user:"
"""What a user's holder begins with."""

BATCH = 500
"""So many projects get their holdings in one transaction."""


@dataclass(frozen=True)
class Owned:
    """A resource and the plugin that counts it."""

    resource: QuotaResource
    owner: str


def counted(cloud: Cloud) -> dict[str, Owned]:
    """Return every resource by its name, as its plugin describes it.

    Raises:
        Misconfigured: Two plugins count under one name.
    """
    return cloud.shared("quota.resources", lambda: _collect(cloud))


def _collect(cloud: Cloud) -> dict[str, Owned]:
    found: dict[str, Owned] = {}
    for owner, answer in cloud.plugins.answers("quota_resources"):
        for resource in answer:
            if resource.name in found:
                msg = f"{owner} and {found[resource.name].owner} both count {resource.name}"
                raise Misconfigured(msg)
            found[resource.name] = Owned(resource, owner)
    return found


def resources(cloud: Cloud) -> dict[str, Owned]:
    """Return every resource by its name, with the defaults and visibility that hold now."""
    found = dict(counted(cloud))
    is_known = or_(ResourceRow.name.in_(found), ResourceRow.client.is_not(None))
    with cloud.database.reading() as session:
        for row in session.scalars(select(ResourceRow).where(is_known)):
            described = found.get(row.name) or _declared(row)
            found[row.name] = replace(described, resource=_changed(described, row))
    return found


def _declared(row: ResourceRow) -> Owned:
    """Return a resource that a service beside the cloud counts; nobody has any by default."""
    described = QuotaResource(
        row.name, row.description, row.unit, user_default=0, project_default=0
    )
    return Owned(described, row.owner)


def _changed(owned: Owned, row: ResourceRow) -> QuotaResource:
    own = owned.resource
    return replace(
        own,
        user_default=own.user_default if row.user_default is None else row.user_default,
        project_default=own.project_default if row.project_default is None else row.project_default,
        is_shown=own.is_shown if row.is_shown is None else row.is_shown,
    )


def resource(cloud: Cloud, name: str) -> Owned:
    """Return one resource.

    Raises:
        NotFound: No plugin counts under this name.
    """
    found = resources(cloud).get(name)
    if found is None:
        noun = "resource"
        raise NotFound(noun, name)
    return found


def register(cloud: Cloud, session: Session, names: Collection[str]) -> None:
    """Remember who counts what, so that an owner who goes is missed.

    Called before any holding is locked: who waits here for another transaction holds nothing
    that this one could wait for.
    """
    known: set[str] = cloud.shared("quota.registered", set)
    new = sorted(name for name in names if name not in known and name in counted(cloud))
    rows = [{"name": name, "owner": counted(cloud)[name].owner} for name in new]
    add_all_if_absent(session, ResourceRow, rows)
    if new:
        after_commit(session, lambda: known.update(new))


def require_people(
    cloud: Cloud, *, user_ids: Collection[str] = (), project_ids: Collection[str] = ()
) -> None:
    """Refuse who or what is not there, as far as anybody knows.

    Raises:
        NotFound: There is no such user or project.
    """
    directory = cloud.directory
    if directory is None:
        return
    for noun, ids, known in (
        ("user", user_ids, directory.users(user_ids)),
        ("project", project_ids, directory.projects(project_ids)),
    ):
        for each in ids:
            if each not in known:
                raise NotFound(noun, each)


def require_holders(cloud: Cloud, provisions: Iterable[Provision]) -> None:
    """Refuse to let anybody have more who is not there; who is gone may still give back.

    Raises:
        NotFound: There is no such user or project.
    """
    names = {n for p in provisions if p.quantity > 0 for n in (p.holder, p.source)}
    require_people(
        cloud,
        user_ids=sorted(n.removeprefix(USER) for n in names if n.startswith(USER)),
        project_ids=sorted(n.removeprefix(PROJECT) for n in names if n.startswith(PROJECT)),
    )


def names(cloud: Cloud, holders: Iterable[str]) -> Mapping[str, str]:
    """Return how users and projects are called, by the names of holders or sources."""
    directory, found = cloud.directory, dict[str, str]()
    if directory is None:
        return found
    wanted = set(holders)
    for kind, look_up in ((USER, directory.users), (PROJECT, directory.projects)):
        ids = [each.removeprefix(kind) for each in wanted if each.startswith(kind)]
        found |= {kind + each: named.name for each, named in look_up(ids).items()}
    return found


class Defaults:
    """The limits of holdings that are not there yet, found by two queries.

    A user's share of a project is bounded by the project alone; a project gets the default
    of its kind: a personal project has its user's id.
    """

    def __init__(self, cloud: Cloud, holders: Iterable[str]) -> None:
        """Look for what the limits of these holders' holdings depend on."""
        self._resources = resources(cloud)
        ids = {h.removeprefix(PROJECT) for h in holders if h.startswith(PROJECT)}
        people = cloud.directory.users(ids) if cloud.directory is not None and ids else ()
        self._personal = {PROJECT + user_id for user_id in people}

    def limit(self, key: Key) -> int:
        """Return the limit of a holding of one of the holders."""
        holder, source, name = key
        owned = self._resources.get(name)
        if source or owned is None:
            return UNLIMITED
        is_personal = holder in self._personal
        return owned.resource.user_default if is_personal else owned.resource.project_default


def modify(
    context: RequestContext,
    name: str,
    *,
    user_default: int | None = None,
    project_default: int | None = None,
    is_shown: bool | None = None,
) -> QuotaResource:
    """Change the defaults of future projects, or who sees a resource; None leaves it.

    Projects that are there keep their limit (AST-056), though it may never have been written
    down so far: it is now, some hundred projects in a transaction.

    Raises:
        NotFound: No plugin counts under this name.
    """
    owner = resource(context.cloud, name).owner
    wanted = {
        "user_default": user_default,
        "project_default": project_default,
        "is_shown": is_shown,
    }
    if user_default is not None or project_default is not None:
        _keep_limits(context, name)
    with context.unit_of_work() as session:
        add_if_absent(session, ResourceRow, {"name": name, "owner": owner})
        row = session.get_one(ResourceRow, name, with_for_update=True)
        for column, value in wanted.items():
            if value is not None:
                setattr(row, column, value)
    return resource(context.cloud, name).resource


def _keep_limits(context: RequestContext, name: str) -> None:
    for holders in _batches(context):
        defaults = Defaults(context.cloud, holders)
        with context.unit_of_work() as session:
            register(context.cloud, session, [name])
            fixed = {"source": "", "resource": name, "usage_min": 0, "usage_max": 0}
            rows = [
                {**fixed, "holder": holder, "limit": defaults.limit((holder, "", name))}
                for holder in holders
            ]
            add_all_if_absent(session, HoldingRow, rows)


def _batches(context: RequestContext) -> Iterator[tuple[str, ...]]:
    """Yield all projects as holders, in the order in which holdings are locked."""
    directory = context.cloud.directory
    ids = directory.project_ids() if directory is not None else ()
    everyone = sorted(PROJECT + project_id for project_id in ids)
    for first in range(0, len(everyone), BATCH):
        yield tuple(everyone[first : first + BATCH])
