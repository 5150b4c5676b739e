# SPDX-License-Identifier: Apache-2.0
"""Listings as pages for people."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape
from urllib.parse import quote

from synnefo_core.contracts.api import Reply
from synnefo_object_store import Folder, ListedObject

_CSS = "table { text-align: left } td.size, th.size { text-align: right }"


def listing(
    label: str, prefix: str, rows: Sequence[ListedObject | Folder], *, css: str | None
) -> Reply:
    """Show what is in a folder of a container."""
    title = escape(f"Listing of {label}/{prefix}")
    style = (
        f'<link rel="stylesheet" href="{escape(css, quote=True)}">'
        if css
        else f"<style>{_CSS}</style>"
    )
    up = '<tr><td><a href="../">../</a></td><td></td><td></td></tr>' if prefix else ""
    items = "".join(_row(row, len(prefix)) for row in rows)
    page = (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title}</title>{style}</head>'
        f'<body><h1 id="title">{title}</h1><table id="listing"><tr><th>Name</th>'
        f'<th class="size">Size</th><th>Date</th></tr>{up}{items}</table></body></html>'
    )
    return Reply(page.encode(), 200, {}, "text/html; charset=UTF-8")


def _row(row: ListedObject | Folder, begin: int) -> str:
    name = row.name[begin:]
    # A name with a colon would be taken for an address elsewhere.
    link = f'<a href="./{quote(name)}">{escape(name)}</a>'
    if isinstance(row, Folder):
        return f"<tr><td>{link}</td><td></td><td></td></tr>"
    moment = datetime.fromtimestamp(row.modified_at, UTC).strftime("%Y-%m-%d %H:%M:%S")
    size = row.special.get("bytes", row.size_bytes)
    return f'<tr><td>{link}</td><td class="size">{size}</td><td>{moment}</td></tr>'
