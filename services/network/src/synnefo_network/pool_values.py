# SPDX-License-Identifier: Apache-2.0
"""What the room hands out of subnet pools and address scopes, and what it is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypedDict


@dataclass(frozen=True)
class SubnetPool:
    """Ranges from which subnets are cut.

    Attributes:
        prefixes: CIDRs that don't overlap, in their order.
        min_length: The shortest prefix of a subnet, and so the largest one.
        max_length: The longest prefix of a subnet.
        default_length: The prefix of a subnet that names none.
        default_quota: So many addresses (IPv6: /64) a project may have of it; None for no limit.
        is_default: Whether subnets that want any pool are cut from this one.
    """

    id: str
    project_id: str
    name: str
    description: str
    ip_version: int
    prefixes: tuple[str, ...]
    min_length: int
    max_length: int
    default_length: int
    default_quota: int | None
    is_shared: bool
    is_default: bool
    scope_id: str | None
    revision: int
    created_at: float
    updated_at: float


class SubnetPoolChanges(TypedDict, total=False):
    """What is to become of a pool; what is left out stays."""

    name: str
    description: str
    prefixes: Sequence[str]
    min_length: int
    max_length: int
    default_length: int
    default_quota: int | None
    is_default: bool
    scope_id: str | None


@dataclass(frozen=True)
class SubnetPoolSpec:
    """A pool to be made; lengths None for 8 or 64, 32 or 128, and the shortest."""

    prefixes: Sequence[str]
    name: str = ""
    description: str = ""
    project_id: str | None = None
    min_length: int | None = None
    max_length: int | None = None
    default_length: int | None = None
    default_quota: int | None = None
    is_shared: bool = False
    is_default: bool = False
    scope_id: str | None = None


@dataclass(frozen=True)
class AddressScope:
    """A set of pools whose addresses don't overlap."""

    id: str
    project_id: str
    name: str
    ip_version: int
    is_shared: bool
