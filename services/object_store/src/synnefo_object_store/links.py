# SPDX-License-Identifier: Apache-2.0
"""Symlinks: objects that stand for another one, wherever that is.

A static one remembers the ETag that its target must have.

Source: OpenStack Swift documentation, "Symlink".
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from synnefo_core.context import RequestContext
from synnefo_core.errors import Conflict, Invalid, NotFound
from synnefo_object_store import access, objects
from synnefo_object_store.large.static import effective
from synnefo_object_store.limits import check_container_name, check_object_name
from synnefo_object_store.values import MANIFEST, Incoming, ObjectInfo
from synnefo_object_store.versions import SYMLINK, Place

MOST_STEPS = 2
"""How many symlinks may lead to one another."""


@dataclass(frozen=True)
class Link:
    """Where a symlink leads; with ``etag`` only as long as what is there has it."""

    target: Place
    etag: str | None = None
    size_bytes: int | None = None

    @classmethod
    def of(cls, found: ObjectInfo) -> Link | None:
        """Return where an object leads, or None if it is no symlink."""
        if found.nature != SYMLINK:
            return None
        special = found.special
        target = Place(special["account"], special["container"], special["name"])
        return cls(target, special.get("target_etag"), special.get("target_bytes"))

    def special(self) -> dict[str, Any]:
        """Return what is kept of it."""
        kept: dict[str, Any] = vars(self.target).copy()
        if self.etag is not None:
            kept |= {"target_etag": self.etag, "target_bytes": self.size_bytes}
        return kept


def put_link(context: RequestContext, place: Place, link: Link, incoming: Incoming) -> ObjectInfo:
    """Make or replace an object by a symlink.

    Raises:
        Conflict: What a static one leads to is not there or has another ETag.
        Forbidden: The caller may not write there, or not read what a static one leads to.
        Invalid: It leads to itself, or nowhere.
    """
    access.require_at(context, place, "object_store:object:write", by=access.WRITE)
    check_container_name(link.target.container)
    check_object_name(link.target.name)
    if link.target == place:
        msg = "a symlink can't lead to itself"
        raise Invalid(msg)
    if link.etag is not None:
        link = replace(link, size_bytes=_measured(context, link))
    return objects.put_object(
        context,
        place.account,
        place.container,
        place.name,
        read=lambda _most: b"",
        incoming=replace(incoming, size_bytes=0, nature=SYMLINK, special=link.special()),
    )


def _measured(context: RequestContext, link: Link) -> int:
    target = link.target
    try:
        found = objects.show_object(context, target.account, target.container, target.name)
    except NotFound as cause:
        msg = "what the symlink leads to is not there"
        raise Conflict(msg) from cause
    etag, size = effective(follow(context, found))
    if etag != link.etag:
        raise Conflict(f"what the symlink leads to has the ETag {etag}")
    return size


def follow(context: RequestContext, found: ObjectInfo) -> ObjectInfo:
    """Return what an object stands for: itself, or what a symlink leads to in the end.

    Raises:
        Conflict: Symlinks lead on and on, or to something else than a static one remembers.
        Forbidden: The caller may not read what is there.
        NotFound: Nothing is there.
    """
    steps = 0
    while (link := Link.of(found)) is not None:
        steps += 1
        if steps > MOST_STEPS:
            raise Conflict(f"more than {MOST_STEPS} symlinks lead to one another")
        target = link.target
        found = objects.show_object(context, target.account, target.container, target.name)
        _check(link, found)
    return found


def _check(link: Link, found: ObjectInfo) -> None:
    if link.etag is None or found.nature == SYMLINK:
        return
    if effective(found)[0] != link.etag:
        msg = "what the symlink leads to has changed"
        raise Conflict(msg)


def find_object(
    context: RequestContext,
    account: str,
    container: str,
    name: str,
    *,
    version: str | None = None,
    moment: float | None = None,
) -> ObjectInfo:
    """Return an object that has a content of its own.

    Raises:
        Conflict: It is a large object: what it stands for is in others.
        Forbidden: The account is not the caller's.
        NotFound: There is no such object, or not in that version.
    """
    found = objects.show_object(context, account, container, name, version=version, moment=moment)
    found = follow(context, found)
    if found.nature or MANIFEST in found.headers:
        msg = "the object is made of others; copy it into one first"
        raise Conflict(msg)
    return found
