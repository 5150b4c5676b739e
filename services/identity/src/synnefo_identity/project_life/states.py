# SPDX-License-Identifier: Apache-2.0
"""States of projects, applications and memberships, and what leads from one to the other.

The tables are all there is: what is not in them is refused, and the diagrams of
``docs/design/project-life.rst`` are drawn from them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from synnefo_core.errors import Forbidden, InvalidState


class ProjectState(StrEnum):
    """How far a project is."""

    UNINITIALIZED = "uninitialized"
    """Applied for; nobody has approved it yet."""
    ACTIVE = "active"
    SUSPENDED = "suspended"
    """Nobody gets anything more in it, and no token for it; what is there stays."""
    TERMINATED = "terminated"
    """Over, its name free again; what is there stays until its owners delete it."""
    DELETED = "deleted"
    """There is nothing left of it but this."""


ALIVE = frozenset({ProjectState.ACTIVE, ProjectState.SUSPENDED})
INITIALIZED = ALIVE | {ProjectState.TERMINATED}


class ApplicationState(StrEnum):
    """What has become of an application."""

    PENDING = "pending"
    APPROVED = "approved"
    REPLACED = "replaced"
    """A newer one was made before anybody decided."""
    DENIED = "denied"
    DISMISSED = "dismissed"
    """Denied, and the applicant has seen it."""
    CANCELLED = "cancelled"


class MemberState(StrEnum):
    """How somebody stands to a project."""

    NONE = "none"
    """Never came near it; such rows are not kept."""
    REQUESTED = "requested"
    ACCEPTED = "accepted"
    LEAVE_REQUESTED = "leave_requested"
    SUSPENDED = "suspended"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    REMOVED = "removed"


USING = frozenset({MemberState.ACCEPTED, MemberState.LEAVE_REQUESTED})
"""Members who use the project."""
COUNTED = USING | {MemberState.SUSPENDED}
"""Members whom the bound on their number counts (AST-090)."""


class JoinPolicy(StrEnum):
    """Who decides that somebody comes in, or goes."""

    AUTO = "auto"
    MODERATED = "moderated"
    CLOSED = "closed"


@dataclass(frozen=True)
class Move:
    """An action, the states in which it can be done and the one that it leads to."""

    action: str
    before: frozenset[str]
    after: str


@dataclass(frozen=True)
class Machine:
    """All moves of a kind of thing."""

    noun: str
    moves: Sequence[Move]

    def after(self, state: str, action: str) -> str:
        """Return the state to which an action leads.

        Raises:
            InvalidState: It can't be done now.
        """
        for move in self.moves:
            if move.action == action and state in move.before:
                return move.after
        raise InvalidState(self.noun, state, action)

    def possible(self, state: str) -> list[str]:
        """Return the actions that can be done in a state."""
        return [move.action for move in self.moves if state in move.before]


def _move(action: str, before: str, after: str) -> Move:
    return Move(action, frozenset(before.split()), after)


PROJECT = Machine(
    "project",
    [
        _move("approve", "uninitialized", "active"),
        _move("discard", "uninitialized", "deleted"),
        _move("suspend", "active", "suspended"),
        _move("unsuspend", "suspended", "active"),
        _move("terminate", "active suspended", "terminated"),
        _move("reinstate", "terminated", "active"),
        _move("delete", "active suspended terminated", "deleted"),
    ],
)
"""``discard`` happens when the first application is cancelled or dismissed (AST-082)."""

APPLICATION = Machine(
    "application",
    [
        _move("approve", "pending", "approved"),
        _move("deny", "pending", "denied"),
        _move("replace", "pending", "replaced"),
        _move("cancel", "pending", "cancelled"),
        _move("dismiss", "denied", "dismissed"),
    ],
)

_OUTSIDE = "none rejected cancelled removed"

MEMBERSHIP = Machine(
    "membership",
    [
        _move("request", _OUTSIDE, "requested"),
        _move("join", _OUTSIDE, "accepted"),
        _move("enroll", f"{_OUTSIDE} requested", "accepted"),
        _move("accept", "requested", "accepted"),
        _move("reject", "requested", "rejected"),
        _move("cancel", "requested", "cancelled"),
        _move("request_leave", "accepted", "leave_requested"),
        _move("stay", "leave_requested", "accepted"),
        _move("leave", "accepted leave_requested", "removed"),
        _move("remove", "accepted leave_requested suspended", "removed"),
        _move("suspend", "accepted leave_requested", "suspended"),
        _move("unsuspend", "suspended", "accepted"),
    ],
)
"""Who asks to join ends in ``request`` or ``join``, who asks to leave in ``request_leave`` or
``leave``, as the project's policies say."""


@dataclass(frozen=True)
class Condition:
    """What a project must be for something to be done with its members."""

    states: frozenset[ProjectState]
    closed_by: str = ""


_COMING = Condition(frozenset({ProjectState.ACTIVE}), "join_policy")
_GOING = Condition(INITIALIZED, "leave_policy")
_ASIDE = Condition(INITIALIZED)

CONDITIONS: Mapping[str, Condition] = {
    "request": _COMING,
    "join": _COMING,
    "enroll": _COMING,
    "accept": _COMING,
    "request_leave": _GOING,
    "leave": _GOING,
    "remove": _GOING,
    "reject": _ASIDE,
    "cancel": _ASIDE,
    "stay": _ASIDE,
    "suspend": _ASIDE,
    "unsuspend": _ASIDE,
}
"""By the action on a membership. What a closed policy forbids, it forbids to everybody."""


def require_condition(action: str, state: str, policies: Mapping[str, str]) -> None:
    """Refuse an action on a member of a project that is not in the right condition.

    Raises:
        InvalidState: The project is in another state.
        Forbidden: The policy that governs it is closed.
    """
    condition = CONDITIONS[action]
    if state not in condition.states:
        raise InvalidState("project", state, action)
    if condition.closed_by and policies[condition.closed_by] == JoinPolicy.CLOSED:
        raise Forbidden(f"the {condition.closed_by.replace('_', ' ')} of the project is closed")
