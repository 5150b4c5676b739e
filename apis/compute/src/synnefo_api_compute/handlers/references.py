# SPDX-License-Identifier: Apache-2.0
"""How clients refer to images and flavors: by an id, or by a URL that ends with it."""

from __future__ import annotations


def last_part(reference: str) -> str:
    """Return the id from an id or a URL that ends with one."""
    return reference.rstrip("/").rsplit("/", 1)[-1]
