# SPDX-License-Identifier: Apache-2.0
"""Login methods of an account as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import synnefo_identity
from synnefo_core.clock import iso


def methods(shown: Sequence[synnefo_identity.links.MethodOfAccount]) -> dict[str, Any]:
    """Show all methods, and the names of those that the user is asked to link."""
    missing = [each.name for each in shown if each.is_missing]
    return {"methods": [method(each) for each in shown], "missing": missing}


def method(shown: synnefo_identity.links.MethodOfAccount) -> dict[str, Any]:
    """Show a method, what may be done with it and what is linked."""
    return {
        "name": shown.name,
        "kind": shown.kind,
        "protocol": shown.protocol or None,
        "policy": asdict(shown.policy),
        "links": [_link(each) for each in shown.links],
    }


def _link(shown: synnefo_identity.links.Link) -> dict[str, Any]:
    return {
        "subject": shown.subject,
        "issuer": shown.issuer or None,
        "linked_at": _moment(shown.linked_at),
        "last_login_at": _moment(shown.last_login_at),
        "attributes": dict(shown.told),
        "governs": list(shown.forced),
    }


def _moment(seconds: float | None) -> str | None:
    return None if seconds is None else iso(seconds)
