# SPDX-License-Identifier: Apache-2.0
"""Schemas that differ by microversion in a few properties."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from synnefo_core.contracts.api import Version

Properties = Mapping[str, Any]


def grown(
    make: Callable[[Properties], dict[str, Any]],
    changes: Mapping[Version, Properties],
) -> dict[Version, dict[str, Any]]:
    """Return a schema for each microversion in which properties change.

    Args:
        make: Makes a schema of all properties that there are.
        changes: Which come, or are others, by the microversion; None for those that go.
    """
    known: dict[str, Any] = {}
    schemas = {}
    for version, change in sorted(changes.items()):
        known = {name: one for name, one in {**known, **change}.items() if one is not None}
        schemas[version] = make(known)
    return schemas
