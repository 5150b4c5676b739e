# SPDX-License-Identifier: Apache-2.0
"""From where to where servers were moved.

Source: docs.openstack.org/api-ref/compute, "Migrations (os-migrations)" and "Server migrations
(servers, migrations)".
"""

from __future__ import annotations

from typing import Any

import synnefo_compute
from synnefo_api_compute import queries
from synnefo_api_compute.versions import CHANGES_BEFORE, MIGRATION_OWNERS, MIGRATION_PAGES
from synnefo_api_compute.views import migration as view
from synnefo_compute import ChoiceOfMoves
from synnefo_core.context import RequestContext
from synnefo_core.contracts.api import Version
from synnefo_core.errors import InvalidField

_COLUMNS = {"instance_uuid": "server_id"}
_COLUMNS_OF_OWNERS = {**_COLUMNS, "project_id": "project_id", "user_id": "user_id"}


def index(context: RequestContext, query: dict[str, Any], version: Version) -> dict[str, Any]:
    """Answer ``GET /os-migrations``: newest first."""
    choice = _choice(context, query, version)
    moves = synnefo_compute.list_moves(context, choice)
    body = {"migrations": [view.shown(context, move, version) for move in moves]}
    is_full = version >= MIGRATION_PAGES and moves and len(moves) == choice.limit
    return body | (view.next_page(context, moves[-1], query) if is_full else {})


def _choice(context: RequestContext, query: dict[str, Any], version: Version) -> ChoiceOfMoves:
    columns = _COLUMNS_OF_OWNERS if version >= MIGRATION_OWNERS else _COLUMNS
    is_paged = version >= MIGRATION_PAGES
    since = queries.moment("changes-since", query) if is_paged else None
    before = queries.moment("changes-before", query) if version >= CHANGES_BEFORE else None
    if since is not None and before is not None and before < since:
        name = "changes-since"
        raise InvalidField(name, "changes-since is later than changes-before")
    return ChoiceOfMoves(
        limit=queries.limit(context, query) if is_paged else None,
        marker=query.get("marker", "") if is_paged else "",
        columns={column: query[name] for name, column in columns.items() if name in query},
        kind=query.get("migration_type", ""),
        status=query.get("status", ""),
        source=query.get("source_compute", ""),
        place=query.get("host", ""),
        changed_since=since,
        changed_before=before,
    )


def of_server(context: RequestContext, server_id: str, version: Version) -> dict[str, Any]:
    """Answer ``GET /servers/{server_id}/migrations``: the live ones that are under way."""
    moves = synnefo_compute.list_live_moves(context, server_id)
    return {"migrations": [view.of_server(move, version) for move in moves]}


def show(
    context: RequestContext, server_id: str, migration_id: str, version: Version
) -> dict[str, Any]:
    """Answer ``GET /servers/{server_id}/migrations/{migration_id}``."""
    move = synnefo_compute.show_live_move(context, server_id, migration_id)
    return {"migration": view.of_server(move, version)}
