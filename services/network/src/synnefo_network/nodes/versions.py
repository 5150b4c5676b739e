# SPDX-License-Identifier: Apache-2.0
"""Documents get versions when what they say is new, and are sent to the nodes of their clusters.

A version is the moment of its making in milliseconds, and at least one more than the version
before: so it grows also where nobody remembers that one.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from sqlalchemy import Table, case, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from synnefo_core.context import RequestContext
from synnefo_core.contracts.bus import BusUnavailable, Message
from synnefo_core.contracts.gateways import GatewayDocument
from synnefo_core.contracts.nodes import DOCUMENT, PortDocument
from synnefo_core.db.among import among
from synnefo_core.signatures import Signer
from synnefo_network.nodes.models import About, DocumentRow, NodeRow

log = logging.getLogger(__name__)

LIFE_S = 86400.0
"""So long after it was sent a document is taken by nodes that have not got it before."""

KEPT_S = 30 * 86400.0
"""So long it is remembered that something is gone. Later its nodes are told when they ask."""

AT_ONCE = 200
_TIMEOUT_S = 5.0
_LOCK = 0x706F727473
"""What is locked in PostgreSQL by whoever gives versions."""

_TABLE: Table = DocumentRow.__table__  # type: ignore[assignment]  # declared as FromClause

Document = PortDocument | GatewayDocument


class Place(NamedTuple):
    """A port or a router in a cluster: what has a document."""

    thing_id: str
    cluster: str


@dataclass(frozen=True)
class Letter:
    """A document as it is sent; ``is_new`` where its version has just been made."""

    place: Place
    document: Document
    is_new: bool = False


def clusters(session: Session) -> frozenset[str]:
    """Return the clusters whose nodes want documents: those that a node was heard from."""
    return frozenset(session.scalars(select(NodeRow.cluster).distinct()))


def alone(session: Session) -> None:
    """Wait until nobody else gives versions; SQLite has one writer at a time as it is.

    Who read before a change could else write after those who have read what it changed, and the
    last version would say what is no more so.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_LOCK)))


def rows(session: Session, thing_ids: Collection[str]) -> dict[Place, Any]:
    """Return what is known of the newest documents of things."""
    query = select(_TABLE.c.thing_id, _TABLE.c.cluster, _TABLE.c.version, _TABLE.c.digest)
    found = session.execute(query.where(among(_TABLE.c.thing_id, thing_ids)))
    return {Place(row.thing_id, row.cluster): row for row in found}


def given(
    context: RequestContext,
    about: About,
    *,
    wanted: Mapping[Place, Document],
    known: Mapping[Place, Any],
) -> list[Letter]:
    """Return documents with their versions, which grow now where they say something new.

    Args:
        context: In a unit of work, alone (see :func:`alone`).
        about: What kind of things they are about.
        wanted: All documents that there should be, without versions and expiry.
        known: What :func:`rows` said of the same things.
    """
    now = context.now()
    digests = {place: _digest(document) for place, document in wanted.items()}
    changed = {
        place: digest
        for place, digest in digests.items()
        if place not in known or known[place].digest != digest
    }
    versions = {place: int(row.version) for place, row in known.items()}
    new = [
        {
            "thing_id": place.thing_id,
            "cluster": place.cluster,
            "kind": about.value,
            "version": int(now * 1000),
            "digest": changed[place],
            "is_gone": wanted[place].is_gone,
            "changed_at": now,
        }
        for place in sorted(changed)
    ]
    versions |= _grown(context, new)
    return [
        Letter(
            place,
            replace(document, version=versions[place], expires_at=now + LIFE_S),
            is_new=place in changed,
        )
        for place, document in wanted.items()
    ]


def _digest(document: Document) -> str:
    return hashlib.sha256(document.to_json().encode()).hexdigest()


def _grown(context: RequestContext, new: Sequence[Mapping[str, object]]) -> dict[Place, int]:
    """Give documents that say something new their next versions, by one statement."""
    if not new:
        return {}
    with context.unit_of_work() as session:
        is_sqlite = session.get_bind().dialect.name == "sqlite"
        insert = (sqlite.insert if is_sqlite else postgresql.insert)(_TABLE).values(list(new))
        told = insert.excluded
        later = case((_TABLE.c.version >= told.version, _TABLE.c.version + 1), else_=told.version)
        statement = insert.on_conflict_do_update(
            index_elements=["thing_id", "cluster"],
            set_={
                "version": later,
                **{name: told[name] for name in ("digest", "is_gone", "changed_at")},
            },
        ).returning(_TABLE.c.thing_id, _TABLE.c.cluster, _TABLE.c.version)
        return {Place(row[0], row[1]): row[2] for row in session.execute(statement).all()}


def send(
    context: RequestContext, signer: Signer, some: Iterable[Letter], *, node: str = ""
) -> None:
    """Send documents to all nodes of their clusters, or to one.

    What a broker does not take is lost: nodes ask now and then.
    """
    topic = f"{DOCUMENT}.{node}" if node else DOCUMENT
    away: set[str] = set()
    for letter in some:
        cluster = letter.place.cluster
        if cluster in away:
            continue
        message = Message(topic, {"document": signer.sign(letter.document.to_json())})
        try:
            context.cloud.bus.broadcast(message, cluster=cluster, timeout_s=_TIMEOUT_S)
        except BusUnavailable as cause:
            away.add(cluster)
            log.warning("documents are not sent: %s", cause, extra={"cluster": cluster})


def forget_gone(context: RequestContext) -> None:
    """Forget what has been gone for long."""
    before = context.now() - KEPT_S
    with context.unit_of_work() as session:
        session.execute(
            delete(_TABLE).where(_TABLE.c.is_gone.is_(True), _TABLE.c.changed_at < before)
        )
