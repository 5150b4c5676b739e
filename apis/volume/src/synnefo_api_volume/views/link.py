# SPDX-License-Identifier: Apache-2.0
"""Where things are, and where the next page begins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from synnefo_api_volume.versions import PREFIX
from synnefo_core.context import RequestContext


def both(context: RequestContext, path: str) -> list[dict[str, str]]:
    """Return the links of a thing: with the version and without it."""
    base, project = context.cloud.public_url, context.project_id
    return [
        {"rel": "self", "href": f"{base}{PREFIX}/{project}/{path}"},
        {"rel": "bookmark", "href": f"{base}/volume/{project}/{path}"},
    ]


def following(
    context: RequestContext,
    path: str,
    query: Mapping[str, Any],
    ids: Sequence[str],
    limit: int,
) -> list[dict[str, str]]:
    """Return the link of the next page; none where this one is not full."""
    if len(ids) < limit or not ids:
        return []
    base, project = context.cloud.public_url, context.project_id
    asked = {name: value for name, value in query.items() if name != "offset"}
    text = urlencode({**asked, "marker": ids[-1]})
    return [{"rel": "next", "href": f"{base}{PREFIX}/{project}/{path}?{text}"}]
