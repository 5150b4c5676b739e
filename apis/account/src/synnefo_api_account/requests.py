# SPDX-License-Identifier: Apache-2.0
"""From bodies and queries to values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import synnefo_identity
from synnefo_core.errors import InvalidField, NotFound
from synnefo_identity import Page

Body = Mapping[str, Any]


def wish(body: Body) -> synnefo_identity.project_life.Wish:
    """Return what an application asks for."""
    return synnefo_identity.project_life.Wish(
        name=body.get("name"),
        owner_id=body.get("owner"),
        homepage=body.get("homepage"),
        description=body.get("description"),
        starts_at=_moment("start_date", body.get("start_date")),
        ends_at=_moment("end_date", body.get("end_date")),
        join_policy=body.get("join_policy"),
        leave_policy=body.get("leave_policy"),
        max_members=body.get("max_members"),
        is_private=body.get("private"),
        limits={
            name: synnefo_identity.project_life.Limits(
                each["project_capacity"], each["member_capacity"]
            )
            for name, each in (body.get("resources") or {}).items()
        },
        comments=body.get("comments") or "",
    )


def _moment(field: str, text: str | None) -> float | None:
    """Return the seconds since the epoch of an ISO 8601 time; without a zone it is UTC."""
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError) as cause:
        raise InvalidField(field, "must be a time such as 2026-01-31T12:00:00Z") from cause


def action(body: Body) -> tuple[str, str, int | None]:
    """Return which action on a project, why, and on which application of it."""
    ((name, told),) = body.items()
    if not isinstance(told, Mapping):
        return name, told or "", None
    return name, told.get("reason") or "", told.get("app_id")


def selection(query: Body) -> synnefo_identity.project_life.Selection:
    """Return what a list of projects leaves in."""
    return synnefo_identity.project_life.Selection(
        mode=synnefo_identity.project_life.Mode(query.get("mode", "default")),
        states=_several(query, "state"),
        owners=_several(query, "owner"),
        names=_several(query, "name"),
    )


def _several(query: Body, name: str) -> list[str]:
    return [each for each in query.get(name, "").split(",") if each]


def page(query: Body) -> Page:
    """Return which page of a list is asked for."""
    limit = query.get("limit")
    return Page(limit=None if limit is None else int(limit), marker=query.get("marker"))


def number(noun: str, text: str) -> int:
    """Return the id of a thing that is numbered.

    Raises:
        NotFound: No number that we give is as large.
    """
    if len(text) > 18:
        raise NotFound(noun, text)
    return int(text)
