# SPDX-License-Identifier: Apache-2.0
"""The owner's notes on a server: up to 128 pairs of words that the cloud does not read.

They change only while the server is there and nothing is being done to it, as in Nova.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import synnefo_network
from synnefo_compute import locks, states
from synnefo_compute.rows import owned
from synnefo_core.context import RequestContext
from synnefo_core.errors import Forbidden, NotFound

MOST_ITEMS = 128
"""The most items that a server has."""

Metadata = dict[str, str]

_CHANGEABLE = frozenset({states.ACTIVE, states.STOPPED})


def check_size(items: Mapping[str, str]) -> None:
    """Refuse more than a server may have.

    Raises:
        Forbidden: There are more than 128 items.
    """
    if len(items) > MOST_ITEMS:
        msg = f"maximum number of metadata items exceeds {MOST_ITEMS}"
        raise Forbidden(msg)


def show(context: RequestContext, server_id: str) -> Metadata:
    """Return all items.

    Raises:
        NotFound: The caller has no server of this id.
    """
    with context.reading() as session:
        return dict(owned(context, session, server_id).metadata_)


def show_item(context: RequestContext, server_id: str, key: str) -> str:
    """Return the value of one item.

    Raises:
        NotFound: The caller has no server of this id, or it has no such item.
    """
    return _item(show(context, server_id), key)


def merge(context: RequestContext, server_id: str, items: Mapping[str, str]) -> Metadata:
    """Add items, or give them other values; return all that there are then.

    Raises:
        NotFound: The caller has no server of this id.
        InvalidState: It is locked, not there yet, failed, or something is being done to it.
        Forbidden: There would be more than 128.
    """
    return _change(context, server_id, "update metadata of", lambda had: {**had, **items})


def replace(context: RequestContext, server_id: str, items: Mapping[str, str]) -> Metadata:
    """Have these items and no others; raises what :func:`merge` does."""
    return _change(context, server_id, "update metadata of", lambda _: dict(items))


def remove(context: RequestContext, server_id: str, key: str) -> None:
    """Remove one item.

    Raises:
        NotFound: The caller has no server of this id, or it has no such item.
        InvalidState: It is locked, not there yet, failed, or something is being done to it.
    """

    def without(had: Metadata) -> Metadata:
        _item(had, key)
        return {name: value for name, value in had.items() if name != key}

    _change(context, server_id, "delete metadata of", without)


def _item(items: Metadata, key: str) -> str:
    if key not in items:
        noun = "metadata item"
        raise NotFound(noun, key)
    return items[key]


def _change(
    context: RequestContext, server_id: str, action: str, change: Callable[[Metadata], Metadata]
) -> Metadata:
    with context.unit_of_work() as session:
        row = owned(context, session, server_id, is_locked=True)
        locks.require_unlocked(context, row, action)
        items = change(dict(row.metadata_))
        states.require(action, _CHANGEABLE, vm_state=row.vm_state, task_state=row.task_state)
        check_size(items)
        row.metadata_, row.updated_at = items, context.now()
        synnefo_network.note_device(context, server_id)
        return items
