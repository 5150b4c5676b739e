# SPDX-License-Identifier: Apache-2.0
"""Envelopes: what we give out to get it back unread and unchanged, for one purpose and a time.

They are sealed with the keys of tokens; the purpose keeps one from being taken for another.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from cryptography.fernet import InvalidToken

from synnefo_core.context import RequestContext
from synnefo_core.keys import key_ring
from synnefo_identity.payload import RING

LONGEST = 16 * 1024


def seal(
    context: RequestContext, purpose: str, content: Mapping[str, Any], *, lasts_s: float
) -> str:
    """Return an envelope; as in tokens there is no padding, which cookies and URLs dislike."""
    sealed = {**content, "for": purpose, "ends": context.now() + lasts_s}
    return key_ring(context.cloud, RING).seal(json.dumps(sealed)).rstrip("=")


def unseal(context: RequestContext, purpose: str, sealed: str) -> dict[str, Any] | None:
    """Return what is in an envelope, None when it is forged, too old, or for something else."""
    if len(sealed) > LONGEST or not sealed.isascii():
        return None
    padded = sealed + "=" * (-len(sealed) % 4)
    try:
        opened = key_ring(context.cloud, RING).fernet().decrypt(padded.encode())
    except InvalidToken:
        return None
    content: dict[str, Any] = json.loads(opened)
    if content.get("for") != purpose or content["ends"] <= context.now():
        return None
    return content
