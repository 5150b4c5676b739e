# SPDX-License-Identifier: Apache-2.0
"""Commissions in two phases: issued now, accepted or rejected later (AST-062 to AST-069).

A pending increase already takes room; a pending decrease gives none back until it is
accepted. A commission can be resolved whatever was issued since. What was resolved is
remembered for a while, so that a client who got no answer may simply ask again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from synnefo_core.context import RequestContext
from synnefo_core.db.session import changed_rows
from synnefo_core.errors import Conflict, NotFound
from synnefo_quota import declared, settlement
from synnefo_quota.models import CommissionRow, ProvisionLogRow
from synnefo_quota.provisions import Key, Provision

PENDING, ACCEPTED, REJECTED = "pending", "accepted", "rejected"
"""The states of a commission."""

ABANDONED = "abandoned"
"""The reason for which what nobody resolved is rejected."""


@dataclass(frozen=True)
class Commission:
    """A commission; moments are seconds since the epoch, ``resolved_at`` 0 while pending."""

    serial: int
    client: str
    name: str
    issued_at: float
    provisions: tuple[Provision, ...]
    state: str = PENDING
    resolved_at: float = 0.0
    reason: str = ""


@dataclass(frozen=True)
class Resolution:
    """What became of many serials; ``failed`` are (serial, HTTP-like code)."""

    accepted: tuple[int, ...]
    rejected: tuple[int, ...]
    failed: tuple[tuple[int, int], ...]


class ResolvedOtherwise(Conflict):
    """A commission that was rejected is to be accepted, or the other way round."""

    code = "resolved_otherwise"

    def __init__(self, commission: Commission) -> None:
        """Say what became of it."""
        reason = f" ({commission.reason})" if commission.reason else ""
        super().__init__(f"commission {commission.serial} was {commission.state}{reason}")


def issue(
    context: RequestContext,
    *,
    client: str,
    name: str = "",
    provisions: Iterable[Provision],
    is_forced: bool = False,
    is_accepted: bool = False,
    is_confined: bool = False,
    key: str = "",
    reason: str = "",
) -> int:
    """Issue a commission and return its serial.

    The holdings are changed at the end of the unit of work, together with what is charged
    there besides: what is refused is raised there, and nothing of the unit of work is kept.

    Args:
        context: The unit of work.
        client: Who issues; only the same client resolves it.
        name: For people.
        provisions: Those of one holding are added up.
        is_forced: Pass limits (AST-064); giving back is checked all the same.
        is_accepted: Accept at once, in the same transaction.
        is_confined: Only of resources that the client itself declared.
        key: The client's own name of this request: a second one of the same key returns the
            first one's serial, whatever became of it since.
        reason: Why, for the log of what is accepted at once.

    Raises:
        Conflict: The key was used for something else.
        InvalidField: There is no such resource.
        Forbidden: It is another one's.
        ProvisionRefused: A limit would be passed; nothing was issued.
        NothingToGiveBack: Usage would fall below zero; nothing was issued.
    """
    merged = _merged(context, provisions, client if is_confined else None)
    with context.unit_of_work() as session:
        fields = {
            "client": client,
            "name": name,
            "key": key,
            "issued_at": context.now(),
            "provisions": [[*provision.key, provision.quantity] for provision in merged],
            "state": ACCEPTED if is_accepted else PENDING,
            "resolved_at": context.now() if is_accepted else 0.0,
            "reason": reason,
        }
        serial = _add(session, fields)
        if serial is None:
            return _earlier(session, client, key, merged)
        for provision in merged:
            change = settlement.change(context, session, provision.key)
            change.issue(provision, is_forced=is_forced)
        if is_accepted:
            _conclude(context, session, _shown(CommissionRow(serial=serial, **fields)))
        return serial


def _merged(
    context: RequestContext, provisions: Iterable[Provision], client: str | None
) -> list[Provision]:
    sums = dict[Key, int]()
    for provision in provisions:
        sums[provision.key] = sums.get(provision.key, 0) + provision.quantity
    declared.require(context, {resource for _, _, resource in sums}, client=client)
    return [Provision(*key, quantity) for key, quantity in sorted(sums.items()) if quantity]


def _add(session: Session, fields: dict[str, Any]) -> int | None:
    """Add a row and return its serial; None when the client has used the key before.

    Whoever issues under the same key at the same time is waited for.
    """
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    statement = insert(CommissionRow).values(fields).on_conflict_do_nothing()
    return session.scalar(statement.returning(CommissionRow.serial))


def _earlier(session: Session, client: str, key: str, merged: Sequence[Provision]) -> int:
    query = select(CommissionRow).where(CommissionRow.client == client, CommissionRow.key == key)
    earlier = _shown(session.scalars(query).one())
    if earlier.provisions != tuple(merged):
        msg = f"the key {key} was used for commission {earlier.serial}, which is another one"
        raise Conflict(msg)
    return earlier.serial


def _conclude(context: RequestContext, session: Session, commission: Commission) -> None:
    """Move the holdings as a commission's outcome says, and log it."""
    is_accepted = commission.state == ACCEPTED
    for provision in commission.provisions:
        change = settlement.change(context, session, provision.key)
        change.resolve(provision.quantity, is_accepted=is_accepted)
        change.entries.append(
            ProvisionLogRow(
                serial=commission.serial,
                client=commission.client,
                name=commission.name,
                holder=provision.holder,
                source=provision.source,
                resource=provision.resource,
                amount=provision.quantity,
                issued_at=commission.issued_at,
                resolved_at=commission.resolved_at,
                is_accepted=is_accepted,
                reason=commission.reason,
            )
        )


def pending(context: RequestContext, client: str) -> list[int]:
    """Return the serials of a client's pending commissions, oldest first."""
    query = _pending(CommissionRow.serial).where(CommissionRow.client == client)
    with context.reading() as session:
        return list(session.scalars(query.order_by(CommissionRow.serial)))


def _pending(what: Any) -> Select[Any]:
    return select(what).where(CommissionRow.state == PENDING)


def show(context: RequestContext, client: str, serial: int) -> Commission:
    """Return a client's pending commission.

    Raises:
        NotFound: It has none of this serial (any more).
    """
    with context.reading() as session:
        commission = _shown(_owned(session, client, serial))
    if commission.state != PENDING:
        raise _missing(serial)
    return commission


def _shown(row: CommissionRow) -> Commission:
    return Commission(
        serial=row.serial,
        client=row.client,
        name=row.name,
        issued_at=row.issued_at,
        provisions=tuple(Provision(*fields) for fields in row.provisions),
        state=row.state,
        resolved_at=row.resolved_at,
        reason=row.reason,
    )


def _owned(session: Session, client: str, serial: int, *, is_locked: bool = False) -> CommissionRow:
    query = select(CommissionRow).where(
        CommissionRow.serial == serial, CommissionRow.client == client
    )
    if is_locked:
        query = query.with_for_update().execution_options(populate_existing=True)
    row = session.scalars(query).first()
    if row is None:
        raise _missing(serial)
    return row


def _missing(serial: int) -> NotFound:
    noun = "commission"
    return NotFound(noun, str(serial))


def resolve(
    context: RequestContext, client: str, serial: int, *, is_accepted: bool, reason: str = ""
) -> None:
    """Accept or reject a commission; doing the same again is not an error.

    Raises:
        NotFound: The client has none of this serial, or it was forgotten.
        ResolvedOtherwise: It was resolved, but not like this.
    """
    outcome = ACCEPTED if is_accepted else REJECTED
    with context.unit_of_work() as session:
        row = _owned(session, client, serial, is_locked=True)
        if row.state == outcome:
            return
        if row.state != PENDING:
            raise ResolvedOtherwise(_shown(row))
        row.state, row.resolved_at, row.reason = outcome, context.now(), reason
        _conclude(context, session, _shown(row))


def resolve_many(
    context: RequestContext,
    client: str,
    *,
    accept: Sequence[int] = (),
    reject: Sequence[int] = (),
    reason: str = "",
) -> Resolution:
    """Accept and reject many, each in a transaction of its own (AST-067)."""
    both = set(accept) & set(reject)
    failed = [(serial, 400) for serial in sorted(both)]
    done: dict[bool, list[int]] = {True: [], False: []}
    for is_accepted, serials in ((True, accept), (False, reject)):
        for serial in dict.fromkeys(serials):
            if serial in both:
                continue
            try:
                resolve(context, client, serial, is_accepted=is_accepted, reason=reason)
                done[is_accepted].append(serial)
            except (NotFound, ResolvedOtherwise) as cause:
                failed.append((serial, cause.status))
    return Resolution(tuple(done[True]), tuple(done[False]), tuple(failed))


def find(context: RequestContext, serial: int) -> Commission:
    """Return anybody's commission, pending or resolved.

    Raises:
        NotFound: There is none of this serial, or it was forgotten.
    """
    with context.reading() as session:
        row = session.get(CommissionRow, serial)
        if row is None:
            raise _missing(serial)
        return _shown(row)


def search(
    context: RequestContext,
    *,
    client: str = "",
    is_resolved: bool = False,
    older_than_s: float = 0.0,
) -> list[Commission]:
    """Return pending commissions, or resolved ones too, oldest first.

    Args:
        context: For the database.
        client: Only this client's.
        is_resolved: Whether resolved ones that are still remembered are returned, too.
        older_than_s: Only those that were issued at least so long ago.
    """
    query = select(CommissionRow) if is_resolved else _pending(CommissionRow)
    if client:
        query = query.where(CommissionRow.client == client)
    if older_than_s:
        query = query.where(CommissionRow.issued_at <= context.now() - older_than_s)
    with context.reading() as session:
        return [_shown(row) for row in session.scalars(query.order_by(CommissionRow.serial))]


def expire(context: RequestContext) -> int:
    """Reject what its client abandoned long ago; return how many (SEM-051).

    What was resolved as long ago is forgotten.
    """
    lifetime_s = context.cloud.config.quota.commission_lifetime_s
    rejected = 0
    for commission in search(context, older_than_s=lifetime_s):
        outcome = resolve_many(
            context, commission.client, reject=[commission.serial], reason=ABANDONED
        )
        rejected += len(outcome.rejected)
    with context.unit_of_work() as session:
        changed_rows(
            session,
            delete(CommissionRow).where(
                CommissionRow.state != PENDING,
                CommissionRow.resolved_at <= context.now() - lifetime_s,
            ),
        )
    return rejected


def log_of(
    context: RequestContext, *, holder: str, source: str = "", limit: int = 100
) -> list[dict[str, Any]]:
    """Return the newest entries of a holding's provision log, newest first."""
    query = (
        select(ProvisionLogRow)
        .where(ProvisionLogRow.holder == holder, ProvisionLogRow.source == source)
        .order_by(ProvisionLogRow.id.desc())
        .limit(limit)
    )
    names = [column.key for column in ProvisionLogRow.__table__.columns]
    with context.reading() as session:
        return [{name: getattr(row, name) for name in names} for row in session.scalars(query)]
