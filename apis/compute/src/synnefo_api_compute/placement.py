# SPDX-License-Identifier: Apache-2.0
"""What a request says of the place of a new server.

Source: docs.openstack.org/api-ref/compute, "Create server"; a cluster is what Nova calls a host.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from synnefo_core.errors import InvalidField

_SERVERS = ("same_host", "different_host")
_FIELDS = ("os:scheduler_hints", "OS-SCH-HNT:scheduler_hints")


def hints(body: Mapping[str, Any]) -> Mapping[str, Sequence[str]]:
    """Return the servers that a new one must be with, or apart from, by the name of the hint.

    Raises:
        InvalidField: A server group is named: there are none.
    """
    given: Mapping[str, Any] = next((body[field] for field in _FIELDS if field in body), {})
    if "group" in given:
        name = "os:scheduler_hints.group"
        raise InvalidField(name, f"server group {given['group']} could not be found")
    return {name: _listed(given[name]) for name in _SERVERS if name in given}


def _listed(servers: str | list[str]) -> Sequence[str]:
    return [servers] if isinstance(servers, str) else servers
