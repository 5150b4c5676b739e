# SPDX-License-Identifier: Apache-2.0
"""What an empty cloud gets: keys, a domain, roles, an administrator and a user to try it with."""

from __future__ import annotations

import secrets
import sys

from sqlalchemy import select
from sqlalchemy.orm import Session

from synnefo_core.bootstrap import once, was_done
from synnefo_core.cloud import Cloud
from synnefo_core.context import RequestContext, for_worker
from synnefo_core.contracts.auth import PreparedPassword
from synnefo_core.keys import key_ring
from synnefo_identity import (
    assignments,
    clouds,
    credentials,
    domains,
    ladder,
    methods,
    projects,
    users,
)
from synnefo_identity.models import ImpliedRoleRow, RoleRow
from synnefo_identity.payload import RING, SYSTEM, Scope, ScopeKind
from synnefo_identity.standing import USER

DONE = "identity.first"


def bootstrap(cloud: Cloud) -> None:
    """Make what is missing; a second time only says where the cloud is."""
    key_ring(cloud, RING).make()
    credentials.make_keys(cloud)
    if was_done(cloud, DONE):
        clouds.refresh(cloud)
        return
    section = cloud.config.identity
    admin_password = section.admin_password or secrets.token_urlsafe(18)
    demo_password = section.demo_password or secrets.token_urlsafe(18)
    admin_hash = methods.prepare(cloud, admin_password)
    demo_hash = methods.prepare(cloud, demo_password)
    # Written before the commit: a crash between leaves a file that the next try replaces,
    # not an administrator whose password nobody knows.
    clouds.write(cloud, admin_password=admin_password, demo_password=demo_password)
    with once(cloud, DONE) as is_first:
        if is_first:
            _people(for_worker(cloud), admin_hash, demo_hash)
    if is_first and not section.admin_password and sys.stdout.isatty():
        sys.stdout.write(f"The password of the user admin is {admin_password}\n")


def _people(
    context: RequestContext, admin_hash: PreparedPassword, demo_hash: PreparedPassword
) -> None:
    with context.unit_of_work() as session:
        _roles(session)
        domains.create(context, {"id": domains.DEFAULT, "name": "Default"})
        admin_id = _person(context, session, "admin", ladder.ADMIN, admin_hash)
        assignments.add(context, session, (USER, admin_id), SYSTEM, _role(session, ladder.ADMIN))
        _person(context, session, "demo", ladder.MEMBER, demo_hash)


def _roles(session: Session) -> None:
    for name, description in ladder.BUILTIN.items():
        session.add(RoleRow(name=name, description=description, is_builtin=True, extra={}))
    session.flush()
    for prior, implied in ladder.IMPLIES:
        session.add(
            ImpliedRoleRow(prior_id=_role(session, prior), implied_id=_role(session, implied))
        )


def _person(
    context: RequestContext, session: Session, name: str, role: str, hashed: PreparedPassword
) -> str:
    """Make a user and a project of one name, the user with a role there."""
    project = projects.create(context, domains.DEFAULT, {"name": name})
    user = users.add(context, session, domains.DEFAULT, {"name": name}, hashed)
    scope = Scope(ScopeKind.PROJECT, project.id)
    assignments.add(context, session, (USER, user.id), scope, _role(session, role))
    return user.id


def _role(session: Session, name: str) -> str:
    return session.scalars(select(RoleRow.id).where(RoleRow.name == name)).one()
