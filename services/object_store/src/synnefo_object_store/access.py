# SPDX-License-Identifier: Apache-2.0
"""Who may do what: by a role in the account, a container's access list, or because it is shared."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Table, select

from synnefo_core.context import RequestContext
from synnefo_core.errors import Forbidden, Unauthenticated
from synnefo_object_store import sharing
from synnefo_object_store.acls import AccessList
from synnefo_object_store.models import ContainerRow
from synnefo_object_store.versions import Place

_container: Table = ContainerRow.__table__  # type: ignore[assignment]  # declared as FromClause

READ, WRITE = "read", "write"
"""The access lists of a container, by their names among its settings."""


@dataclass(frozen=True)
class Visitor(RequestContext):
    """Who asks, and from where: a container's list may name the page that led here.

    Attributes:
        referrer: That page.
        container: The only one in which the caller may do what its roles allow; empty for all.
        is_deputy: The caller acts for the account by a signature.
    """

    referrer: str = ""
    container: str = ""
    is_deputy: bool = False


def require(context: RequestContext, account: str, rule: str) -> None:
    """Refuse a caller who may not do this in an account.

    Raises:
        Forbidden: The account is not the caller's project, or the role does not allow it.
        Unauthenticated: Nobody knows who asks.
    """
    if _is_allowed(context, account, "", rule):
        return
    if not context.user_id:
        raise Unauthenticated
    context.cloud.policy.require(context, rule, project_id=account)
    msg = "the signature is for one container"
    raise Forbidden(msg)


def require_in(
    context: RequestContext,
    account: str,
    container: str,
    rule: str,
    *,
    by: str,
    lists: bool = False,
) -> None:
    """Refuse a caller who may not do this in a container; the list ``by`` may allow it.

    Raises:
        Forbidden: Neither the caller's role nor the container's list allows it.
        Unauthenticated: Nobody knows who asks.
    """
    if not _is_listed(context, account, container, rule, by=by, lists=lists):
        require(context, account, rule)


def require_at(context: RequestContext, place: Place, rule: str, *, by: str) -> None:
    """Refuse a caller who may not do this with an object that is or will be there now.

    Beside the list ``by`` it may be shared with the caller, itself or by a folder above it.

    Raises:
        Forbidden: Nothing allows it.
        Unauthenticated: Nobody knows who asks.
    """
    if _is_listed(context, place.account, place.container, rule, by=by, lists=False):
        return
    shared = None if _is_deputy(context) else sharing.nearest(context, place)
    if not sharing.allows(context, shared, writes=by == WRITE):
        require(context, place.account, rule)


def require_any(context: RequestContext, account: str, container: str, rule: str) -> None:
    """Refuse a caller who may write nothing at all in a container.

    Raises:
        Forbidden: Nothing allows it.
        Unauthenticated: Nobody knows who asks.
    """
    if _is_listed(context, account, container, rule, by=WRITE, lists=False):
        return
    if _is_deputy(context) or not sharing.is_any_granted(context, account, container, writes=True):
        require(context, account, rule)


def is_guest(context: RequestContext, account: str, container: str = "") -> bool:
    """Say whether a caller sees of a container, or of an account, only what is shared with it.

    Raises:
        Forbidden: Nothing is.
        Unauthenticated: Nobody knows who asks.
    """
    rule = f"object_store:{'container' if container else 'account'}:read"
    if container and _is_listed(context, account, container, rule, by=READ, lists=True):
        return False
    if _is_allowed(context, account, "", rule):
        return False
    if _is_deputy(context) or not sharing.is_any_granted(context, account, container):
        require(context, account, rule)
    return True


def grantees(context: RequestContext, account: str) -> list[str] | None:
    """Return the names under which things may be shared with a caller; None: it sees all grants."""
    return None if is_owner(context, account) else sharing.grantees_of(context)


def require_owner(context: RequestContext, account: str) -> None:
    """Refuse a caller who may not say what others may do in an account.

    Raises:
        Forbidden: Its roles in the account don't allow it, or it only has a signature.
        Unauthenticated: Nobody knows who asks.
    """
    require(context, account, "object_store:container:write")
    if _is_deputy(context):
        msg = "a signature shares nothing"
        raise Forbidden(msg)


def require_inside(context: RequestContext, account: str, rule: str) -> None:
    """Refuse a caller whose roles in an account do not allow this: no list and no sharing does.

    Raises:
        Forbidden: They do not, or it only has a signature.
        Unauthenticated: Nobody knows who asks.
    """
    require(context, account, rule)
    if _is_deputy(context):
        msg = "a signature is for what there is now"
        raise Forbidden(msg)


def possessor(context: RequestContext, account: str) -> str:
    """Return whose blocks a caller may name in an account: that account's, or its own alone."""
    if context.cloud.policy.allows(context, "object_store:object:read", project_id=account):
        return account
    return context.project_id or context.user_id


def is_owner(context: RequestContext, account: str) -> bool:
    """Say whether a caller may see what is secret in an account: lists and keys."""
    return not _is_deputy(context) and _is_allowed(
        context, account, "", "object_store:container:write"
    )


def _is_deputy(context: RequestContext) -> bool:
    return isinstance(context, Visitor) and context.is_deputy


def _is_listed(
    context: RequestContext, account: str, container: str, rule: str, *, by: str, lists: bool
) -> bool:
    """Say whether a role or the container's list allows this."""
    if _is_allowed(context, account, container, rule):
        return True
    text = _list(context, account, container, by)
    return bool(text) and _allows(AccessList.parse(text), context, account, lists=lists)


def _is_allowed(context: RequestContext, account: str, container: str, rule: str) -> bool:
    """Say whether the caller's roles allow this, and its signature if it has one."""
    if isinstance(context, Visitor) and context.container not in ("", container):
        return False
    return context.cloud.policy.allows(context, rule, project_id=account)


def _list(context: RequestContext, account: str, container: str, by: str) -> str:
    query = select(_container.c.settings).where(
        _container.c.account == account, _container.c.name == container
    )
    with context.reading() as session:
        settings = session.scalar(query)
    return str((settings or {}).get(by, ""))


def _allows(allowed: AccessList, context: RequestContext, account: str, *, lists: bool) -> bool:
    referrer = context.referrer if isinstance(context, Visitor) else ""
    return (
        allowed.allows_caller(context)
        or allowed.allows_referrer(referrer, lists=lists)
        or (context.project_id == account and allowed.allows_role(context))
    )
