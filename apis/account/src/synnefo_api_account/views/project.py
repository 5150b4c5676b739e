# SPDX-License-Identifier: Apache-2.0
"""How projects, applications and memberships are shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import synnefo_identity
from synnefo_core.clock import iso
from synnefo_core.contracts.quota import UNLIMITED


def full(life: synnefo_identity.project_life.Life) -> dict[str, Any]:
    """Show a project."""
    return {
        "id": life.id,
        "name": life.name,
        "state": life.state,
        "owner": life.owner_id,
        "homepage": life.homepage,
        "description": life.description,
        "creation_date": iso(life.created_at),
        "end_date": _moment(life.ends_at),
        "join_policy": life.join_policy,
        "leave_policy": life.leave_policy,
        "max_members": _bounded(life.max_members),
        "private": life.is_private,
        "system_project": life.is_personal,
        "resources": _resources(life.limits),
        "last_application": None if life.application is None else _application(life.application),
    }


def applied(application: synnefo_identity.project_life.Application) -> dict[str, Any]:
    """Show where an application went."""
    return {"id": application.project_id, "application": application.id}


def member(shown: synnefo_identity.project_life.Member) -> dict[str, Any]:
    """Show a membership."""
    return {
        "id": shown.id,
        "project": shown.project_id,
        "user": shown.user_id,
        "state": shown.state,
        "requested": _moment(shown.requested_at),
        "accepted": _moment(shown.accepted_at),
        "changed": _moment(shown.changed_at),
        "allowed_actions": list(shown.actions),
    }


def _application(shown: synnefo_identity.project_life.Application) -> dict[str, Any]:
    """Show an application: what it would change, and what was said."""
    wish = shown.wish
    asked = {
        "name": wish.name,
        "owner": wish.owner_id,
        "homepage": wish.homepage,
        "description": wish.description,
        "start_date": _moment(wish.starts_at),
        "end_date": _moment(wish.ends_at),
        "join_policy": wish.join_policy,
        "leave_policy": wish.leave_policy,
        "max_members": None if wish.max_members is None else _bounded(wish.max_members),
        "private": wish.is_private,
        "resources": _resources(wish.limits) or None,
    }
    return {
        "id": shown.id,
        "state": shown.state,
        "applicant": shown.applicant_id,
        "issue_date": iso(shown.issued_at),
        "response_date": _moment(shown.resolved_at),
        "comments": wish.comments,
        "response": shown.reason,
        **{name: value for name, value in asked.items() if value is not None},
    }


def _resources(limits: Mapping[str, synnefo_identity.project_life.Limits]) -> dict[str, Any]:
    return {
        name: {"project_capacity": each.of_project, "member_capacity": each.of_member}
        for name, each in sorted(limits.items())
    }


def _bounded(most: int) -> int | None:
    return None if most == UNLIMITED else most


def _moment(seconds: float | None) -> str | None:
    return None if seconds is None else iso(seconds)
