# SPDX-License-Identifier: Apache-2.0
"""Accounts: one for each project, made when something is first written to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Table, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from synnefo_core.context import RequestContext
from synnefo_core.errors import NotFound
from synnefo_object_store import access
from synnefo_object_store.access import require, require_owner
from synnefo_object_store.limits import LIMITS
from synnefo_object_store.metadata import merged
from synnefo_object_store.models import AccountRow
from synnefo_object_store.settings import of_account
from synnefo_object_store.sharing import check_groups, update_groups
from synnefo_object_store.statistics import waiting_of_account
from synnefo_object_store.values import AccountInfo

_account: Table = AccountRow.__table__  # type: ignore[assignment]  # declared as FromClause

_SHOW = select(
    _account.c.id,
    (_account.c.containers + waiting_of_account("containers")).label("containers"),
    (_account.c.objects + waiting_of_account("objects")).label("objects"),
    (_account.c.bytes + waiting_of_account("bytes")).label("bytes"),
    _account.c.metadata,
    _account.c.created_at,
    _account.c.settings,
)


def show_account(context: RequestContext, account: str) -> AccountInfo:
    """Return an account; that of a project which never wrote anything is empty.

    To a guest, with whom a part of it is shared, little is told of it.

    Raises:
        Forbidden: It is not the caller's, and nothing is shared.
        NotFound: There is no such project.
    """
    is_guest = access.is_guest(context, account)
    with context.reading() as session:
        row = session.execute(_SHOW.where(_account.c.id == account)).first()
    if row is None:
        _require_project(context, account)
        return AccountInfo(account, 0, 0, 0, {}, context.now())
    found = AccountInfo(*row)
    if is_guest:
        return AccountInfo(account, 0, 0, 0, {}, found.created_at, is_guest=True)
    return found


def update_account(
    context: RequestContext,
    account: str,
    metadata: Mapping[str, str],
    settings: Mapping[str, str] | None = None,
    groups: Mapping[str, Sequence[str]] | None = None,
) -> None:
    """Change metadata, settings and groups: what is given is set, what is given empty is removed.

    Settings are quotas; they are a reseller's affair, not the account's.

    Raises:
        Forbidden: The caller may not.
        Invalid: There would be too much of it, or a setting can't be.
        NotFound: There is no such project.
    """
    require(context, account, "object_store:account:write")
    if settings:
        require(context, account, "object_store:account:limit")
    if groups:
        require_owner(context, account)
        check_groups(groups)
    ensure(context, account)
    with context.unit_of_work() as session:
        query = select(_account.c.metadata, _account.c.settings).where(_account.c.id == account)
        there = session.execute(query.with_for_update()).one()
        session.execute(
            update(_account)
            .where(_account.c.id == account)
            .values(
                metadata=merged(there[0], metadata),
                settings=of_account(there[1], settings or {}),
            )
        )
        if groups:
            update_groups(session, account, groups)


def ensure(context: RequestContext, account: str) -> None:
    """Make the account's row if it is not there.

    Raises:
        NotFound: There is no such project.
    """
    with context.reading() as session:
        if _is_there(session, account):
            return
    _require_project(context, account)
    values = {
        "id": account,
        "metadata": {},
        "settings": {},
        "containers": 0,
        "objects": 0,
        "bytes": 0,
        "created_at": context.now(),
    }
    try:
        with context.unit_of_work() as session:
            if not _is_there(session, account):
                session.execute(insert(_account), values)
    except IntegrityError:
        return  # somebody else has just made it


def _is_there(session: Session, account: str) -> bool:
    return (
        session.execute(select(_account.c.id).where(_account.c.id == account)).first() is not None
    )


def _require_project(context: RequestContext, account: str) -> None:
    """Refuse an account of no project; an administrator may name any."""
    if account == context.project_id:
        return
    directory = context.cloud.directory
    is_name = 1 <= len(account) <= LIMITS.account_name_bytes
    if not is_name or (directory is not None and account not in directory.projects([account])):
        noun = "the account"
        raise NotFound(noun, account[: LIMITS.account_name_bytes])
