# SPDX-License-Identifier: Apache-2.0
"""Application credentials: a name and a secret by which a program acts for a user.

A credential is for one project and some of the user's roles there. What the user loses it loses,
too: its roles are those that it was given and the user still has. The secret is kept where
passwords are, under the credential's id.

Source: Identity API reference, "Application Credentials".
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from synnefo_core.context import RequestContext
from synnefo_core.contracts.directory import AccessRule
from synnefo_core.db.base import new_hex_id
from synnefo_core.errors import Duplicate, Forbidden, Invalid, InvalidField, NotFound
from synnefo_identity import access_rules, changes, methods, standing
from synnefo_identity.access_rules import KeptRule, require_own
from synnefo_identity.changes import Change, Kind
from synnefo_identity.listing import by_id
from synnefo_identity.models import ApplicationCredentialRow, RoleRow
from synnefo_identity.payload import Scope, ScopeKind
from synnefo_identity.standing import Credential, Standing
from synnefo_identity.values import Role


@dataclass(frozen=True)
class Wish:
    """What a credential is to be.

    Attributes:
        name: Unique among those of a user.
        secret: A generated one when None.
        expires_at: Seconds since the epoch; None: never.
        roles: Ids or names; all of the caller's token when None.
        is_unrestricted: Whether it may make and delete credentials itself.
        rules: What requests it is for, as rules or as ids of kept ones; all when None.
    """

    name: str
    description: str = ""
    secret: str | None = field(default=None, repr=False)
    expires_at: float | None = None
    roles: Sequence[str] | None = None
    is_unrestricted: bool = False
    rules: Sequence[AccessRule | str] | None = None


@dataclass(frozen=True)
class ApplicationCredential:
    """A credential; ``access_rules`` is None when it is for all requests."""

    id: str
    user_id: str
    project_id: str
    name: str
    description: str
    roles: tuple[Role, ...]
    expires_at: float | None
    is_unrestricted: bool
    access_rules: tuple[KeptRule, ...] | None


def create(context: RequestContext, user_id: str, wish: Wish) -> tuple[ApplicationCredential, str]:
    """Make a credential for the project of the caller's token; return it and its secret.

    Raises:
        Forbidden: It is for somebody else, the token has no project, or it was got by a
            credential that is restricted.
        Duplicate: The user has one of that name.
        Invalid: A role is asked for that the token does not have.
    """
    if context.user_id != user_id:
        raise Forbidden
    project_id = context.require_project()
    if wish.expires_at is not None and wish.expires_at <= context.now():
        raise InvalidField("expires_at", "must be in the future")
    secret = wish.secret or secrets.token_urlsafe(64)
    prepared = methods.prepare(context.cloud, secret)
    with context.unit_of_work() as session:
        require_unrestricted(context, session)
        if session.scalar(_named(user_id, wish.name)) is not None:
            raise Duplicate("application credential", wish.name)
        row = ApplicationCredentialRow(
            id=new_hex_id(),
            user_id=user_id,
            project_id=project_id,
            name=wish.name,
            description=wish.description,
            expires_at=wish.expires_at,
            is_unrestricted=wish.is_unrestricted,
            role_ids=_role_ids(context, session, wish.roles),
            access_rule_ids=_rule_ids(session, user_id, wish.rules),
        )
        session.add(row)
        session.flush()
        methods.store(context.cloud)[1].store(row.id, prepared)
        return _values(session, [row])[0], secret


def index(
    context: RequestContext, user_id: str, *, name: str | None = None
) -> Sequence[ApplicationCredential]:
    """Return a user's credentials, or the one of a name.

    Raises:
        Forbidden: The caller is neither the user nor an administrator.
    """
    require_own(context, user_id)
    query = _named(user_id, name)
    with context.reading() as session:
        return _values(session, session.scalars(query).all())


def show(context: RequestContext, user_id: str, credential_id: str) -> ApplicationCredential:
    """Return a credential of a user.

    Raises:
        Forbidden: The caller is neither the user nor an administrator.
        NotFound: The user has none of that id.
    """
    require_own(context, user_id)
    with context.reading() as session:
        return _values(session, [_find(session, user_id, credential_id)])[0]


def delete(context: RequestContext, user_id: str, credential_id: str) -> None:
    """Delete a credential; its tokens become invalid.

    Raises:
        Forbidden: The caller is neither the user nor an administrator, or has a token of a
            credential that is restricted.
        NotFound: The user has none of that id.
    """
    require_own(context, user_id)
    with context.unit_of_work() as session:
        require_unrestricted(context, session)
        _remove(context, session, _find(session, user_id, credential_id))


def forget(
    context: RequestContext, session: Session, *, user_id: str = "", project_id: str = ""
) -> None:
    """Delete all credentials of a user or for a project that goes."""
    of = ApplicationCredentialRow
    same = of.user_id == user_id if user_id else of.project_id == project_id
    for row in session.scalars(select(of).where(same)).all():
        _remove(context, session, row)


def narrowed(session: Session, found: Standing, credential_id: str, now: float) -> Standing | None:
    """Return what is left of a user's standing for a credential; None when it may not be used."""
    row = session.get(ApplicationCredentialRow, credential_id)
    if (
        row is None
        or (row.user_id, row.project_id) != (found.user.id, found.scope.id)
        or found.scope.kind is not ScopeKind.PROJECT
        or (row.expires_at is not None and row.expires_at <= now)
    ):
        return None
    roles = tuple(role for role in found.roles if role.id in row.role_ids)
    rules = row.access_rule_ids
    credential = Credential(
        id=row.id,
        name=row.name,
        is_unrestricted=row.is_unrestricted,
        expires_at=row.expires_at,
        rules=None if rules is None else tuple(access_rules.of_ids(session, rules)),
    )
    return replace(found, roles=roles, credential=credential) if roles else None


def _remove(context: RequestContext, session: Session, row: ApplicationCredentialRow) -> None:
    methods.forget(context.cloud, row.id)
    changes.note(context, session, Change(Kind.USER, row.user_id))
    session.delete(row)


def _named(user_id: str, name: str | None) -> Select[Any]:
    of = ApplicationCredentialRow
    query = select(of).where(of.user_id == user_id).order_by(of.id)
    return query if name is None else query.where(of.name == name)


def _find(session: Session, user_id: str, credential_id: str) -> ApplicationCredentialRow:
    row = session.get(ApplicationCredentialRow, credential_id)
    if row is None or row.user_id != user_id:
        raise NotFound("application credential", credential_id)
    return row


def require_unrestricted(context: RequestContext, session: Session) -> None:
    """Refuse a token that a restricted credential got.

    Raises:
        Forbidden: The caller's is one.
    """
    used = context.claims.application_credential_id if context.claims else None
    if used is None:
        return
    row = session.get(ApplicationCredentialRow, used)
    if row is None or not row.is_unrestricted:
        raise Forbidden(
            "using method 'application_credential' is not allowed for managing additional "
            "application credentials"
        )


def _role_ids(context: RequestContext, session: Session, wanted: Sequence[str] | None) -> list[str]:
    """Return the ids of the wanted roles, which the caller's token must have."""
    scope = Scope(ScopeKind.PROJECT, context.project_id)
    found = standing.read(session, context.user_id, scope)
    own = [role for role in (found.roles if found else ()) if role.name in context.roles]
    if wanted is None:
        return [role.id for role in own]
    by_either = {key: role.id for role in own for key in (role.id, role.name)}
    missing = [each for each in wanted if each not in by_either]
    if missing:
        raise Invalid(
            "invalid application credential: could not find role assignment with role: "
            f"{missing[0]}, user or group: {context.user_id}, project: {context.project_id}"
        )
    return list(dict.fromkeys(by_either[each] for each in wanted))


def _rule_ids(
    session: Session, user_id: str, rules: Sequence[AccessRule | str] | None
) -> list[str] | None:
    if rules is None:
        return None
    ids = []
    for each in rules:
        if isinstance(each, str):
            ids.append(access_rules.find(session, user_id, each).id)
        else:
            ids.append(access_rules.keep(session, user_id, each))
    return list(dict.fromkeys(ids))


def _values(
    session: Session, rows: Iterable[ApplicationCredentialRow]
) -> list[ApplicationCredential]:
    """Return the values of rows, their roles and rules read all at once."""
    found = list(rows)
    role_ids = [role_id for row in found for role_id in row.role_ids]
    rule_ids = [rule_id for row in found for rule_id in row.access_rule_ids or ()]
    roles = {row.id: Role.of(row) for (row,) in by_id(session, RoleRow.id, role_ids, RoleRow)}
    rules = {kept.id: kept for kept in access_rules.of_ids(session, dict.fromkeys(rule_ids))}
    return [
        ApplicationCredential(
            id=row.id,
            user_id=row.user_id,
            project_id=row.project_id,
            name=row.name,
            description=row.description,
            roles=tuple(roles[each] for each in row.role_ids if each in roles),
            expires_at=row.expires_at,
            is_unrestricted=row.is_unrestricted,
            access_rules=None
            if row.access_rule_ids is None
            else tuple(rules[each] for each in row.access_rule_ids if each in rules),
        )
        for row in found
    ]
