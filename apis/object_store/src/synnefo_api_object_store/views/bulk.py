# SPDX-License-Identifier: Apache-2.0
"""How much of many things was done, as text, JSON or XML.

Source: OpenStack Swift documentation, "Bulk Operations (Delete and Archive Auto Extraction)".
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from urllib.parse import quote
from xml.sax.saxutils import escape

from synnefo_api_object_store.windows import JSON, TEXT
from synnefo_core.contracts.api import Reply

Errors = Sequence[tuple[str, str]]
"""Percent-encoded paths, each with a status."""


def shown(
    counts: Mapping[str, int], errors: Errors, *, status: str, body: str, media_type: str, root: str
) -> Reply:
    """Show an outcome; the answer itself is 200, what became of it is inside."""
    fields: dict[str, str | int] = {**counts, "Response Body": body, "Response Status": status}
    if media_type == JSON:
        content = json.dumps({**fields, "Errors": [list(error) for error in errors]})
    elif media_type == TEXT:
        lines = [f"{name}: {value}" for name, value in fields.items()]
        content = "\n".join([*lines, "Errors:", *(f"{path}, {why}" for path, why in errors)])
    else:
        content = _xml(root, fields, errors)
    return Reply(content.encode(), 200, {}, f"{media_type}; charset=utf-8")


def _xml(root: str, fields: Mapping[str, str | int], errors: Errors) -> str:
    told = "".join(
        f"<{_tag(name)}>{escape(str(value))}</{_tag(name)}>" for name, value in fields.items()
    )
    listed = "".join(
        f"<object><name>{escape(path)}</name><status>{escape(why)}</status></object>"
        for path, why in errors
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<{root}>{told}<errors>{listed}</errors></{root}>'
    )


def _tag(name: str) -> str:
    return name.lower().replace(" ", "_")


def path(*parts: str) -> str:
    """Return a path as it is told."""
    return quote("/" + "/".join(part for part in parts if part))
