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
from synnefo_core.contracts.guests import Guest
from synnefo_core.contracts.nodes import DOCUMENT, InvalidDocument, PortDocument
from synnefo_core.db.among import among
from synnefo_core.signatures import Signer
from synnefo_network.nodes import facts, signing
from synnefo_network.nodes.models import DocumentRow, NodeRow

log = logging.getLogger(__name__)

LIFE_S = 86400.0
"""So long after it was sent a document is taken by nodes that have not got it before."""

KEPT_S = 30 * 86400.0
"""So long it is remembered that a port is gone. Later its nodes are told when they ask."""

AT_ONCE = 200
_TIMEOUT_S = 5.0
_LOCK = 0x706F727473
"""What is locked in PostgreSQL by whoever gives versions."""

_TABLE: Table = DocumentRow.__table__  # type: ignore[assignment]  # declared as FromClause


class OwnerAbsent(Exception):
    """Nobody can say where devices are, which does not mean that they are nowhere."""


class Place(NamedTuple):
    """A port in a cluster: what has a document."""

    port_id: str
    cluster: str


@dataclass(frozen=True)
class Letter:
    """A document as it is sent; ``is_new`` where its version has just been made."""

    place: Place
    document: PortDocument
    is_new: bool = False


def clusters(session: Session) -> frozenset[str]:
    """Return the clusters whose nodes want documents: those that a node was heard from."""
    return frozenset(session.scalars(select(NodeRow.cluster).distinct()))


def refresh(context: RequestContext, port_ids: Sequence[str]) -> int:
    """Send the documents of ports to the clusters where they are, as far as they are new.

    Returns:
        How many were sent.

    Raises:
        Misconfigured: There is no key to sign with.
        OwnerAbsent: Nobody says where devices are.
    """
    signer, number = signing.signer(context), 0
    for first in range(0, len(port_ids), AT_ONCE):
        some = port_ids[first : first + AT_ONCE]
        new = [letter for letter in letters(context, some) if letter.is_new]
        # A server that has moved is known where it is before it is forgotten where it was.
        new.sort(key=lambda letter: letter.document.is_gone)
        send(context, signer, new)
        number += len(new)
    return number


def letters(context: RequestContext, port_ids: Collection[str]) -> list[Letter]:
    """Return the documents of ports, whose versions grow now where they say something new.

    Raises:
        OwnerAbsent: Nobody says where devices are.
    """
    now = context.now()
    with context.unit_of_work() as session:
        _alone(session)
        known = {Place(row.port_id, row.cluster): row for row in _rows(session, port_ids)}
        wanted = _wanted(context, session, port_ids)
        for place in known.keys() - wanted.keys():
            wanted[place] = facts.render_gone(place.port_id, version=0, expires_at=0.0)
        digests = {place: _digest(document) for place, document in wanted.items()}
        changed = {
            place: digest
            for place, digest in digests.items()
            if place not in known or known[place].digest != digest
        }
        versions = {place: int(row.version) for place, row in known.items()}
        versions |= _grown(context, changed, {place: wanted[place].is_gone for place in changed})
    return [
        Letter(
            place,
            replace(document, version=versions[place], expires_at=now + LIFE_S),
            is_new=place in changed,
        )
        for place, document in wanted.items()
    ]


def _alone(session: Session) -> None:
    """Wait until nobody else gives versions; SQLite has one writer at a time as it is.

    Who read before a change could else write after those who have read what it changed, and the
    last version would say what is no more so.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_LOCK)))


def _rows(session: Session, port_ids: Collection[str]) -> list[Any]:
    query = select(_TABLE.c.port_id, _TABLE.c.cluster, _TABLE.c.version, _TABLE.c.digest)
    return list(session.execute(query.where(among(_TABLE.c.port_id, port_ids))))


def _guests(context: RequestContext, device_ids: Collection[str]) -> dict[str, Guest]:
    """Return what the owners of devices say of them."""
    answers = context.cloud.plugins.hook.guests(context=context, device_ids=device_ids)
    if not answers:
        raise OwnerAbsent("nobody knows where devices are: is the compute service installed?")
    return {device: guest for answer in answers for device, guest in answer.items()}


def _wanted(
    context: RequestContext, session: Session, port_ids: Collection[str]
) -> dict[Place, PortDocument]:
    """Return the documents that there should be, without versions."""
    told_of, found = clusters(session), facts.facts_of(session, port_ids)
    guests = _guests(context, {each.device for each in found.values()})
    wanted: dict[Place, PortDocument] = {}
    for port_id, known in found.items():
        guest = guests.get(known.device)
        if guest is None:
            continue
        try:
            document = facts.render(known, guest, version=0, expires_at=0.0)
        except InvalidDocument as cause:
            log.error("a port has no document: %s", cause, extra={"port": port_id})  # noqa: TRY400  # no trace
            continue
        wanted |= {Place(port_id, cluster): document for cluster in guest.clusters & told_of}
    return wanted


def _digest(document: PortDocument) -> str:
    return hashlib.sha256(document.to_json().encode()).hexdigest()


def _grown(
    context: RequestContext, digests: Mapping[Place, str], are_gone: Mapping[Place, bool]
) -> dict[Place, int]:
    """Give documents that say something new their next versions, by one statement."""
    if not digests:
        return {}
    now = context.now()
    rows = [
        {
            "port_id": place.port_id,
            "cluster": place.cluster,
            "version": int(now * 1000),
            "digest": digests[place],
            "is_gone": are_gone[place],
            "changed_at": now,
        }
        for place in sorted(digests)
    ]
    with context.unit_of_work() as session:
        is_sqlite = session.get_bind().dialect.name == "sqlite"
        insert = (sqlite.insert if is_sqlite else postgresql.insert)(_TABLE).values(rows)
        given = insert.excluded
        later = case((_TABLE.c.version >= given.version, _TABLE.c.version + 1), else_=given.version)
        statement = insert.on_conflict_do_update(
            index_elements=["port_id", "cluster"],
            set_={
                "version": later,
                **{name: given[name] for name in ("digest", "is_gone", "changed_at")},
            },
        ).returning(_TABLE.c.port_id, _TABLE.c.cluster, _TABLE.c.version)
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
    """Forget ports that have been gone for long."""
    before = context.now() - KEPT_S
    with context.unit_of_work() as session:
        session.execute(
            delete(_TABLE).where(_TABLE.c.is_gone.is_(True), _TABLE.c.changed_at < before)
        )
