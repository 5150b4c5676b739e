# SPDX-License-Identifier: Apache-2.0
"""Links of things and of pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from synnefo_api_identity.versions import PREFIX
from synnefo_core.context import RequestContext
from synnefo_identity import Page

Json = dict[str, Any]


def of(context: RequestContext, *path: str) -> Json:
    """Return the links of a thing."""
    return {"self": "/".join((f"{context.cloud.public_url}{PREFIX}", *path))}


def listed(
    context: RequestContext,
    path: str,
    shown: Sequence[Json],
    *,
    key: str | None = None,
    query: Mapping[str, str] | None = None,
    page: Page | None = None,
) -> Json:
    """Return a list of things under ``key`` (the path) with its links.

    There is a next page when this one is full.
    """
    url = f"{context.cloud.public_url}{PREFIX}/{path}"
    following = None
    if page is not None and page.limit is not None and len(shown) == page.limit:
        following = f"{url}?{urlencode({**(query or {}), 'marker': shown[-1]['id']})}"
    links = {"self": url, "previous": None, "next": following}
    return {key or path: list(shown), "links": links}
