# SPDX-License-Identifier: Apache-2.0
"""Accounts as values: a user with what is known of the person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from synnefo_core.context import RequestContext
from synnefo_core.errors import Forbidden, NotFound
from synnefo_identity import listing
from synnefo_identity.accounts import states
from synnefo_identity.accounts.models import AccountRow
from synnefo_identity.accounts.states import State
from synnefo_identity.letters import Address
from synnefo_identity.listing import WHOLE, Filter, Page
from synnefo_identity.models import UserRow
from synnefo_identity.values import User

ALREADY_MODERATED = "already_moderated"


@dataclass(frozen=True)
class Account:
    """A user as a person; moments are seconds since the epoch, None: never.

    Attributes:
        user: The user.
        state: Whether the user gets in, and if not, why not.
        verified_at: When it was proven that ``user.email`` is the user's.
        moderated_at: When it was decided about letting the user in.
        acceptance_policy: By what it was decided: ``manual``, ``auto_moderation`` …
        accepted_address: The address as it was then.
        snapshot: The account as it was then.
        rejected_at: When it was decided against it, and
        rejection_reason: why.
        deactivated_at: When the user was last shut out, and
        deactivation_reason: why.
    """

    user: User
    state: State
    verified_at: float | None = None
    moderated_at: float | None = None
    acceptance_policy: str = ""
    accepted_address: str = ""
    snapshot: dict[str, Any] | None = None
    rejected_at: float | None = None
    rejection_reason: str = ""
    deactivated_at: float | None = None
    deactivation_reason: str = ""

    @classmethod
    def of(cls, user: UserRow, row: AccountRow | None) -> Account:
        """Return the value of a user with an account or without."""
        value = User.of(user)
        state = states.of(user, row)
        if row is None:
            return cls(value, state)
        is_proven = row.address == user.address
        return cls(
            user=value,
            state=state,
            verified_at=row.verified_at if is_proven else None,
            moderated_at=row.moderated_at,
            acceptance_policy=row.acceptance_policy,
            accepted_address=row.accepted_address,
            snapshot=row.snapshot,
            rejected_at=row.rejected_at,
            rejection_reason=row.rejection_reason,
            deactivated_at=row.deactivated_at,
            deactivation_reason=row.deactivation_reason,
        )


def show(context: RequestContext, user_id: str) -> Account:
    """Return an account: to an administrator any, to others their own.

    Raises:
        Forbidden: It is somebody else's.
        NotFound: There is none.
    """
    if not context.is_admin and context.user_id != user_id:
        raise Forbidden
    with context.reading() as session:
        return Account.of(*find(session, user_id))


def index(
    context: RequestContext,
    *,
    state: State | None = None,
    email: str | None = None,
    domain_id: str | None = None,
    page: Page = WHOLE,
) -> Sequence[Account]:
    """Return a page of accounts, ordered by the users' ids."""
    query = select(UserRow).outerjoin(AccountRow, AccountRow.user_id == UserRow.id)
    if state is not None:
        query = query.where(_in_state(state))
    if email is not None:
        query = query.where(UserRow.address == email.strip().lower())
    with context.reading() as session:
        only = Filter(domain_id=domain_id)
        found = listing.rows(session, query, UserRow, only=only, page=page)
        ids = [user.id for user in found]
        rows = {
            row.user_id: row
            for (row,) in listing.by_id(session, AccountRow.user_id, ids, AccountRow)
        }
        return [Account.of(user, rows.get(user.id)) for user in found]


def _in_state(state: State) -> ColumnElement[bool]:
    """Return the condition that :func:`states.of` answers with a state."""
    if state is State.ACTIVE:
        return UserRow.is_enabled.is_(True)
    is_known, was_rejected = AccountRow.user_id.is_not(None), AccountRow.rejected_at.is_not(None)
    was_moderated = AccountRow.moderated_at.is_not(None)
    conditions = {
        State.REJECTED: was_rejected,
        State.PENDING: and_(is_known, ~was_rejected, ~was_moderated),
        State.INACTIVE: or_(~is_known, and_(was_moderated, ~was_rejected)),
    }
    return and_(UserRow.is_enabled.is_(False), conditions[state])


def find(
    session: Session, user_id: str, *, is_locked: bool = False
) -> tuple[UserRow, AccountRow | None]:
    """Return a user's rows; locked, nobody else decides about the user meanwhile.

    Raises:
        NotFound: There is no such user.
    """
    user = session.get(UserRow, user_id, with_for_update=True if is_locked else None)
    if user is None:
        noun = "user"
        raise NotFound(noun, user_id)
    return user, session.get(AccountRow, user_id)


def locked(context: RequestContext, session: Session, user_id: str) -> tuple[UserRow, AccountRow]:
    """Return a user's rows to be changed; an account that is not there yet is made.

    Raises:
        NotFound: There is no such user.
    """
    user, row = find(session, user_id, is_locked=True)
    if row is None:
        # An administrator made the user, and so decided.
        row = AccountRow(
            user_id=user_id, moderated_at=context.now(), acceptance_policy=ALREADY_MODERATED
        )
        session.add(row)
        session.flush()
    return user, row


def called(user: UserRow) -> str:
    """Return a person's name, or else the login name."""
    extra = user.extra or {}
    names = (str(extra.get(key) or "") for key in ("given_name", "family_name"))
    return " ".join(each for each in names if each) or user.name


def is_taken(session: Session, address: Address, *, but: str = "") -> bool:
    """Return whether a user has an address, proven or given by an administrator, or its name."""
    theirs = (
        select(UserRow.id).where(UserRow.address == address),
        select(UserRow.id).where(UserRow.name == address),
        select(AccountRow.user_id).where(AccountRow.address == address),
    )
    return any(user_id != but for query in theirs for user_id in session.scalars(query))
