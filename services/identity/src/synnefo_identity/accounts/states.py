# SPDX-License-Identifier: Apache-2.0
"""The states of an account, and which action fits which: the whole machine as data."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from synnefo_core.errors import InvalidState
from synnefo_identity.accounts.models import AccountRow
from synnefo_identity.models import UserRow


class State(StrEnum):
    """What an account is; before it, there is a registration."""

    PENDING = "pending_moderation"
    REJECTED = "rejected"
    ACTIVE = "active"
    INACTIVE = "inactive"


class Action(StrEnum):
    """What a moderator does to one."""

    ACCEPT = "accept"
    REJECT = "reject"
    ACTIVATE = "activate"
    DEACTIVATE = "deactivate"


FITS: Mapping[Action, frozenset[State]] = {
    Action.ACCEPT: frozenset({State.PENDING, State.REJECTED}),
    Action.REJECT: frozenset({State.PENDING}),
    Action.ACTIVATE: frozenset({State.INACTIVE}),
    Action.DEACTIVATE: frozenset({State.ACTIVE}),
}
"""In which states an action may be done; each leads to one state."""


def of(user: UserRow, account: AccountRow | None) -> State:
    """Return an account's state; who can log in is active, whoever saw to that."""
    if user.is_enabled:
        return State.ACTIVE
    if account is None:
        return State.INACTIVE
    if account.rejected_at is not None:
        return State.REJECTED
    return State.PENDING if account.moderated_at is None else State.INACTIVE


def require(state: State, action: Action) -> None:
    """Refuse an action that does not fit.

    Raises:
        InvalidState: It does not.
    """
    if state not in FITS[action]:
        noun = "user"
        raise InvalidState(noun, state.replace("_", " "), action)
