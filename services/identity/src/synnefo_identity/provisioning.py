# SPDX-License-Identifier: Apache-2.0
"""From what a login method vouches for to an account: found by its link, made, kept up to date.

Accounts are linked by method and subject only. Who is told by a method the name or the e-mail
address of somebody who is here already does not get that account.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, select, update
from sqlalchemy.orm import Session

from synnefo_core.cloud import Cloud
from synnefo_core.context import RequestContext
from synnefo_core.contracts.auth import Assertion
from synnefo_core.contracts.driver import Misconfigured
from synnefo_core.errors import Duplicate
from synnefo_identity import (
    attributes,
    changes,
    groups,
    login_profiles,
    method_policies,
    users,
)
from synnefo_identity.changes import Change, Kind
from synnefo_identity.models import DomainRow, GroupRow, LinkRow, MembershipRow, UserRow

log = logging.getLogger(__name__)

TAKEN = frozenset({"name", "email", "full_name", "given_name", "family_name"})
"""What an account takes over of a method's attributes; the rest is ignored."""

LONGEST = 255

SEEN_S = 60.0
"""How much later a login must be than the one that is written down to be written down itself."""


@dataclass(frozen=True)
class Account:
    """The user that an assertion is about.

    Attributes:
        user_id: Who.
        domain_id: The user's domain.
        domain_name: Its name.
        is_enabled: Whether user and domain are, and the method may log people in.
        last_login_at: When the user came by this link last.
        details: What is written down about the link.
    """

    user_id: str
    domain_id: str
    domain_name: str
    is_enabled: bool
    last_login_at: float | None = None
    details: Mapping[str, Any] | None = None


@cache
def _linked(method: str) -> Select[Any]:
    """Return the query of a method's account; each login asks it, so it is made once."""
    return (
        select(
            LinkRow.user_id,
            LinkRow.last_login_at,
            LinkRow.details,
            UserRow.domain_id,
            UserRow.is_enabled.label("is_user_enabled"),
            DomainRow.name.label("domain_name"),
            DomainRow.is_enabled.label("is_domain_enabled"),
            login_profiles.are_any(method).label("has_profiles"),
        )
        .join(UserRow, UserRow.id == LinkRow.user_id)
        .join(DomainRow, DomainRow.id == UserRow.domain_id)
        .where(LinkRow.method == method, LinkRow.subject == bindparam("subject"))
    )


def find(context: RequestContext, assertion: Assertion) -> Account | None:
    """Return the account that a method's subject is linked to, None when there is none."""
    method = assertion.method
    with context.reading() as session:
        found = session.execute(_linked(method), {"subject": assertion.subject}).first()
        if found is None:
            return None
        policy = method_policies.of(context.cloud, method)
        if found.has_profiles:
            policy = login_profiles.policy(context.cloud, session, method, found.user_id)
    return Account(
        user_id=found.user_id,
        domain_id=found.domain_id,
        domain_name=found.domain_name,
        is_enabled=found.is_user_enabled and found.is_domain_enabled and policy.login,
        last_login_at=found.last_login_at,
        details=found.details,
    )


def create(
    context: RequestContext,
    assertion: Assertion,
    *,
    domain_id: str | None = None,
    domain_name: str | None = None,
) -> Account | None:
    """Make the account of somebody who was not here yet, in the domain that was named, if one was.

    Returns:
        None when the method's people get no accounts there, or the name is taken.
    """
    cloud, section = context.cloud, context.cloud.config.identity
    policy = method_policies.of(cloud, assertion.method)
    if assertion.method not in section.auto_create or not policy.create:
        return None
    with context.reading() as session:
        domain = session.get(DomainRow, section.auto_create_domain)
        if domain is None or (domain_id or domain.id, domain_name or domain.name) != (
            domain.id,
            domain.name,
        ):
            return None
    told = _told(assertion)
    if "name" not in told:
        log.warning("no account made: no name told", extra={"login_method": assertion.method})
        return None
    try:
        with context.unit_of_work() as session:
            user = users.add(context, session, section.auto_create_domain, told, None)
            session.add(new_link(context, user.id, assertion))
            join(context, user.id, policy.creation_groups)
    except Duplicate:
        # By another login of the same person a moment ago, or by somebody else.
        account = find(context, assertion)
        if account is None:
            log.warning(
                "no account made: the name is taken", extra={"login_method": assertion.method}
            )
        return account
    log.info("account made", extra={"user": user.id, "login_method": assertion.method})
    return find(context, assertion)


def new_link(context: RequestContext, user_id: str, assertion: Assertion) -> LinkRow:
    """Return the row by which an assertion's subject is a user from now on."""
    return LinkRow(
        method=assertion.method,
        subject=assertion.subject,
        user_id=user_id,
        linked_at=context.now(),
        details=details(assertion),
    )


def details(assertion: Assertion) -> dict[str, Any] | None:
    """Return what is kept with a link: what the account has not taken over, and what governs it."""
    told = _fitting({n: t for n, t in assertion.attributes.items() if n not in TAKEN})
    forced = sorted(assertion.forced & TAKEN)
    found = {"issuer": assertion.issuer, "told": told, "forced": forced}
    return {name: value for name, value in found.items() if value} or None


def enter(context: RequestContext, account: Account, assertion: Assertion) -> None:
    """Let a user in: set what the method governs, and write down that it was today."""
    follow(context, account.user_id, assertion)
    known = details(assertion)
    last = account.last_login_at
    if last is not None and context.now() - last < SEEN_S and known == account.details:
        return
    link = (LinkRow.method == assertion.method, LinkRow.subject == assertion.subject)
    with context.unit_of_work() as session:
        session.execute(
            update(LinkRow)
            .where(*link)
            .values(last_login_at=context.now(), details=known)
            .execution_options(synchronize_session=False)
        )


def follow(context: RequestContext, user_id: str, assertion: Assertion) -> None:
    """Set what the method governs: forced attributes, and who is in which mirrored group."""
    mirrored = mirrored_groups(context.cloud, assertion.method)
    forced = {name: text for name, text in _told(assertion).items() if name in assertion.forced}
    if not mirrored and not forced:
        return
    wanted = {name for told, name in mirrored.items() if told in assertion.groups}
    with context.reading() as session:
        row = users.find(session, user_id)
        changed = {name: text for name, text in forced.items() if _current(row, name) != text}
        domain_id = row.domain_id
        present = _memberships(session, user_id, domain_id) & set(mirrored.values())
    if present != wanted:
        _move(context, user_id, domain_id, joins=wanted - present, leaves=present - wanted)
    if changed:
        _overwrite(context, user_id, changed)


def _told(assertion: Assertion) -> dict[str, str]:
    """Return the attributes that an account can take over."""
    return _fitting({name: t for name, t in assertion.attributes.items() if name in TAKEN})


def _fitting(attributes: Mapping[str, str]) -> dict[str, str]:
    return {
        name: text
        for name, text in attributes.items()
        if 0 < len(text) <= LONGEST and text.isprintable()
    }


def _current(row: UserRow, name: str) -> object:
    return getattr(row, name) if name in users.KNOWN else (row.extra or {}).get(name)


def _overwrite(context: RequestContext, user_id: str, values: Mapping[str, str]) -> None:
    """Set attributes; a name that somebody else has leaves all as it was."""
    try:
        with context.unit_of_work() as session:
            row = users.find(session, user_id)
            attributes.apply(row, values, users.KNOWN)
            attributes.save(session, row, "user")
            changes.note(context, session, Change(Kind.USER, user_id))
    except Duplicate:
        log.warning("an account keeps its name: the new one is taken", extra={"user": user_id})


def mirrored_groups(cloud: Cloud, method: str) -> dict[str, str]:
    """Return the cloud's groups by what a method calls them.

    Raises:
        Misconfigured: The setting can't be read.
    """
    found: dict[str, str] = {}
    for line in cloud.config.identity.mirror_groups:
        whose, colon, rest = line.partition(":")
        told, equals, name = rest.rpartition("=")
        if not (colon and equals and told.strip() and name.strip()):
            msg = f"[identity] mirror_groups: {line!r} is not METHOD:GROUP=GROUP"
            raise Misconfigured(msg)
        if whose.strip() == method:
            found[told.strip()] = name.strip()
    return found


def _memberships(session: Session, user_id: str, domain_id: str) -> set[str]:
    query = (
        select(GroupRow.name)
        .join(MembershipRow, MembershipRow.group_id == GroupRow.id)
        .where(MembershipRow.user_id == user_id, GroupRow.domain_id == domain_id)
    )
    return set(session.scalars(query))


def join(context: RequestContext, user_id: str, names: Collection[str]) -> None:
    """Put a user into groups of the user's domain, made where they are missing."""
    if names:
        with context.reading() as session:
            domain_id = users.find(session, user_id).domain_id
        _move(context, user_id, domain_id, joins=set(names), leaves=set())


def _move(
    context: RequestContext, user_id: str, domain_id: str, *, joins: set[str], leaves: set[str]
) -> None:
    """Put a user into groups of the domain, made where they are missing, and out of others."""
    with context.unit_of_work() as session:
        of_name = (GroupRow.domain_id == domain_id, GroupRow.name.in_(joins | leaves))
        ids = {row.name: row.id for row in session.scalars(select(GroupRow).where(*of_name))}
        for name in sorted(joins):
            if name not in ids:
                ids[name] = groups.create(context, domain_id, {"name": name}).id
            groups.add_user(context, ids[name], user_id)
        for name in sorted(leaves):
            groups.remove_user(context, ids[name], user_id)
    log.info("groups followed", extra={"user": user_id, "joined": len(joins), "left": len(leaves)})
