# SPDX-License-Identifier: Apache-2.0
"""What tokens stand for, remembered in this process until a change makes it untrue.

A hit looks into a dictionary. Twice a second at most, the first to come reads the log of changes
and forgets what it names; so a revocation counts in all processes within a second.

What users are in their scopes is remembered for new tokens alike; but whoever logs in has the log read
first, so that what was done a moment ago in another process counts.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from synnefo_core.cloud import Cloud
from synnefo_core.context import RequestContext, for_worker
from synnefo_core.contracts.directory import Claims
from synnefo_identity import changes, standing as standings, tokens
from synnefo_identity.access_rules import CHECK_TOKEN
from synnefo_identity.changes import Change, Kind, Staleness
from synnefo_identity.ladder import SERVICE
from synnefo_identity.payload import Scope, ScopeKind
from synnefo_identity.standing import Standing
from synnefo_identity.tokens import Proof, Token

Key = TypeVar("Key")
Value = TypeVar("Value")

LOOK_S = 0.4
"""How old the knowledge of changes may be before somebody looks."""

WAIT_S = 0.8
"""How old it may be while somebody is looking, before others wait for that."""

MOST = 10_000
"""How many tokens or standings are remembered; the oldest quarter goes when there are more."""


@dataclass
class Seen:
    """Until which change this process knows the log, and when it looked."""

    number: int = -1
    looked_at: float = float("-inf")


@dataclass(frozen=True)
class Known:
    """A token that was valid, with what it says."""

    token: Token
    claims: Claims

    @property
    def undone_by(self) -> tuple[Change, ...]:
        """The changes that make this untrue."""
        return (
            Change(Kind.TOKEN, self.claims.audit_id),
            Change(Kind.USER, self.claims.user_id),
            Change(Kind.PROJECT, self.claims.project_id or ""),
        )


def _undoing(standing: Standing) -> tuple[Change, ...]:
    """Return the changes that make a standing untrue."""
    project_id = standing.project.id if standing.project else ""
    return Change(Kind.USER, standing.user.id), Change(Kind.PROJECT, project_id)


class KnownTokens:
    """The tokens that this process has met, and the standings of those who logged in."""

    def __init__(self, cloud: Cloud) -> None:
        self._context = for_worker(cloud)
        self._now = cloud.clock.now
        self._staleness = cloud.shared("identity.staleness", Staleness)
        self._entries: dict[str, Known] = {}
        self._standings: dict[tuple[str, Scope], Standing] = {}
        self._seen = Seen()
        self._looking = threading.Lock()
        self._writing = threading.Lock()

    def find(self, text: str) -> Known | None:
        """Return what a token stands for, None when it is not valid."""
        self._look()
        known = self._entries.get(text)
        if known is None:
            return self._check(text)
        if known.claims.expires_at <= self._now():
            return None
        return known

    def _check(self, text: str) -> Known | None:
        number = self._seen.number
        token = tokens.check(self._context, text)
        if token is None:
            return None
        known = Known(token, said_by(token))
        with self._writing:
            # What was read before a change that is known by now may be untrue.
            if number == self._seen.number:
                _keep(self._entries, text, known)
        return known

    def standing(self, user_id: str, scope: Scope) -> Standing | None:
        """Return what a user is in a scope, as the database says now; None when nothing."""
        if self._context.cloud.database.is_writing:  # what it wrote is in no log yet
            with self._context.reading() as session:
                return standings.read(session, user_id, scope)
        with self._looking:
            self._read_log()
        number = self._seen.number
        found = self._standings.get((user_id, scope))
        if found is not None:
            return found
        with self._context.reading() as session:
            found = standings.read(session, user_id, scope)
        with self._writing:
            # Who agrees to the terms of use makes no token untrue, so no change is noted.
            is_kept = number == self._seen.number
            if found is not None and not found.owes_terms and is_kept:
                _keep(self._standings, (user_id, scope), found)
        return found

    def _look(self) -> None:
        """Learn what has changed, unless that was done a moment ago."""
        age_s = time.monotonic() - self._seen.looked_at
        if age_s < LOOK_S and not self._staleness.is_stale:
            return
        if not self._looking.acquire(blocking=age_s > WAIT_S or self._staleness.is_stale):
            return
        try:
            if time.monotonic() - self._seen.looked_at >= LOOK_S or self._staleness.is_stale:
                self._read_log()
        finally:
            self._looking.release()

    def _read_log(self) -> None:
        looked_at = time.monotonic()
        self._staleness.is_stale = False
        found: Sequence[Change] = ()
        with self._context.reading() as session:
            if self._seen.number < 0:
                number = changes.latest(session)
            else:
                number, found = changes.since(session, self._seen.number)
        with self._writing:
            self._forget(found)
            self._seen.number = number
        self._seen.looked_at = looked_at

    def _forget(self, found: Sequence[Change]) -> None:
        if changes.EVERYTHING in found:
            self._entries.clear()
            self._standings.clear()
        elif found:
            named = set(found)
            _drop(self._entries, lambda known: not named.isdisjoint(known.undone_by))
            _drop(self._standings, lambda each: not named.isdisjoint(_undoing(each)))


def _keep(entries: dict[Key, Value], key: Key, value: Value) -> None:
    entries[key] = value
    if len(entries) > MOST:
        for oldest in list(entries)[: MOST // 4]:
            del entries[oldest]


def _drop(entries: dict[Key, Value], is_untrue: Callable[[Value], bool]) -> None:
    for key in [key for key, value in entries.items() if is_untrue(value)]:
        del entries[key]


def known_tokens(cloud: Cloud) -> KnownTokens:
    """Return the tokens that this process has met."""
    return cloud.shared("identity.known_tokens", lambda: KnownTokens(cloud))


def issue(context: RequestContext, proof: Proof, scope: Scope) -> Token:
    """Return a new token.

    Raises:
        Unauthenticated: The user is disabled or has no role in the scope, or there is none.
    """
    found = known_tokens(context.cloud).standing(proof.user_id, scope)
    return tokens.issue(context, proof, scope, found)


def show(context: RequestContext, text: str) -> Token:
    """Return what another token stands for.

    Raises:
        NotFound: It is not valid.
        Forbidden: It is not the caller's own, who is no service or administrator.
    """
    known = known_tokens(context.cloud).find(text)
    is_trusted = context.is_admin or SERVICE in context.roles
    return tokens.visible(context, known.token if known else None, is_trusted=is_trusted)


def said_by(token: Token) -> Claims:
    """Return what a valid token says."""
    standing, scope = token.standing, token.standing.scope
    project, domain, credential = standing.project, standing.domain, standing.credential
    rules = credential.rules if credential else None
    return Claims(
        user_id=standing.user.id,
        user_name=standing.user.name,
        user_domain_id=standing.user.domain_id,
        expires_at=token.payload.expires_at,
        audit_id=token.payload.audit_ids[0],
        project_id=project.id if project else None,
        project_domain_id=project.domain_id if project else None,
        domain_id=domain.id if domain and scope.kind is ScopeKind.DOMAIN else None,
        is_system=scope.kind is ScopeKind.SYSTEM,
        roles=frozenset(role.name for role in standing.roles),
        groups=standing.groups,
        application_credential_id=credential.id if credential else None,
        access_rules=None if rules is None else (CHECK_TOKEN, *(kept.rule for kept in rules)),
    )
