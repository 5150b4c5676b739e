# SPDX-License-Identifier: Apache-2.0
"""The contract between the quota ledger and the rooms whose things are counted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from synnefo_core.context import RequestContext

UNLIMITED = 2**63 - 1
"""A limit that is never reached (AST-059)."""


@dataclass(frozen=True)
class QuotaResource:
    """Something that is counted, returned by the hook ``quota_resources``.

    Attributes:
        name: ``<service>.<noun>``, unique: "cyclades.vm", "pithos.diskspace".
        unit: "" for things, "bytes", …
        user_default: Limit of each user's personal project (AST-054).
        project_default: Limit of other projects.
        description: One line for people.
        is_shown: Whether users see it; a hidden one is counted and enforced all the same.
    """

    name: str
    description: str
    unit: str = ""
    user_default: int = UNLIMITED
    project_default: int = UNLIMITED
    is_shown: bool = True


@dataclass(frozen=True)
class Charge:
    """So much of a resource for a user in a project; negative gives back.

    ``user_id`` pays in ``project_id``: two holdings change (AST-070).
    """

    project_id: str
    user_id: str
    resource: str
    amount: int


@dataclass(frozen=True)
class Usage:
    """What an owner counts by looking at its own rows."""

    project_id: str
    user_id: str
    resource: str
    amount: int


@dataclass(frozen=True)
class Thing:
    """One of the things behind a number, returned by the hook ``quota_things``.

    The amounts of all things of a user in a project add up to what ``quota_usage`` counts.

    Attributes:
        project_id: Who pays.
        user_id: For whom.
        resource: What of it is counted.
        amount: How much.
        kind: What it is, for people: "server", "object".
        id: How its service calls it.
        name: How its owner calls it.
    """

    project_id: str
    user_id: str
    resource: str
    amount: int
    kind: str
    id: str
    name: str = ""


@dataclass(frozen=True)
class Severity:
    """How far enforcement may go.

    Attributes:
        is_soft: Stop or detach what would have to be deleted.
        may_cascade: Delete a thing for one of its parts: a server for its disk.
        grace_s: So long a guest is left to shut down; None for the cluster's own time.
    """

    is_soft: bool = False
    may_cascade: bool = False
    grace_s: int | None = None


@dataclass(frozen=True)
class Relief:
    """What a service can do about a usage that is too high (hook ``quota_relief``).

    Attributes:
        project_id: Whose usage it brings down.
        user_id: And of which user in the project.
        kind, id, name: The thing that it is done to.
        action: "stop", "delete", "detach".
        frees: How much of which resources it stands for.
        apply: Begins it.
        rank: Things of a lower rank are taken first.
        created_at: Of one rank the newest is taken first; seconds since the epoch.
        state: The thing's state, for people.
        place: Where it happens (a cluster), so that no place gets too much to do.
        is_under_way: It was begun before: it counts, and is not begun again.
    """

    project_id: str
    user_id: str
    kind: str
    id: str
    name: str
    action: str
    frees: Mapping[str, int]
    apply: Callable[[RequestContext], None]
    rank: int = 0
    created_at: float = 0.0
    state: str = ""
    place: str = ""
    is_under_way: bool = False


@dataclass(frozen=True)
class Limit:
    """A limit as whoever governs it says it must be (hook ``quota_limits``).

    ``source`` is empty for the limit of a project itself.
    """

    holder: str
    source: str
    resource: str
    limit: int
