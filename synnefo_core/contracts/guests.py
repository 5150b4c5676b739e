# SPDX-License-Identifier: Apache-2.0
"""What the owner of devices says of them to those who tell nodes of their ports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Guest:
    """Where a device is and what it is told.

    Attributes:
        clusters: Names; several while it moves from one to the other.
        host_name: In DHCP; empty for none.
        files: What it finds at http://169.254.169.254: contents by path without a slash at the
            beginning.
    """

    clusters: frozenset[str]
    host_name: str = ""
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False)
