# SPDX-License-Identifier: Apache-2.0
"""What queries for limits look like."""

from __future__ import annotations

from synnefo_api_compute.schemas.query import WORD, strict

SHOW = strict({"tenant_id": WORD, "reserved": {"type": "string", "maxLength": 16}})
