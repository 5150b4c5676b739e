# SPDX-License-Identifier: Apache-2.0
"""The one transaction that puts an object in its place, wherever its content comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

import synnefo_quota
from synnefo_blocks import Reference
from synnefo_core.context import RequestContext
from synnefo_core.db.base import new_id
from synnefo_core.errors import Conflict, PreconditionFailed, QuotaExceeded
from synnefo_object_store import domains, history, possession, quotas, rows, sharing, versions
from synnefo_object_store.limits import check_metadata
from synnefo_object_store.quotas import Growth
from synnefo_object_store.rows import DISKSPACE, Kept
from synnefo_object_store.values import Condition, ObjectInfo
from synnefo_object_store.versions import Place, Slot


@dataclass(frozen=True)
class Draft:
    """What an object is to be.

    Attributes:
        names: The concatenated names of its blocks that the account may not possess yet.
        domain: Whose metadata they are, as of :class:`Incoming`.
        object_id: Its id if nothing is in its place yet; empty for a new one.
    """

    reference: Reference
    store: str
    etag: str
    object_hash: str
    content_type: str
    metadata: Mapping[str, str]
    headers: Mapping[str, str]
    domain: str | None = None
    names: bytes = b""
    object_id: str = ""
    expires_at: float | None = None
    nature: str = ""
    special: Mapping[str, Any] = field(default_factory=dict)


def put(
    context: RequestContext,
    session: Session,
    place: Place,
    draft: Draft,
    condition: Condition | None = None,
    *,
    replaced: Reference | None = None,
) -> ObjectInfo:
    """Make or replace an object; with ``replaced`` only one of this content.

    Raises:
        Conflict: The object has another content by now.
        NotFound: There is no such container.
        PreconditionFailed: The condition does not hold.
        QuotaExceeded: A quota would be passed.
        Raced: Others were faster.
    """
    row = versions.find_to_write(session, place)
    if row is None:
        raise versions.missing_container(place)
    check_condition(condition or Condition(), row, context.now())
    kept = None if row.name is None else Kept.of(place, row)
    old = None if kept is None else kept.info
    if replaced is not None and (old is None or not _is_as_read(old, replaced, draft)):
        msg = "the object was changed by others meanwhile"
        raise Conflict(msg)
    slot = Slot.of(row, place.name)
    new = _made(context, place, old, draft)
    if old is not None and versions.is_there(row, context.now()):
        new = replace(new, metadata=_metadata(old, draft))
    keeps = history.is_enabled(row.container_settings)
    if keeps or (old is not None and old.is_versioned):
        at = rows.next_instant(context, session, slot)
        new = replace(new, version=at, is_versioned=keeps)
        keeps = True
    freed = 0 if old is None or keeps else old.size_bytes
    check_quotas(session, place, row, Growth(int(old is None), new.size_bytes - freed))
    if old and old.is_among_shared and not versions.is_there(row, context.now()):
        # Its time was over: what it shared is not for what comes now.
        sharing.forget(session, slot)
    possessed = possession.change(context, project_id=place.account, names=draft.names)
    along = possessed if len(possessed) == 1 else []
    if kept is None:
        rows.add(context, session, slot, new, user_id=context.user_id, along=along)
    elif keeps:
        rows.succeed(context, session, slot, kept, (new, context.user_id), along=along)
    else:
        history.archive(context, session, row, kept.info)
        rows.replace(context, session, slot, kept, (new, context.user_id), along=along)
    if not along:
        possession.add(session, possessed)
    return new


def _is_as_read(old: ObjectInfo, replaced: Reference, draft: Draft) -> bool:
    """Say whether the content is still the one whose blocks the new one names, in the same store."""
    return old.reference == replaced and old.store == draft.store


def _made(
    context: RequestContext, place: Place, old: ObjectInfo | None, draft: Draft
) -> ObjectInfo:
    """Return the object as it will be."""
    now = context.now()
    return ObjectInfo(
        id=old.id if old else draft.object_id or new_id(),
        account=place.account,
        container=place.container,
        name=place.name,
        version=rows.next_version(context, old),
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
        expires_at=draft.expires_at,
        nature=draft.nature,
        special=dict(draft.special),
        modified_by=context.user_id,
    )


def _metadata(old: ObjectInfo, draft: Draft) -> dict[str, str]:
    """Return what is said of an object after its content was replaced."""
    metadata = domains.replaced(old.metadata, draft.metadata, draft.domain)
    if len(metadata) != len(draft.metadata):
        check_metadata(metadata)
    return metadata


def check_condition(condition: Condition, row: Row[Any], now: float) -> None:
    """Refuse a change whose condition does not hold.

    Raises:
        PreconditionFailed: It does not.
    """
    is_there = versions.is_there(row, now)
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


def look_first(context: RequestContext, place: Place, condition: Condition, size_bytes: int) -> str:
    """Refuse what is bound to fail before a long body is read; return which project pays."""
    with context.reading() as session:
        row = versions.find_to_write(session, place, holds=False)
        if row is None:
            raise versions.missing_container(place)
        check_condition(condition, row, context.now())
        growth = Growth(int(row.name is None), size_bytes - (row.size_bytes or 0))
        check_quotas(session, place, row, growth, locks=False)
        if growth.bytes > 0:
            holding = synnefo_quota.left(context, row.pays, DISKSPACE)
            left = max(0, holding.limit - holding.usage)
            if growth.bytes > left:
                raise QuotaExceeded(DISKSPACE, growth.bytes, left)
        return str(row.pays)
