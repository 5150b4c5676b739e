# SPDX-License-Identifier: Apache-2.0
"""How bodies name other things."""

from __future__ import annotations

from typing import Any

from synnefo_volume import VolumeChanges


def last_part(reference: Any) -> str:
    """Return the id at the end of an address; empty for nothing."""
    return str(reference or "").rstrip("/").rpartition("/")[2]


def name_of(asked: dict[str, Any]) -> str:
    """Return the name that a body gives, which older clients call otherwise."""
    return (asked.get("name") or asked.get("display_name") or "").strip()


def description_of(asked: dict[str, Any]) -> str:
    """Return the description that a body gives."""
    return asked.get("description") or asked.get("display_description") or ""


def changes(asked: dict[str, Any]) -> VolumeChanges:
    """Return what a body is to change of name, description and metadata."""
    changed: VolumeChanges = {}
    if {"name", "display_name"} & asked.keys():
        changed["name"] = name_of(asked)
    if {"description", "display_description"} & asked.keys():
        changed["description"] = description_of(asked)
    if asked.get("metadata") is not None:
        changed["metadata"] = asked["metadata"]
    return changed
