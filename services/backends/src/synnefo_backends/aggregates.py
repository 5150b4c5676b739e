# SPDX-License-Identifier: Apache-2.0
"""Groups of clusters of which an administrator says something.

A cluster may be in many. One word has a meaning of its own: ``availability_zone`` puts the clusters
of a group into that zone, whatever the operator said of each; when they leave it, they are where
the operator had them. All other words are for flavors: see :mod:`synnefo_backends.filters`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from synnefo_backends import registry
from synnefo_backends.models import AggregateMemberRow, AggregateRow, BackendRow
from synnefo_core.context import RequestContext
from synnefo_core.db.base import new_id
from synnefo_core.errors import Conflict, Duplicate, Invalid, NotFound

ZONE_WORD = "availability_zone"


@dataclass(frozen=True)
class Aggregate:
    """A group of clusters; ``clusters`` are their names, moments seconds since the epoch or 0."""

    id: int
    uuid: str
    name: str
    metadata: Mapping[str, str]
    clusters: tuple[str, ...]
    created_at: float
    updated_at: float

    @property
    def zone(self) -> str:
        """The zone into which it puts its clusters; empty for none."""
        return self.metadata.get(ZONE_WORD, "")


def create(context: RequestContext, name: str, *, zone: str = "") -> Aggregate:
    """Make a group without clusters.

    Raises:
        Duplicate: There is one of this name.
        Invalid: No zone can be called so.
    """
    if zone:
        registry.check_zone(zone)
    with context.unit_of_work() as session:
        _require_free(session, name)
        row = AggregateRow(
            uuid=new_id(),
            name=name,
            metadata_={ZONE_WORD: zone} if zone else {},
            created_at=context.now(),
        )
        session.add(row)
        session.flush()
        return _shown(row, ())


def listing(context: RequestContext) -> list[Aggregate]:
    """Return all groups, the oldest first."""
    members = select(AggregateMemberRow.aggregate_id, BackendRow.name).join(
        BackendRow, BackendRow.id == AggregateMemberRow.backend_id
    )
    clusters: dict[int, list[str]] = {}
    with context.reading() as session:
        for aggregate_id, name in session.execute(members.order_by(BackendRow.name)):
            clusters.setdefault(aggregate_id, []).append(name)
        rows = session.scalars(select(AggregateRow).order_by(AggregateRow.id))
        return [_shown(row, clusters.get(row.id, ())) for row in rows]


def show(context: RequestContext, aggregate_id: int) -> Aggregate:
    """Return a group.

    Raises:
        NotFound: There is none of this id.
    """
    found = next((each for each in listing(context) if each.id == aggregate_id), None)
    if found is None:
        raise _missing(aggregate_id)
    return found


def modify(
    context: RequestContext, aggregate_id: int, *, name: str | None = None, zone: str | None = None
) -> Aggregate:
    """Call a group otherwise, or put its clusters into another zone; None leaves it, "" is none.

    Raises:
        NotFound: There is none of this id.
        Duplicate: Another one has this name.
        Invalid: No zone can be called so, or another group puts a cluster into another one.
    """
    with context.unit_of_work() as session:
        row = _locked(session, aggregate_id)
        if name is not None and name != row.name:
            _require_free(session, name)
            row.name = name
        if zone is not None:
            set_metadata(context, aggregate_id, {ZONE_WORD: zone or None})
        row.updated_at = context.now()
    return show(context, aggregate_id)


def set_metadata(
    context: RequestContext, aggregate_id: int, words: Mapping[str, str | None]
) -> Aggregate:
    """Say something of a group; None says a word no longer, what is not named stays.

    Raises:
        NotFound: There is none of this id.
        Invalid: No zone can be called so, or another group puts a cluster into another one.
    """
    if zone := words.get(ZONE_WORD):
        registry.check_zone(zone)
    with context.unit_of_work() as session:
        row = _locked(session, aggregate_id)
        merged = {**row.metadata_, **words}
        row.metadata_ = {word: value for word, value in merged.items() if value is not None}
        row.updated_at = context.now()
        session.flush()
        try:
            _settle_zones(session, _members(session, aggregate_id))
        except Conflict as cause:
            raise Invalid(str(cause)) from cause
    return show(context, aggregate_id)


def delete(context: RequestContext, aggregate_id: int) -> None:
    """Remove a group.

    Raises:
        NotFound: There is none of this id.
        Invalid: There are clusters in it.
    """
    with context.unit_of_work() as session:
        row = _locked(session, aggregate_id)
        if _members(session, aggregate_id):
            msg = f"the host aggregate {aggregate_id} is not empty"
            raise Invalid(msg)
        session.delete(row)


def add_cluster(context: RequestContext, aggregate_id: int, name: str) -> Aggregate:
    """Put a cluster into a group.

    Raises:
        NotFound: There is no such group or cluster.
        Conflict: It is there already, or another group puts it into another zone.
    """
    with context.unit_of_work() as session:
        row, backend_id = _both(context, session, aggregate_id, name)
        if session.get(AggregateMemberRow, (aggregate_id, backend_id)):
            msg = f"the host aggregate {aggregate_id} has the host {name} already"
            raise Conflict(msg)
        session.add(AggregateMemberRow(aggregate_id=aggregate_id, backend_id=backend_id))
        row.updated_at = context.now()
        session.flush()
        _settle_zones(session, [backend_id])
    return show(context, aggregate_id)


def remove_cluster(context: RequestContext, aggregate_id: int, name: str) -> Aggregate:
    """Take a cluster out of a group.

    Raises:
        NotFound: There is no such group or cluster, or it is not in it.
    """
    with context.unit_of_work() as session:
        row, backend_id = _both(context, session, aggregate_id, name)
        member = session.get(AggregateMemberRow, (aggregate_id, backend_id))
        if member is None:
            noun = f"in the host aggregate {aggregate_id}, host"
            raise NotFound(noun, name)
        session.delete(member)
        row.updated_at = context.now()
        session.flush()
        _settle_zones(session, [backend_id])
    return show(context, aggregate_id)


def _both(
    context: RequestContext, session: Session, aggregate_id: int, name: str
) -> tuple[AggregateRow, str]:
    row, backend_id = _locked(session, aggregate_id), registry.id_of(context, name)
    if not backend_id:
        noun = "compute host"
        raise NotFound(noun, name)
    return row, backend_id


def _settle_zones(session: Session, backend_ids: Iterable[str]) -> None:
    """Put clusters where their groups want them, or where the operator had them.

    Raises:
        Conflict: Two groups want a cluster in two zones.
    """
    query = select(BackendRow).where(BackendRow.id.in_(list(backend_ids)))
    for row in session.scalars(query.order_by(BackendRow.id).with_for_update()):
        wanted = _zones(session, row.id)
        if len(wanted) > 1:
            names = " and ".join(sorted(wanted))
            msg = f"the host {row.name} can't be in the availability zones {names} at once"
            raise Conflict(msg)
        if wanted:
            row.own_zone = row.own_zone or row.zone
            (row.zone,) = wanted
        elif row.own_zone:
            row.zone, row.own_zone = row.own_zone, ""


def _zones(session: Session, backend_id: str) -> set[str]:
    query = (
        select(AggregateRow)
        .join(AggregateMemberRow, AggregateMemberRow.aggregate_id == AggregateRow.id)
        .where(AggregateMemberRow.backend_id == backend_id)
    )
    return {each.metadata_.get(ZONE_WORD, "") for each in session.scalars(query)} - {""}


def _members(session: Session, aggregate_id: int) -> Sequence[str]:
    query = select(AggregateMemberRow.backend_id)
    return session.scalars(query.where(AggregateMemberRow.aggregate_id == aggregate_id)).all()


def _locked(session: Session, aggregate_id: int) -> AggregateRow:
    row = session.get(AggregateRow, aggregate_id, with_for_update=True)
    if row is None:
        raise _missing(aggregate_id)
    return row


def _missing(aggregate_id: int) -> NotFound:
    noun = "host aggregate"
    return NotFound(noun, str(aggregate_id))


def _require_free(session: Session, name: str) -> None:
    if session.scalars(select(AggregateRow.id).where(AggregateRow.name == name)).first():
        noun = "host aggregate"
        raise Duplicate(noun, name)


def _shown(row: AggregateRow, clusters: Iterable[str]) -> Aggregate:
    return Aggregate(
        id=row.id,
        uuid=row.uuid,
        name=row.name,
        metadata=dict(row.metadata_),
        clusters=tuple(clusters),
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
