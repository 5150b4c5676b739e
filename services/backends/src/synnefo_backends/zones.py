# SPDX-License-Identifier: Apache-2.0
"""Availability zones: groups of clusters. All are in one."""

from __future__ import annotations

from dataclasses import dataclass

from synnefo_backends.registry import Backend, listing
from synnefo_core.context import RequestContext

ZONE = "nova"
"""The zone of every cluster; Nova calls its first one so, too."""


@dataclass(frozen=True)
class Zone:
    """A group of clusters."""

    name: str
    backends: tuple[Backend, ...]

    @property
    def is_available(self) -> bool:
        """Whether any of the clusters takes new servers."""
        return any(backend.is_open for backend in self.backends)


def zones(context: RequestContext) -> list[Zone]:
    """Return all zones, with their clusters in the order of their names."""
    return [Zone(ZONE, tuple(listing(context)))]
