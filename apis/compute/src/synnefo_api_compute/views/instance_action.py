# SPDX-License-Identifier: Apache-2.0
"""How the actions of servers are shown."""

from __future__ import annotations

from typing import Any

from synnefo_compute import Action, Event
from synnefo_core.clock import iso_naive


def brief(action: Action) -> dict[str, Any]:
    """Show who asked for what, and whether it failed."""
    return {
        "action": action.name,
        "instance_uuid": action.server_id,
        "request_id": action.request_id,
        "user_id": action.user_id,
        "project_id": action.project_id,
        "start_time": iso_naive(action.started_at),
        "message": action.message or None,
    }


def full(action: Action) -> dict[str, Any]:
    """Show what it consisted of, too."""
    return {**brief(action), "events": [_event(event) for event in action.events]}


def _event(event: Event) -> dict[str, Any]:
    return {
        "event": event.name,
        "start_time": iso_naive(event.started_at),
        "finish_time": iso_naive(event.ended_at) if event.ended_at else None,
        "result": event.result or None,
        "traceback": event.problem or None,
    }
