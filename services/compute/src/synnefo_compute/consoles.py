# SPDX-License-Identifier: Apache-2.0
"""Let users at the screens of their servers, by tokens that are good once and for a short time.

Only the hash of a token is kept. It stands for the user who asked, in the project in which they
did; when it is used, all that let them have it is looked at again. It dies with its server, and
when that is stopped, even if it is started again.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

import synnefo_backends
from synnefo_compute import locks, names, policies, states
from synnefo_compute.models import ActionRow, ConsoleRow, ServerRow
from synnefo_compute.rows import is_told, owned
from synnefo_core.cloud import Cloud
from synnefo_core.context import RequestContext, for_worker
from synnefo_core.contracts.compute import (
    BackendUnavailable,
    ComputeBackend,
    Console,
    ConsoleKind,
    InstanceMissing,
    RequestRefused,
)
from synnefo_core.db.session import changed_rows
from synnefo_core.errors import Invalid, InvalidState, Unauthenticated, Unavailable

log = logging.getLogger(__name__)

NOVNC = "novnc"
"""The kind of console that there is: VNC in a WebSocket."""

_CONNECT_S = 10.0
_ENDING = frozenset({states.STOPPING, states.DELETING})
_DEADLY = (states.STOP.action, "delete")


class ConsoleUnavailable(Invalid):
    """A server has no console of the kind that was asked for."""

    code = "console_unavailable"

    def __init__(self, kind: str) -> None:
        """Name the kind, in the API's words."""
        super().__init__(f"unavailable console type {kind}")
        self.kind = kind


@dataclass(frozen=True)
class Screen:
    """Where the screen of a server is, and who may look at it."""

    server_id: str
    user_id: str
    host: str
    port: int


def open_console(context: RequestContext, server_id: str, kind: str = NOVNC) -> str:
    """Return the address at which the caller gets at a server's screen, once and soon.

    Raises:
        NotFound: The caller has none of this id.
        ConsoleUnavailable: It has no console of this kind.
        InvalidState: It does not run.
        Forbidden: The token is not scoped to a project, or the server is suspended.
    """
    project_id, token = context.require_project(), secrets.token_urlsafe(32)
    with context.unit_of_work() as session:
        row = owned(context, session, server_id)
        has_any = synnefo_backends.has_facet(context, row.backend_id, "consoles")
        if kind != NOVNC or not has_any:
            raise ConsoleUnavailable(kind)
        locks.require_not_suspended(context, row)
        _require_running(row)
        now = context.now()
        console = ConsoleRow(
            token_hash=_hash(token),
            server_id=server_id,
            user_id=context.user_id,
            project_id=project_id,
            created_at=now,
            expires_at=now + context.cloud.config.console.token_s,
        )
        session.add(console)
    return address(context.cloud, token)


def address(cloud: Cloud, token: str) -> str:
    """Return the address of a console, in the form that noVNC's pages understand."""
    section = cloud.config.console
    base = section.base_url
    if not base:
        public = urlsplit(cloud.public_url)
        scheme = "https" if section.certificate_file else "http"
        host = f"[{public.hostname}]" if ":" in (public.hostname or "") else public.hostname
        base = f"{scheme}://{host}:{section.port}/vnc_lite.html"
    query = urlencode({"path": f"?token={token}"})
    return f"{base}{'&' if '?' in base else '?'}{query}"


def enter_console(cloud: Cloud, token: str) -> Screen:
    """Spend a token: return where the screen of its server is now.

    A token is spent by the first who shows it, whatever comes of it.

    Raises:
        Unauthenticated: It is unknown, spent, too old, or its user may not have it any more.
        InvalidState: The server does not run.
        ConsoleUnavailable: It has no screen that can be reached.
        Unavailable: Its cluster does not answer.
    """
    with for_worker(cloud).unit_of_work() as session:
        row = _spent(session, _hash(token), now=cloud.clock.now())
    if row is None:
        raise _refused()
    context = _present(cloud, row)
    with context.reading() as session:
        server = session.get(ServerRow, row.server_id)
        if server is None or server.is_deleted or _was_ended(session, row):
            raise _refused()
        if not context.is_admin and server.project_id != row.project_id:
            raise _refused()
        if not is_told(context, server):
            raise _refused()
        if server.locked_by == locks.SUSPENDED and not context.is_admin:
            raise _refused()
        _require_running(server)
        backend_id = server.backend_id
    console = _ask_cluster(context, backend_id, row.server_id)
    if console is None or console.kind is not ConsoleKind.VNC:
        raise ConsoleUnavailable(NOVNC)
    return Screen(row.server_id, row.user_id, console.host, console.port)


def _spent(session: Session, token_hash: str, *, now: float) -> ConsoleRow | None:
    """Mark a token as used; None when it is not to be used (any more)."""
    statement = (
        update(ConsoleRow)
        .where(ConsoleRow.token_hash == token_hash)
        .where(ConsoleRow.used_at == 0.0, ConsoleRow.expires_at > now)
        .values(used_at=now)
    )
    if changed_rows(session, statement) != 1:
        return None
    row = session.get_one(ConsoleRow, token_hash)
    session.expunge(row)
    return row


def _present(cloud: Cloud, row: ConsoleRow) -> RequestContext:
    """Return who asked for a token, with the roles that they have by now.

    Raises:
        Unauthenticated: With these they would not get one.
    """
    directory = cloud.directory
    roles = directory.roles(row.user_id, row.project_id) if directory else frozenset[str]()
    context = RequestContext(
        cloud=cloud, user_id=row.user_id, project_id=row.project_id, roles=roles
    )
    if not cloud.policy.allows(context, policies.OPEN_CONSOLE):
        raise _refused()
    return context


def _was_ended(session: Session, row: ConsoleRow) -> bool:
    """Whether somebody had the server stopped or removed since the token was made."""
    query = select(ActionRow.id).where(
        ActionRow.server_id == row.server_id,
        ActionRow.started_at >= row.created_at,
        ActionRow.name.in_(_DEADLY),
    )
    return session.scalars(query.limit(1)).first() is not None


def _require_running(row: ServerRow) -> None:
    noun, action = "server", "open the console of"
    if row.task_state in _ENDING:
        raise InvalidState(noun, f"in task {row.task_state}", action)
    if row.vm_state not in states.RUNNABLE:
        raise InvalidState(noun, row.vm_state, action)


def _ask_cluster(context: RequestContext, backend_id: str, server_id: str) -> Console | None:
    name = names.of_instance(context.cloud, server_id)

    def find(backend: ComputeBackend) -> Console | None:
        if backend.consoles is None:
            return None
        return backend.consoles.console(name, timeout_s=_CONNECT_S)

    try:
        return synnefo_backends.call(context, backend_id, find)
    except (InstanceMissing, RequestRefused) as cause:
        noun, state, action = "server", "stopped in its cluster", "open the console of"
        raise InvalidState(noun, state, action) from cause
    except BackendUnavailable as cause:
        log.warning("a console can't be found", extra={"server": server_id, "problem": str(cause)})
        msg = "the server's cluster does not answer"
        raise Unavailable(msg) from cause


def sweep(context: RequestContext) -> None:
    """Forget the tokens whose time is over, used or not."""
    with context.unit_of_work() as session:
        session.execute(delete(ConsoleRow).where(ConsoleRow.expires_at <= context.now()))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def _refused() -> Unauthenticated:
    """Say no more than that: who asks is unknown."""
    return Unauthenticated("the token is not valid")
