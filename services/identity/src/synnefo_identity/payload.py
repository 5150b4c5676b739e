# SPDX-License-Identifier: Apache-2.0
"""What a token holds: who, for what, since when. Roles are looked up, never carried.

A compact JSON object in a Fernet envelope, which keeps it secret and whole:

=====  ========================================================================
key    meaning
=====  ========================================================================
``u``  user id
``n``  the user's token epoch when it was made
``s``  scope: [kind, id]; absent when unscoped
``m``  methods
``i``  issued, microseconds since the epoch
``e``  expires, microseconds since the epoch
``a``  audit ids: its own, then that of the first of its chain
``c``  the application credential that it was got with; absent without one
``f``  how a browser's login came: [provider, protocol]; absent otherwise
=====  ========================================================================
"""

from __future__ import annotations

import base64
import json
import secrets
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from cryptography.fernet import InvalidToken

from synnefo_core.keys import KeyRing

LONGEST_TOKEN = 2048

RING = "fernet"
"""The key ring of tokens."""


class ScopeKind(StrEnum):
    """What a token may speak for."""

    NONE = "none"
    PROJECT = "project"
    DOMAIN = "domain"
    SYSTEM = "system"


@dataclass(frozen=True)
class Scope:
    """A scope by its ids; ``id`` is empty when unscoped, ``all`` for the system."""

    kind: ScopeKind
    id: str = ""


UNSCOPED = Scope(ScopeKind.NONE)
SYSTEM = Scope(ScopeKind.SYSTEM, "all")


@dataclass(frozen=True)
class Way:
    """By which identity provider, and how, somebody came whom a server in front logged in.

    Attributes:
        protocol: Such as "saml2".
        provider: The login method's name; empty: whichever speaks the protocol.
    """

    protocol: str
    provider: str = ""


@dataclass(frozen=True)
class Payload:
    """A token's content; moments are seconds since the epoch."""

    user_id: str
    epoch: int
    scope: Scope
    methods: tuple[str, ...]
    issued_at: float
    expires_at: float
    audit_ids: tuple[str, ...]
    credential_id: str = ""
    way: Way | None = None


def new_audit_id() -> str:
    """Return an id by which a token can be spoken of without being shown."""
    return base64.urlsafe_b64encode(secrets.token_bytes(16)).rstrip(b"=").decode()


def seal(keys: KeyRing, payload: Payload) -> str:
    """Return a token."""
    content: dict[str, Any] = {
        "u": payload.user_id,
        "n": payload.epoch,
        "m": list(payload.methods),
        "i": round(payload.issued_at * 1e6),
        "e": round(payload.expires_at * 1e6),
        "a": list(payload.audit_ids),
    }
    if payload.scope != UNSCOPED:
        content["s"] = [payload.scope.kind.value, payload.scope.id]
    if payload.credential_id:
        content["c"] = payload.credential_id
    if payload.way is not None:
        content["f"] = [payload.way.provider, payload.way.protocol]
    sealed = keys.fernet().encrypt(json.dumps(content, separators=(",", ":")).encode())
    # As Keystone's: no padding, which shells and cookies dislike.
    return sealed.rstrip(b"=").decode()


def unseal(keys: KeyRing, token: str) -> Payload | None:
    """Return what a token holds, or None when it is not one of ours; says nothing of its time."""
    if len(token) > LONGEST_TOKEN or not token.isascii():
        return None
    padded = token.rstrip("=") + "=" * (-len(token.rstrip("=")) % 4)
    try:
        content = json.loads(keys.fernet().decrypt(padded.encode()))
    except InvalidToken:
        return None
    if "u" not in content:  # sealed for another purpose
        return None
    provider, protocol = content.get("f", ("", ""))
    kind, scope_id = content.get("s", (ScopeKind.NONE, ""))
    return Payload(
        user_id=content["u"],
        epoch=content["n"],
        scope=Scope(ScopeKind(kind), scope_id),
        methods=tuple(content["m"]),
        issued_at=content["i"] / 1e6,
        expires_at=content["e"] / 1e6,
        audit_ids=tuple(content["a"]),
        credential_id=content.get("c", ""),
        way=Way(protocol, provider) if protocol else None,
    )
