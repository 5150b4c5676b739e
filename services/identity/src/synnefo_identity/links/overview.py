# SPDX-License-Identifier: Apache-2.0
"""Which login methods an account has, which it could have, and which it lacks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from synnefo_core.cloud import Cloud
from synnefo_core.context import RequestContext
from synnefo_core.errors import Forbidden
from synnefo_identity import login_profiles, methods, users
from synnefo_identity.method_policies import MethodPolicy
from synnefo_identity.models import LinkRow

NOT_CONFIGURED = MethodPolicy(login=False, add=False, switch=False)
"""Of a method that is no longer there: its links can only go."""


@dataclass(frozen=True)
class Link:
    """By what a method knows an account's user.

    Attributes:
        subject: The method's identifier.
        linked_at: Since when; None: not known.
        last_login_at: When the user came by it last.
        issuer: Who vouched for it, where the method believes several.
        told: What else the method tells of the user.
        forced: The user's attributes that the method governs.
    """

    subject: str
    linked_at: float | None
    last_login_at: float | None
    issuer: str
    told: Mapping[str, str]
    forced: tuple[str, ...]

    @classmethod
    def of(cls, row: LinkRow) -> Link:
        """Return a row's value."""
        details = row.details or {}
        return cls(
            subject=row.subject,
            linked_at=row.linked_at,
            last_login_at=row.last_login_at,
            issuer=details.get("issuer", ""),
            told=details.get("told", {}),
            forced=tuple(details.get("forced", ())),
        )


@dataclass(frozen=True)
class MethodOfAccount:
    """A login method as one account sees it.

    Attributes:
        name: The configured name.
        kind: "own" (a password kept here), "password" (one kept elsewhere) or "browser".
        protocol: How a browser comes; empty for others.
        policy: What the user may do.
        links: Those that the account has.
    """

    name: str
    kind: str
    protocol: str
    policy: MethodPolicy
    links: tuple[Link, ...]

    @property
    def is_missing(self) -> bool:
        """Whether the user is asked to link it."""
        return self.policy.required and not self.links


def index(context: RequestContext, user_id: str) -> Sequence[MethodOfAccount]:
    """Return the methods in the configured order, then those that are linked and not configured.

    Raises:
        Forbidden: The account is another's, and the caller no administrator.
        NotFound: There is no such user.
    """
    if not context.is_admin and context.user_id != user_id:
        raise Forbidden
    configured = [name for name, _ in methods.methods(context.cloud)]
    with context.reading() as session:
        users.find(session, user_id)
        linked = of_user(session, user_id)
        names = [*configured, *(name for name in linked if name not in configured)]
        policies = {name: policy(context.cloud, session, name, user_id) for name in names}
    return [_method(context.cloud, name, policies[name], linked.get(name, ())) for name in names]


def of_user(session: Session, user_id: str) -> dict[str, tuple[Link, ...]]:
    """Return a user's links by method."""
    query = select(LinkRow).where(LinkRow.user_id == user_id)
    found: dict[str, tuple[Link, ...]] = {}
    for row in session.scalars(query.order_by(LinkRow.method, LinkRow.subject)):
        found[row.method] = (*found.get(row.method, ()), Link.of(row))
    return found


def policy(cloud: Cloud, session: Session, method: str, user_id: str) -> MethodPolicy:
    """Return a user's policy of a method, also of one that is no longer configured."""
    if method not in cloud.config.auth.methods:
        return NOT_CONFIGURED
    return login_profiles.policy(cloud, session, method, user_id)


def _method(
    cloud: Cloud, name: str, policy: MethodPolicy, links: tuple[Link, ...]
) -> MethodOfAccount:
    kind, protocol = "", ""
    if name in cloud.config.auth.methods:
        method = methods.find(cloud, name)
        kind = "password" if method.passwords is None else "own"
        if method.browser is not None and method.authenticator is None:
            kind, protocol = "browser", method.browser.protocol
    return MethodOfAccount(name, kind, protocol, policy, links)
