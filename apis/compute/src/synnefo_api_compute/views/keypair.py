# SPDX-License-Identifier: Apache-2.0
"""How keypairs are shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from synnefo_api_compute.versions import KEYPAIR_TYPES, PREFIX
from synnefo_compute import Keypair, NewKeypair
from synnefo_core.clock import iso_naive
from synnefo_core.context import RequestContext
from synnefo_core.contracts.api import Version


def brief(keypair: Keypair, version: Version) -> dict[str, Any]:
    """Show what a list shows."""
    told = {"type": keypair.type} if version >= KEYPAIR_TYPES else {}
    return told | {
        "name": keypair.name,
        "public_key": keypair.public_key,
        "fingerprint": keypair.fingerprint,
    }


def full(keypair: Keypair, version: Version) -> dict[str, Any]:
    """Show all; Nova fills the fields of rows that it only marks as deleted."""
    return {
        **brief(keypair, version),
        "user_id": keypair.user_id,
        "created_at": iso_naive(keypair.created_at),
        "deleted": False,
        "deleted_at": None,
        "updated_at": None,
        "id": 0,
    }


def next_page(context: RequestContext, last: Keypair, query: Mapping[str, Any]) -> dict[str, Any]:
    """Return the link to what follows the last keypair of a page."""
    following = urlencode({**query, "marker": last.name})
    href = f"{context.cloud.public_url}{PREFIX}/os-keypairs?{following}"
    return {"keypairs_links": [{"rel": "next", "href": href}]}


def created(made: NewKeypair, version: Version) -> dict[str, Any]:
    """Show a new keypair, with the private key if it was made here."""
    shown = {**brief(made.keypair, version), "user_id": made.keypair.user_id}
    if made.private_key:
        shown["private_key"] = made.private_key
    return shown
