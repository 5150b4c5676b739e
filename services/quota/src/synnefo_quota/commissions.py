# SPDX-License-Identifier: Apache-2.0
"""Commissions in two phases: issued now, accepted or rejected later (AST-062 to AST-069).

A pending increase already takes room; a pending decrease gives none back until it is
accepted. A commission can be resolved whatever was issued since. All holdings are changed in
one fixed order, so concurrent commissions never wait for each other in a circle.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from synnefo_core.context import RequestContext
from synnefo_core.db.session import changed_rows
from synnefo_core.errors import Conflict, InvalidField, NotFound, QuotaExceeded
from synnefo_quota import ledger
from synnefo_quota.ledger import Key
from synnefo_quota.models import CommissionRow, HoldingRow, ProvisionLogRow
from synnefo_quota.resources import resources


@dataclass(frozen=True)
class Provision:
    """So much of a resource for a holder out of a source; negative gives back.

    ``holder`` is ``user:ID`` or ``project:ID``; ``source`` is ``project:ID`` for a user's
    share and empty for a project's own total.
    """

    holder: str
    source: str
    resource: str
    quantity: int

    @property
    def key(self) -> Key:
        """Return which holding it changes."""
        return self.holder, self.source, self.resource


@dataclass(frozen=True)
class Commission:
    """A pending commission; ``issued_at`` is seconds since the epoch."""

    serial: int
    client: str
    name: str
    issued_at: float
    provisions: tuple[Provision, ...]


@dataclass(frozen=True)
class Resolution:
    """What became of many serials; ``failed`` are (serial, HTTP-like code)."""

    accepted: tuple[int, ...]
    rejected: tuple[int, ...]
    failed: tuple[tuple[int, int], ...]


class ProvisionRefused(QuotaExceeded):
    """A provision can't be had; says which, and how the holding stands."""

    code = "provision_refused"

    def __init__(self, provision: Provision, *, limit: int, usage: int) -> None:
        """Name the provision, the limit and the usage."""
        super().__init__(provision.resource, provision.quantity, max(0, limit - usage))
        self.provision, self.limit, self.usage = provision, limit, usage


class NothingToGiveBack(Conflict):
    """A provision gives back more than is held."""

    code = "below_zero"

    def __init__(self, provision: Provision, *, usage: int) -> None:
        """Name the provision and the usage."""
        super().__init__(
            f"{-provision.quantity} of {provision.resource} can't be given back, {usage} are held"
        )
        self.provision, self.usage = provision, usage


def issue(
    context: RequestContext,
    *,
    client: str,
    name: str = "",
    provisions: Iterable[Provision],
    is_forced: bool = False,
    is_accepted: bool = False,
    key: str = "",
) -> int:
    """Issue a commission and return its serial.

    Args:
        context: The unit of work; what is charged there besides is written after this.
        client: Who issues; only the same client resolves it.
        name: For people.
        provisions: Those of one holding are added up.
        is_forced: Pass limits (AST-064); giving back is checked all the same.
        is_accepted: Accept at once, in the same transaction.
        key: The client's own name of this request: a second one of the same key while the
            first is pending returns the first one's serial.

    Raises:
        InvalidField: There is no such resource.
        ProvisionRefused: A limit would be passed; nothing was issued.
        NothingToGiveBack: Usage would fall below zero; nothing was issued.
    """
    merged = _merged(context, provisions)
    with context.unit_of_work() as session:
        if key and (earlier := _by_key(session, client, key)) is not None:
            return earlier
        for provision in merged:
            _take(context, session, provision, is_forced=is_forced)
        row = CommissionRow(
            client=client,
            name=name,
            key=key,
            issued_at=context.now(),
            provisions=[[*provision.key, provision.quantity] for provision in merged],
        )
        session.add(row)
        session.flush()
        serial = row.serial
        if is_accepted:
            _resolve(context, session, row, is_accepted=True, reason="")
        return serial


def _merged(context: RequestContext, provisions: Iterable[Provision]) -> list[Provision]:
    known, sums = resources(context.cloud), dict[Key, int]()
    for provision in provisions:
        if provision.resource not in known:
            field = "provisions.resource"
            raise InvalidField(field, f"there is no resource {provision.resource}")
        sums[provision.key] = sums.get(provision.key, 0) + provision.quantity
    return [Provision(*key, quantity) for key, quantity in sorted(sums.items()) if quantity]


def _by_key(session: Session, client: str, key: str) -> int | None:
    query = select(CommissionRow.serial).where(
        CommissionRow.client == client, CommissionRow.key == key
    )
    return session.scalar(query)


def _take(
    context: RequestContext, session: Session, provision: Provision, *, is_forced: bool
) -> None:
    """Raise ``usage_max`` or lower ``usage_min``, within what is allowed."""
    amount = provision.quantity
    if amount > 0:
        allowed = [] if is_forced else [HoldingRow.usage_max + amount <= HoldingRow.limit]
        values = {"usage_max": HoldingRow.usage_max + amount}
    else:
        allowed = [HoldingRow.usage_min + amount >= 0]
        values = {"usage_min": HoldingRow.usage_min + amount}
    statement = (
        update(HoldingRow)
        .where(*ledger.at(provision.key), *allowed)
        .values(values)
        .execution_options(synchronize_session=False)
    )
    if changed_rows(session, statement) == 1:
        return
    ledger.make(context.cloud, session, provision.key)
    if changed_rows(session, statement) == 1:
        return
    row = session.scalars(select(HoldingRow).where(*ledger.at(provision.key))).one()
    if amount < 0:
        raise NothingToGiveBack(provision, usage=row.usage_min)
    raise ProvisionRefused(provision, limit=row.limit, usage=row.usage_max)


def _resolve(
    context: RequestContext,
    session: Session,
    row: CommissionRow,
    *,
    is_accepted: bool,
    reason: str,
) -> None:
    for holder, source, resource, quantity in row.provisions:
        key = (holder, source, resource)
        # Accepting moves the other bound by as much; rejecting moves the first one back.
        moves_max = (quantity > 0) is not is_accepted
        column = "usage_max" if moves_max else "usage_min"
        change = quantity if is_accepted else -quantity
        holding = session.execute(
            update(HoldingRow)
            .where(*ledger.at(key))
            .values({column: getattr(HoldingRow, column) + change})
            .returning(HoldingRow.limit, HoldingRow.usage_min, HoldingRow.usage_max)
            .execution_options(synchronize_session=False)
        ).one()
        session.add(
            ProvisionLogRow(
                serial=row.serial,
                client=row.client,
                name=row.name,
                holder=holder,
                source=source,
                resource=resource,
                amount=quantity,
                limit=holding.limit,
                usage_min=holding.usage_min,
                usage_max=holding.usage_max,
                issued_at=row.issued_at,
                resolved_at=context.now(),
                is_accepted=is_accepted,
                reason=reason,
            )
        )
    session.delete(row)
    session.flush()


def pending(context: RequestContext, client: str) -> list[int]:
    """Return the serials of a client's pending commissions, oldest first."""
    query = select(CommissionRow.serial).where(CommissionRow.client == client)
    with context.reading() as session:
        return list(session.scalars(query.order_by(CommissionRow.serial)))


def show(context: RequestContext, client: str, serial: int) -> Commission:
    """Return a client's pending commission.

    Raises:
        NotFound: It has none of this serial (any more).
    """
    with context.reading() as session:
        return _shown(_owned(session, client, serial))


def _shown(row: CommissionRow) -> Commission:
    provisions = tuple(Provision(*fields) for fields in row.provisions)
    return Commission(row.serial, row.client, row.name, row.issued_at, provisions)


def _owned(session: Session, client: str, serial: int, *, is_locked: bool = False) -> CommissionRow:
    query = select(CommissionRow).where(
        CommissionRow.serial == serial, CommissionRow.client == client
    )
    row = session.scalars(query.with_for_update() if is_locked else query).first()
    if row is None:
        noun = "commission"
        raise NotFound(noun, str(serial))
    return row


def resolve(
    context: RequestContext, client: str, serial: int, *, is_accepted: bool, reason: str = ""
) -> None:
    """Accept or reject a commission.

    Raises:
        NotFound: The client has none of this serial (any more).
    """
    with context.unit_of_work() as session:
        row = _owned(session, client, serial, is_locked=True)
        _resolve(context, session, row, is_accepted=is_accepted, reason=reason)


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
            except NotFound:
                failed.append((serial, 404))
    return Resolution(tuple(done[True]), tuple(done[False]), tuple(failed))


def overdue(context: RequestContext, older_than_s: float) -> list[Commission]:
    """Return the commissions that have been pending for longer, oldest first."""
    query = (
        select(CommissionRow)
        .where(CommissionRow.issued_at < context.now() - older_than_s)
        .order_by(CommissionRow.issued_at)
    )
    with context.reading() as session:
        return [_shown(row) for row in session.scalars(query)]


def expire(context: RequestContext) -> int:
    """Reject what its client abandoned long ago; return how many (SEM-051)."""
    found = overdue(context, context.cloud.config.quota.commission_lifetime_s)
    for commission in found:
        resolve_many(context, commission.client, reject=[commission.serial], reason="abandoned")
    return len(found)


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
