# SPDX-License-Identifier: Apache-2.0
"""What queries for images look like, in clients of before 2.36."""

from __future__ import annotations

from synnefo_api_compute.schemas.query import NUMBER, WORD, strict

LIST = strict(
    {
        "limit": NUMBER,
        "marker": WORD,
        "minDisk": NUMBER,
        "minRam": NUMBER,
        "name": WORD,
        "server": WORD,
        "status": WORD,
        "type": WORD,
    }
)
