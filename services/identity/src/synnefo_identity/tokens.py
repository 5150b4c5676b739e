# SPDX-License-Identifier: Apache-2.0
"""Tokens: issued after a login, shown, given back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from sqlalchemy import delete
from sqlalchemy.orm import Session

from synnefo_core.context import RequestContext
from synnefo_core.errors import Forbidden, NotFound, Unauthenticated
from synnefo_core.keys import key_ring
from synnefo_identity import (
    application_credentials,
    changes,
    methods,
    service_tokens,
    standing as standings,
)
from synnefo_identity.changes import Change, Kind
from synnefo_identity.models import RevocationRow, UserRow
from synnefo_identity.payload import RING, Payload, Scope, Way, new_audit_id, seal, unseal
from synnefo_identity.standing import Standing


@dataclass(frozen=True)
class Proof:
    """That somebody is a user, and by what: a login's outcome.

    Attributes:
        user_id: Who.
        methods: What was shown.
        expires_at: When the token ends, if not after the usual time: a token made from
            another one lives no longer.
        parent_audit_id: The first token of the chain.
        credential_id: The application credential that was shown; its limits stay.
        way: How a browser's login came.
    """

    user_id: str
    methods: tuple[str, ...]
    expires_at: float | None = None
    parent_audit_id: str = ""
    credential_id: str = ""
    way: Way | None = None


@dataclass(frozen=True)
class Token:
    """A valid token and what it stands for now."""

    text: str = field(repr=False)
    payload: Payload
    standing: Standing


def issue(context: RequestContext, proof: Proof, scope: Scope, standing: Standing | None) -> Token:
    """Return a new token of somebody who has this standing in the scope.

    Raises:
        Unauthenticated: That is none, or none is left of it.
    """
    found = _narrowed(context, standing, proof.credential_id)
    if found is None:
        raise Unauthenticated
    if found.owes_terms:
        msg = "pending approval terms: agree to the terms of use first, by an unscoped token"
        raise Unauthenticated(msg)
    # Microseconds are what a token can carry: it must say the same now and when it is read.
    now = round(context.now(), 6)
    ends = [round(now + context.cloud.config.identity.token_lifetime_s, 6)]
    ends += [proof.expires_at] if proof.expires_at else []
    if found.credential is not None and found.credential.expires_at is not None:
        ends.append(found.credential.expires_at)
    audit_ids = (new_audit_id(), proof.parent_audit_id)
    payload = Payload(
        user_id=proof.user_id,
        epoch=found.epoch,
        scope=scope,
        methods=tuple(dict.fromkeys(proof.methods)),
        issued_at=now,
        expires_at=min(ends),
        audit_ids=tuple(each for each in audit_ids if each),
        credential_id=proof.credential_id,
        way=proof.way,
    )
    return Token(seal(key_ring(context.cloud, RING), payload), payload, found)


def check(context: RequestContext, text: str) -> Token | None:
    """Return what a token stands for, None when it is forged, expired, revoked or outdated."""
    payload = read(context, text)
    if payload is None or payload.expires_at <= context.now():
        return None
    with context.reading() as session:
        if session.get(RevocationRow, payload.audit_ids[0]) is not None:
            return None
        standing = standings.read(session, payload.user_id, payload.scope)
        found = _narrowed(context, standing, payload.credential_id)
    if found is None or found.epoch != payload.epoch or found.owes_terms:
        return None
    return Token(text, payload, found)


def why_not(context: RequestContext, text: str) -> str:
    """Return why a token is not valid (AST-040), which only who has a token of ours learns."""
    payload = read(context, text)
    if payload is None:
        return "the token is not valid"
    if payload.expires_at <= context.now():
        return "the token has expired"
    with context.reading() as session:
        user = session.get(UserRow, payload.user_id)
        if user is None or not user.is_enabled:
            return "the user is not active"
        found = standings.read(session, payload.user_id, payload.scope)
    if found is not None and found.epoch == payload.epoch and found.owes_terms:
        return "pending approval terms"
    return "the token is not valid any more"


def read(context: RequestContext, text: str) -> Payload | None:
    """Return what a token says, None when it is forged; says nothing of whether it is good."""
    if service_tokens.is_one(text):
        with context.reading() as session:
            return service_tokens.read(session, text)
    return unseal(key_ring(context.cloud, RING), text)


def _narrowed(
    context: RequestContext, standing: Standing | None, credential_id: str
) -> Standing | None:
    """Return a standing with the password's end, and what a credential leaves of it."""
    if standing is None:
        return None
    user_id = standing.user.id
    ends = methods.ends(context.cloud, [user_id])
    if ends:
        user = replace(standing.user, password_expires_at=ends.get(user_id))
        standing = replace(standing, user=user)
    if not credential_id:
        return standing
    with context.reading() as session:
        return application_credentials.narrowed(session, standing, credential_id, context.now())


def revoke(context: RequestContext, text: str) -> None:
    """Make a token invalid, in all processes within a second.

    Raises:
        NotFound: It is not valid.
        Forbidden: It is not the caller's own, who is no administrator.
    """
    token = visible(context, check(context, text), is_trusted=context.is_admin)
    with context.unit_of_work() as session:
        revoke_id(context, session, token.payload.audit_ids[0], token.payload.expires_at)


def visible(context: RequestContext, token: Token | None, *, is_trusted: bool) -> Token:
    """Return a token if it is valid, and the caller's own or the caller is trusted.

    Raises:
        NotFound: It is not valid.
        Forbidden: It is not for this caller.
    """
    if token is None:
        raise NotFound("token")
    if not is_trusted and token.payload.user_id != context.user_id:
        raise Forbidden
    return token


def revoke_id(context: RequestContext, session: Session, audit_id: str, expires_at: float) -> None:
    """Make the token of an audit id invalid; a second time changes nothing."""
    if session.get(RevocationRow, audit_id) is None:
        session.add(RevocationRow(audit_id=audit_id, expires_at=expires_at))
        changes.note(context, session, Change(Kind.TOKEN, audit_id))


def forget_revocations(context: RequestContext, session: Session) -> None:
    """Delete revocations of tokens that have ended anyway."""
    session.execute(delete(RevocationRow).where(RevocationRow.expires_at < context.now()))


def renewed(token: Token, methods: Iterable[str]) -> Proof:
    """Return the proof that a valid token is."""
    return Proof(
        user_id=token.payload.user_id,
        methods=(*methods, *token.payload.methods),
        expires_at=token.payload.expires_at,
        parent_audit_id=token.payload.audit_ids[-1],
        credential_id=token.payload.credential_id,
        way=token.payload.way,
    )
