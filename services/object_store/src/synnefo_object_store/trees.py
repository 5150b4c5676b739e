# SPDX-License-Identifier: Apache-2.0
"""Folders copied, moved and removed with all below them.

Each object goes for itself, a folder's own last, so who is broken off asks again for the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace

from synnefo_core.context import RequestContext
from synnefo_core.errors import Invalid, NotFound
from synnefo_object_store import access, listing, objects
from synnefo_object_store.copies import Copying, copy_object, move_object
from synnefo_object_store.values import ObjectInfo, Window
from synnefo_object_store.versions import Place

DELIMITER = "/"
_AT_ONCE = 1000


def copy_folder(
    context: RequestContext, source: Place, target: Place, copying: Copying
) -> ObjectInfo | None:
    """Copy all below a path, and what is there itself; return the copy of that, if there is one.

    Raises:
        NotFound: Nothing is there. Otherwise see :func:`copies.copy_object`.
    """

    def one(each: Place, to: Place, how: Copying) -> ObjectInfo:
        found = objects.show_object(context, each.account, each.container, each.name)
        return copy_object(context, found, to, how)

    return _carried(context, source, target, copying, one)


def move_folder(
    context: RequestContext, source: Place, target: Place, copying: Copying
) -> ObjectInfo | None:
    """Move all below a path, and what is there itself; return that, if there is something.

    Raises:
        NotFound: Nothing is there. Otherwise see :func:`copies.move_object`.
    """
    access.require_owner(context, source.account)
    return _carried(context, source, target, copying, lambda *each: move_object(context, *each))


def delete_folder(context: RequestContext, folder: Place) -> None:
    """Remove all below a path, and what is there itself.

    Raises:
        Forbidden: The caller may not.
        NotFound: Nothing is there.
    """
    count = _delete_below(context, folder, folder.name + DELIMITER)
    try:
        objects.delete_object(context, folder.account, folder.container, folder.name)
    except NotFound:
        if not count:
            raise


def empty_container(context: RequestContext, account: str, container: str) -> None:
    """Remove all objects of a container.

    Raises:
        Forbidden: The caller may not.
        NotFound: There is no such container.
    """
    access.require_owner(context, account)
    _delete_below(context, Place(account, container, ""), "")


def _delete_below(context: RequestContext, folder: Place, prefix: str) -> int:
    count = 0
    for name in _names(context, folder, prefix):
        with suppress(NotFound):
            objects.delete_object(context, folder.account, folder.container, name)
        count += 1
    return count


def _carried(
    context: RequestContext,
    source: Place,
    target: Place,
    copying: Copying,
    carry: Callable[[Place, Place, Copying], ObjectInfo],
) -> ObjectInfo | None:
    begin, end = source.name + DELIMITER, target.name + DELIMITER
    is_near = (source.account, source.container) == (target.account, target.container)
    if is_near and end.startswith(begin):
        msg = "a folder can't go into itself"
        raise Invalid(msg)
    count = 0
    for name in _names(context, source, begin):
        # Removed meanwhile: then there is nothing to carry.
        with suppress(NotFound):
            to = replace(target, name=end + name.removeprefix(begin))
            carry(replace(source, name=name), to, Copying())
        count += 1
    try:
        return carry(source, target, copying)
    except NotFound:
        if not count:
            raise
        return None


def _names(context: RequestContext, folder: Place, prefix: str) -> Iterator[str]:
    """Yield the names of all objects that begin so, some at a time."""
    window = Window(limit=_AT_ONCE, prefix=prefix)
    while rows := listing.list_objects(context, folder.account, folder.container, window):
        yield from (row.name for row in rows)
        window = replace(window, marker=rows[-1].name)
