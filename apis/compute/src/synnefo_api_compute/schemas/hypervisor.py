# SPDX-License-Identifier: Apache-2.0
"""What queries for hypervisors look like."""

from __future__ import annotations

from typing import Any

LIST: dict[str, Any] = {
    "type": "object",
    "properties": {
        "hypervisor_hostname_pattern": {"type": "string", "minLength": 1, "maxLength": 255},
        "limit": {"type": "string", "pattern": "^[0-9]{1,9}$"},
        "marker": {"type": "string", "maxLength": 255},
        "with_servers": {"type": "string", "maxLength": 16},
    },
}
