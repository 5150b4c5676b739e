# SPDX-License-Identifier: Apache-2.0
"""What a request says of the place of a new server.

Source: docs.openstack.org/api-ref/compute, "Create server"; a cluster is what Nova calls a host.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

_SERVERS = ("same_host", "different_host")
_FIELDS = ("os:scheduler_hints", "OS-SCH-HNT:scheduler_hints")


def hints(body: Mapping[str, Any]) -> Mapping[str, Sequence[str]]:
    """Return the servers that a new one must be with, or apart from, by the name of the hint."""
    given = all_hints(body)
    return {name: _listed(given[name]) for name in _SERVERS if name in given}


def group(body: Mapping[str, Any]) -> str:
    """Return the server group that a new server comes to; empty for none."""
    return str(all_hints(body).get("group", ""))


def all_hints(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return all hints as they were given, those that mean nothing here too."""
    return next((body[field] for field in _FIELDS if field in body), {})


def _listed(servers: str | list[str]) -> Sequence[str]:
    return [servers] if isinstance(servers, str) else servers
