# SPDX-License-Identifier: Apache-2.0
"""What is to be moved, and what can't be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Move:
    """A server that is to go from one cluster to another; both by their names."""

    server_id: str
    name: str
    source: str
    target: str


@dataclass(frozen=True)
class Stay:
    """A server that can't go, and why."""

    server_id: str
    name: str
    source: str
    reason: str


@dataclass(frozen=True)
class Plan:
    """What is to be moved in this order, what stays, and what clusters said that can't be asked."""

    moves: tuple[Move, ...] = ()
    stays: tuple[Stay, ...] = ()
    silent: Mapping[str, str] = field(default_factory=dict)
