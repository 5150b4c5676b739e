# SPDX-License-Identifier: Apache-2.0
"""What queries for usage look like."""

from __future__ import annotations

from synnefo_api_compute.schemas.query import NUMBER, WORD, strict

SHOW = strict(
    {"detailed": WORD, "end": WORD, "limit": NUMBER, "marker": WORD, "start": WORD},
)
