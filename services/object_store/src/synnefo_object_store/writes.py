# SPDX-License-Identifier: Apache-2.0
"""The one transaction that puts an object in its place, wherever its content comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

import synnefo_quota
from synnefo_blocks import Reference
from synnefo_core.context import RequestContext
from synnefo_core.contracts.quota import Charge
from synnefo_core.db.base import new_id
from synnefo_core.errors import PreconditionFailed, QuotaExceeded
from synnefo_object_store import possession, quotas, statistics, versions
from synnefo_object_store.quotas import Growth
from synnefo_object_store.values import Condition, ObjectInfo
from synnefo_object_store.versions import Place

DISKSPACE = "pithos.diskspace"


@dataclass(frozen=True)
class Draft:
    """What an object is to be.

    Attributes:
        names: The concatenated names of its blocks that the account may not possess yet.
    """

    reference: Reference
    store: str
    etag: str
    object_hash: str
    content_type: str
    metadata: Mapping[str, str]
    headers: Mapping[str, str]
    names: bytes = b""


def put(
    context: RequestContext,
    session: Session,
    place: Place,
    draft: Draft,
    condition: Condition | None = None,
) -> ObjectInfo:
    """Make or replace an object.

    Raises:
        NotFound: There is no such container.
        PreconditionFailed: The condition does not hold.
        QuotaExceeded: A quota would be passed.
        Raced: Others were faster.
    """
    row = versions.find_to_write(session, place)
    if row is None:
        raise versions.missing_container(place)
    check_condition(condition or Condition(), row)
    old = None if row.name is None else versions.shown(place, row)
    new = _made(context, place, old, draft)
    growth = Growth(int(old is None), new.size_bytes - (old.size_bytes if old else 0))
    check_quotas(session, place, row, growth)
    values = {**versions.columns(new), "user_id": context.user_id}
    if old is None:
        key = {"container_id": row.container, "name": place.name, "is_current": True}
        session.execute(versions.INSERT, {**values, **key})
    else:
        versions.change(session, versions.UPDATE, row.container, old, values)
    possession.add(context, session, project_id=place.account, names=draft.names)
    count(session, place.account, row.container, growth)
    amounts = {context.user_id: new.size_bytes}
    if old is not None:
        amounts[row.user_id] = amounts.get(row.user_id, 0) - old.size_bytes
    charge(context, place.account, amounts)
    return new


def _made(
    context: RequestContext, place: Place, old: ObjectInfo | None, draft: Draft
) -> ObjectInfo:
    """Return the object as it will be."""
    now = context.now()
    return ObjectInfo(
        id=old.id if old else new_id(),
        account=place.account,
        container=place.container,
        name=place.name,
        version=next_version(context, old),
        size_bytes=draft.reference.size_bytes,
        etag=draft.etag,
        content_type=draft.content_type,
        modified_at=now,
        created_at=old.created_at if old else now,
        object_hash=draft.object_hash,
        reference=draft.reference,
        store=draft.store,
        metadata=dict(draft.metadata),
        headers=dict(draft.headers),
    )


def check_condition(condition: Condition, row: Row[Any]) -> None:
    """Refuse a change whose condition does not hold.

    Raises:
        PreconditionFailed: It does not.
    """
    is_there = row.name is not None
    if condition.is_new and is_there:
        msg = "the object is there already"
        raise PreconditionFailed(msg)
    if condition.etags is not None:
        wanted = condition.etags
        if not is_there or not ("*" in wanted or row.etag in wanted):
            msg = "the object is not the one that was asked for"
            raise PreconditionFailed(msg)


def check_quotas(
    session: Session, place: Place, row: Row[Any], growth: Growth, *, locks: bool = True
) -> None:
    """Refuse what passes a quota of the container or the account.

    Raises:
        QuotaExceeded: It does.
    """
    quotas.check(
        session,
        place.account,
        container_id=row.container,
        metadata=row.container_metadata,
        settings=row.account_settings or {},
        growth=growth,
        locks=locks,
    )


def look_first(
    context: RequestContext, place: Place, condition: Condition, size_bytes: int
) -> None:
    """Refuse what is bound to fail before a long body is read."""
    with context.reading() as session:
        row = versions.find_to_write(session, place)
        if row is None:
            raise versions.missing_container(place)
        check_condition(condition, row)
        growth = Growth(int(row.name is None), size_bytes - (row.size_bytes or 0))
        check_quotas(session, place, row, growth, locks=False)
        if growth.bytes > 0:
            holding = synnefo_quota.left(context, place.account, DISKSPACE)
            left = max(0, holding.limit - holding.usage)
            if growth.bytes > left:
                raise QuotaExceeded(DISKSPACE, growth.bytes, left)


def count(session: Session, account: str, container_id: int, growth: Growth) -> None:
    """Count a change in its container and account."""
    statistics.add(
        session,
        account=account,
        container_id=container_id,
        objects=growth.objects,
        bytes_=growth.bytes,
    )


def charge(context: RequestContext, account: str, amounts: Mapping[str, int]) -> None:
    """Have users of a project pay for bytes, or give them back."""
    charges = [
        Charge(account, user_id, DISKSPACE, amount) for user_id, amount in amounts.items() if amount
    ]
    if charges:
        synnefo_quota.charge(context, charges)


def next_version(context: RequestContext, old: ObjectInfo | None) -> int:
    """Return the number of a new version; it grows whatever the clock says."""
    now = int(context.now() * 1_000_000)
    return now if old is None else max(now, old.version + 1)
