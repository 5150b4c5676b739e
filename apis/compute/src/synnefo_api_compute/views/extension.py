# SPDX-License-Identifier: Apache-2.0
"""How extensions are shown."""

from __future__ import annotations

from typing import Any


def full(alias: str, name: str) -> dict[str, Any]:
    """Show an extension; namespace and moment are what Nova says of each."""
    return {
        "alias": alias,
        "name": name,
        "description": "",
        "namespace": "http://docs.openstack.org/compute/ext/fake_xml",
        "updated": "2014-12-03T00:00:00Z",
        "links": [],
    }
