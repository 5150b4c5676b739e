# SPDX-License-Identifier: Apache-2.0
"""Enrolment: administrators make accounts that need no proof and no moderator, and change them."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from synnefo_core.context import RequestContext
from synnefo_core.errors import Conflict, NotFound
from synnefo_identity import attributes, changes, letters, methods, standing, users
from synnefo_identity.accounts import people, registrations
from synnefo_identity.accounts.models import AccountRow
from synnefo_identity.accounts.people import ALREADY_MODERATED, Account
from synnefo_identity.changes import Change, Kind
from synnefo_identity.letters import Address
from synnefo_identity.payload import Scope, ScopeKind


@dataclass(frozen=True)
class Enrolled:
    """A new account and its password, which is shown once."""

    account: Account
    password: str = field(repr=False)


def enroll(
    context: RequestContext, email: str, names: Mapping[str, str], *, password: str | None = None
) -> Enrolled:
    """Make an account for whoever reads an address.

    Args:
        context: Of an administrator.
        email: The address; also the login name.
        names: ``given_name`` and ``family_name``.
        password: Default: a generated one.

    Raises:
        Conflict: There is an account for the address.
        Invalid: The password breaks a rule.
    """
    address = letters.normal(email)
    password = password or secrets.token_urlsafe(15)
    prepared = methods.choose(context.cloud, password)
    domain_id, now = context.cloud.config.accounts.domain, context.now()
    with context.unit_of_work() as session:
        _require_free(session, address)
        values = {"name": address, "email": address, **names}
        made = users.add(context, session, domain_id, values, prepared)
        row = AccountRow(
            user_id=made.id,
            address=address,
            verified_at=now,
            moderated_at=now,
            acceptance_policy=ALREADY_MODERATED,
            accepted_address=address,
        )
        session.add(row)
        session.flush()
        registrations.forget_address(context, session, address)
        user, _ = people.find(session, made.id)
        return Enrolled(Account.of(user, row), password)


def update(
    context: RequestContext,
    user_id: str,
    values: Mapping[str, str],
    *,
    password: str | None = None,
) -> Account:
    """Change an account's names, address (which is believed) and password.

    Raises:
        NotFound: There is no such user.
        Conflict: Another account has the address.
        Invalid: The password breaks a rule.
    """
    prepared = None if password is None else methods.choose(context.cloud, password)
    with context.unit_of_work() as session:
        user, row = people.locked(context, session, user_id)
        changed: dict[str, str] = dict(values)
        if "email" in changed:
            address = changed["email"] = letters.normal(changed["email"])
            _require_free(session, address, but=user_id)
            row.address, row.verified_at = address, context.now()
            if user.name == user.address:
                changed["name"] = address
        attributes.apply(user, changed, users.KNOWN)
        attributes.save(session, user, "user")
        if prepared is not None:
            users.keep_password(context, session, user, prepared)
        changes.note(context, session, Change(Kind.USER, user_id))
        return Account.of(user, row)


def end_tokens(context: RequestContext, user_id: str) -> None:
    """Make all tokens of a user invalid.

    Raises:
        NotFound: There is no such user.
    """
    with context.unit_of_work() as session:
        user, _ = people.find(session, user_id, is_locked=True)
        user.token_epoch += 1
        changes.note(context, session, Change(Kind.USER, user_id))


def choose_project(context: RequestContext, user_id: str, project_id: str) -> None:
    """Have a user's logins scoped to a project where they ask for none.

    Raises:
        NotFound: There is no such project in which the user has a role.
    """
    with context.unit_of_work() as session:
        user, _ = people.find(session, user_id, is_locked=True)
        if standing.read(session, user_id, Scope(ScopeKind.PROJECT, project_id)) is None:
            noun = "project"
            raise NotFound(noun, project_id)
        user.default_project_id = project_id


def _require_free(session: Session, address: Address, *, but: str = "") -> None:
    if people.is_taken(session, address, but=but):
        msg = f"there is an account for {address} already"
        raise Conflict(msg)
