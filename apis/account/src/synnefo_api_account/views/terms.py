# SPDX-License-Identifier: Apache-2.0
"""How the terms of use are shown."""

from __future__ import annotations

from typing import Any

import synnefo_identity
from synnefo_core.clock import iso


def full(terms: synnefo_identity.terms.Terms) -> dict[str, Any]:
    """Show a version."""
    return {
        "version": terms.version,
        "location": terms.location,
        "published_at": iso(terms.published_at),
    }
