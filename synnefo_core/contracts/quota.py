# SPDX-License-Identifier: Apache-2.0
"""The contract between the quota ledger and the rooms whose things are counted."""

from __future__ import annotations

from dataclasses import dataclass

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
