# SPDX-License-Identifier: Apache-2.0
"""What queries for hypervisors look like."""

from __future__ import annotations

from synnefo_api_compute.schemas.query import NUMBER, WORD, strict

LIST = strict(
    {
        "hypervisor_hostname_pattern": {**WORD, "minLength": 1},
        "limit": NUMBER,
        "marker": WORD,
        "with_servers": WORD,
    }
)

SHOW = strict({"with_servers": WORD})
