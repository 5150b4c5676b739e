# SPDX-License-Identifier: Apache-2.0
"""How the actions of servers are shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from synnefo_api_compute.versions import ACTION_PAGES, EVENT_DETAILS, EVENT_HOSTS, PREFIX
from synnefo_compute import Action, Event
from synnefo_core.clock import iso_naive
from synnefo_core.context import RequestContext
from synnefo_core.contracts.api import Version


def brief(action: Action, version: Version) -> dict[str, Any]:
    """Show who asked for what, and whether it failed."""
    told = {"updated_at": iso_naive(action.updated_at)} if version >= ACTION_PAGES else {}
    return told | {
        "action": action.name,
        "instance_uuid": action.server_id,
        "request_id": action.request_id,
        "user_id": action.user_id,
        "project_id": action.project_id,
        "start_time": iso_naive(action.started_at),
        "message": action.message or None,
    }


def full(action: Action, version: Version, *, has_tracebacks: bool) -> dict[str, Any]:
    """Show what it consisted of, too; why it failed is not for everybody."""
    events = [_event(event, version) for event in action.events]
    if has_tracebacks:
        for shown, event in zip(events, action.events, strict=True):
            shown["traceback"] = event.problem or None
    return {**brief(action, version), "events": events}


def _event(event: Event, version: Version) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "event": event.name,
        "start_time": iso_naive(event.started_at),
        "finish_time": iso_naive(event.ended_at) if event.ended_at else None,
        "result": event.result or None,
    }
    if version >= EVENT_HOSTS:
        shown["hostId"] = ""  # workers, not nodes, do it
    if version >= EVENT_DETAILS:
        shown["details"] = None
    return shown


def next_page(context: RequestContext, last: Action, query: Mapping[str, Any]) -> dict[str, Any]:
    """Return the link to what follows the last action of a page."""
    following = urlencode({**query, "marker": last.request_id})
    path = f"{PREFIX}/servers/{last.server_id}/os-instance-actions"
    return {"links": [{"rel": "next", "href": f"{context.cloud.public_url}{path}?{following}"}]}
