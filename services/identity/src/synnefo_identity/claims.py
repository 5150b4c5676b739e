# SPDX-License-Identifier: Apache-2.0
"""Claims by token, remembered in this process until a change makes them untrue.

A hit looks into a dictionary. Twice a second at most, the first to come reads the log of changes
and forgets what it names; so a revocation counts in all processes within a second.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from synnefo_core.cloud import Cloud
from synnefo_core.context import for_worker
from synnefo_core.contracts.directory import Claims
from synnefo_identity import changes, tokens
from synnefo_identity.changes import Change, Kind, Staleness
from synnefo_identity.payload import ScopeKind
from synnefo_identity.tokens import Token

LOOK_S = 0.4
"""How old the knowledge of changes may be before somebody looks."""

WAIT_S = 0.8
"""How old it may be while somebody is looking, before others wait for that."""

MOST = 20_000
"""How many tokens are remembered; the oldest quarter goes when there are more."""


@dataclass
class Seen:
    """Until which change this process knows the log, and when it looked."""

    number: int = -1
    looked_at: float = float("-inf")


@dataclass(frozen=True)
class _Entry:
    claims: Claims
    audit_id: str = field(repr=False)


class ClaimsCache:
    """The claims of the tokens that this process has met."""

    def __init__(self, cloud: Cloud) -> None:
        self._context = for_worker(cloud)
        self._now = cloud.clock.now
        self._staleness = cloud.shared("identity.staleness", Staleness)
        self._entries: dict[str, _Entry] = {}
        self._seen = Seen()
        self._looking = threading.Lock()
        self._writing = threading.Lock()

    def claims(self, token: str) -> Claims | None:
        """Return what a token says, None when it is not valid."""
        self._look()
        entry = self._entries.get(token)
        if entry is None:
            return self._find(token)
        if entry.claims.expires_at <= self._now():
            return None
        return entry.claims

    def _find(self, text: str) -> Claims | None:
        number = self._seen.number
        token = tokens.check(self._context, text)
        if token is None:
            return None
        entry = _Entry(said_by(token), token.payload.audit_ids[0])
        with self._writing:
            # What was read before a change that is known by now may be untrue.
            if number == self._seen.number:
                self._entries[text] = entry
            if len(self._entries) > MOST:
                for oldest in list(self._entries)[: MOST // 4]:
                    del self._entries[oldest]
        return entry.claims

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
        elif found:
            named = set(found)
            untrue = [text for text, e in self._entries.items() if not named.isdisjoint(_of(e))]
            for text in untrue:
                del self._entries[text]


def _of(entry: _Entry) -> tuple[Change, ...]:
    """Return the changes that make an entry untrue."""
    return (
        Change(Kind.TOKEN, entry.audit_id),
        Change(Kind.USER, entry.claims.user_id),
        Change(Kind.PROJECT, entry.claims.project_id or ""),
    )


def said_by(token: Token) -> Claims:
    """Return what a valid token says."""
    standing, scope = token.standing, token.standing.scope
    project, domain = standing.project, standing.domain
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
    )
