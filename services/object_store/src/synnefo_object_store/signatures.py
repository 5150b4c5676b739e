# SPDX-License-Identifier: Apache-2.0
"""Signatures by which an account lets others act for it: its keys never leave this module.

A key of an account signs for all of it, one of a container for that only.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import Table, select

from synnefo_core.context import RequestContext
from synnefo_core.errors import Unauthenticated
from synnefo_object_store.access import Visitor
from synnefo_object_store.models import AccountRow, ContainerRow

ALGORITHMS = ("sha1", "sha256", "sha512")
_KEYS = ("Temp-Url-Key", "Temp-Url-Key-2")

_account: Table = AccountRow.__table__  # type: ignore[assignment]  # declared as FromClause
_container: Table = ContainerRow.__table__  # type: ignore[assignment]  # declared as FromClause


@dataclass(frozen=True)
class Signature:
    """A signature as it came: an algorithm of :data:`ALGORITHMS` and a digest."""

    algorithm: str
    digest: bytes

    def fits(self, key: str, message: bytes) -> bool:
        """Say whether a key signs a message so, without telling by the time it takes how nearly."""
        right = hmac.digest(key.encode(), message, self.algorithm)
        return hmac.compare_digest(right, self.digest)


def deputised(
    context: RequestContext,
    account: str,
    container: str,
    signature: Signature,
    messages: Iterable[bytes],
) -> Visitor:
    """Return the context of somebody who acts for an account by a signature of one message.

    What the message allows is the caller's affair. What is stored so is charged to the account.

    Raises:
        Unauthenticated: No key of the account or the container signs any of the messages so.
    """
    wanted = list(messages)
    for key, scope in _keys(context, account, container):
        if any(signature.fits(key, message) for message in wanted):
            return Visitor(
                cloud=context.cloud,
                request_id=context.request_id,
                user_id=account,
                project_id=account,
                roles=frozenset({"member", "reader"}),
                container=scope,
                is_deputy=True,
            )
    raise Unauthenticated


def _keys(context: RequestContext, account: str, container: str) -> Iterator[tuple[str, str]]:
    """Yield the keys, each with the container for which alone it counts, or nothing."""
    query = (
        select(_account.c.metadata, _container.c.metadata)
        .select_from(
            _account.outerjoin(
                _container,
                (_container.c.account == _account.c.id) & (_container.c.name == container),
            )
        )
        .where(_account.c.id == account)
    )
    with context.reading() as session:
        row = session.execute(query).first()
    if row is None:
        return
    for metadata, scope in ((row[0], ""), (row[1] or {}, container)):
        yield from ((metadata[name], scope) for name in _KEYS if metadata.get(name))
