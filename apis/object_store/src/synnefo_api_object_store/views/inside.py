# SPDX-License-Identifier: Apache-2.0
"""What is inside of an object that is a raw disk."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from synnefo_api_object_store.windows import JSON
from synnefo_core.contracts.api import Reply
from synnefo_object_store import InnerEntry, InnerPart


def listed(found: Sequence[InnerPart | InnerEntry]) -> Reply:
    """Show parts or entries; there is but the one form."""
    shown = [_part(each) if isinstance(each, InnerPart) else _entry(each) for each in found]
    return Reply(json.dumps(shown).encode(), 200, {}, f"{JSON}; charset=utf-8")


def _part(part: InnerPart) -> dict[str, Any]:
    return {
        "subdir": f"{part.number}/",
        "bytes": part.size_bytes,
        "filesystem": part.file_system or None,
    }


def _entry(entry: InnerEntry) -> dict[str, Any]:
    if entry.kind == "folder":
        return {"subdir": entry.name}
    moment = datetime.fromtimestamp(entry.modified_at, UTC)
    shown = {
        "name": entry.name,
        "bytes": entry.size_bytes,
        "last_modified": moment.strftime("%Y-%m-%dT%H:%M:%S.000000"),
    }
    if entry.kind == "symlink":
        return shown | {"symlink": entry.target}
    return shown if entry.kind == "file" else shown | {"special": True}
