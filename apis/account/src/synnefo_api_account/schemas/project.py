# SPDX-License-Identifier: Apache-2.0
"""What requests about projects and memberships look like."""

from __future__ import annotations

from typing import Any

AMOUNT: dict[str, Any] = {"type": "integer", "minimum": 0, "maximum": 2**63 - 1}
MOMENT: dict[str, Any] = {"type": ["string", "null"], "maxLength": 64}
POLICY: dict[str, Any] = {"enum": ["auto", "moderated", "closed", None]}
REASON: dict[str, Any] = {"type": ["string", "null"], "maxLength": 4096}
ID: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": 64}

LIMITS: dict[str, Any] = {
    "type": "object",
    "properties": {"project_capacity": AMOUNT, "member_capacity": AMOUNT},
    "required": ["project_capacity", "member_capacity"],
    "additionalProperties": False,
}

WISH: dict[str, Any] = {
    "type": "object",
    "properties": {
        "name": {"type": ["string", "null"], "maxLength": 255},
        "owner": {"type": ["string", "null"], "maxLength": 64},
        "homepage": {"type": ["string", "null"], "maxLength": 255},
        "description": {"type": ["string", "null"], "maxLength": 4096},
        "comments": {"type": ["string", "null"], "maxLength": 4096},
        "start_date": MOMENT,
        "end_date": MOMENT,
        "join_policy": POLICY,
        "leave_policy": POLICY,
        "max_members": {"type": ["integer", "null"], "minimum": 0, "maximum": 2**63 - 1},
        "private": {"type": ["boolean", "null"]},
        "resources": {
            "type": ["object", "null"],
            "maxProperties": 1000,
            "additionalProperties": LIMITS,
        },
    },
    "additionalProperties": False,
}

_ABOUT_PROJECT: dict[str, Any] = {
    "type": ["object", "string", "null"],
    "properties": {"reason": REASON},
    "additionalProperties": False,
}
_ABOUT_APPLICATION: dict[str, Any] = {
    "type": ["object", "string", "null"],
    "properties": {
        "reason": REASON,
        "app_id": {"type": ["integer", "null"], "minimum": 1, "maximum": 2**63 - 1},
    },
    "additionalProperties": False,
}

ACTION: dict[str, Any] = {
    "type": "object",
    "properties": {
        **dict.fromkeys(("suspend", "unsuspend", "terminate", "reinstate"), _ABOUT_PROJECT),
        **dict.fromkeys(("approve", "deny", "dismiss", "cancel"), _ABOUT_APPLICATION),
    },
    "minProperties": 1,
    "maxProperties": 1,
    "additionalProperties": False,
}

LIST: dict[str, Any] = {
    "type": "object",
    "properties": {
        "mode": {"enum": ["default", "member", "related", "active"]},
        "state": {"type": "string", "maxLength": 255},
        "owner": {"type": "string", "maxLength": 4096},
        "name": {"type": "string", "maxLength": 4096},
        "limit": {"type": "string", "pattern": "^[1-9][0-9]{0,5}$"},
        "marker": ID,
    },
    "additionalProperties": False,
}

COME: dict[str, Any] = {
    "type": "object",
    "properties": {
        "join": {
            "type": "object",
            "properties": {"project": ID, "reason": REASON},
            "required": ["project"],
            "additionalProperties": False,
        },
        "enroll": {
            "type": "object",
            "properties": {
                "project": ID,
                "user": {"type": "string", "minLength": 1, "maxLength": 255},
                "reason": REASON,
            },
            "required": ["project", "user"],
            "additionalProperties": False,
        },
    },
    "minProperties": 1,
    "maxProperties": 1,
    "additionalProperties": False,
}

MEMBER_ACTION: dict[str, Any] = {
    "type": "object",
    "properties": dict.fromkeys(
        ("leave", "cancel", "accept", "reject", "remove", "suspend", "unsuspend"), REASON
    ),
    "minProperties": 1,
    "maxProperties": 1,
    "additionalProperties": False,
}

MEMBER_LIST: dict[str, Any] = {
    "type": "object",
    "properties": {
        "project": ID,
        "limit": {"type": "string", "pattern": "^[1-9][0-9]{0,5}$"},
        "marker": {"type": "string", "pattern": "^[0-9]{1,18}$"},
    },
    "additionalProperties": False,
}
