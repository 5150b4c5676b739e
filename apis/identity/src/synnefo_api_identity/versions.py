# SPDX-License-Identifier: Apache-2.0
"""The documents by which clients discover the API.

Source: Identity API reference, "API versions".
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from synnefo_core.context import RequestContext

PREFIX = "/identity/v3"


def version(base: str) -> dict[str, Any]:
    """Return what is to be known of version 3."""
    return {
        "id": "v3.14",
        "status": "stable",
        "updated": "2020-04-07T00:00:00Z",
        "links": [{"rel": "self", "href": f"{base}{PREFIX}/"}],
        "media-types": [
            {
                "base": "application/json",
                "type": "application/vnd.openstack.identity-v3+json",
            }
        ],
    }


def index(base: str) -> tuple[int, Any]:
    """Return all versions, with Keystone's status "multiple choices"."""
    return HTTPStatus.MULTIPLE_CHOICES, {"versions": {"values": [version(base)]}}


def show(context: RequestContext) -> dict[str, Any]:
    """Return the version at its own address."""
    return {"version": version(context.cloud.public_url)}
