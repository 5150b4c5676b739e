# SPDX-License-Identifier: Apache-2.0
"""What nodes say of themselves: that they are there, and which documents they have.

A node that has others than it should is asked which; what it lacks is written down and sent by the
task (:mod:`synnefo_network.nodes.catching_up`), so nobody who listens waits for it.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from synnefo_core.context import RequestContext
from synnefo_core.contracts.bus import BusUnavailable, Message
from synnefo_core.contracts.nodes import ASK, HELLO, KNOWN, PROBLEM_LENGTH, digest_of
from synnefo_core.db.among import among
from synnefo_core.db.session import add_if_absent, changed_rows
from synnefo_core.listening import Listener
from synnefo_network.nodes import changes
from synnefo_network.nodes.changes import Kind
from synnefo_network.nodes.models import About, DocumentRow, LackRow, NodeRow

log = logging.getLogger(__name__)

_NAME = re.compile(r"[0-9A-Za-z](?:[0-9A-Za-z.-]{0,62})")
_ID = re.compile(r"[0-9A-Za-z-]{1,64}")
_TIMEOUT_S = 5.0


class Senseless(ValueError):
    """A message of a node says nothing that can be."""


@dataclass(frozen=True)
class Hello:
    """What a node says now and then; see :data:`HELLO`."""

    node: str
    documents: int
    digest: str
    is_gateway: bool = False
    problem: str = ""


@dataclass(frozen=True)
class Known:
    """What a node answers; see :data:`KNOWN`."""

    node: str
    after: str
    until: str | None
    known: Mapping[str, int]
    routers: Mapping[str, int] | None = None

    def has(self, thing_id: str) -> bool:
        """Whether the node would have named a thing here if it knew it."""
        return self.after < thing_id and (self.until is None or thing_id <= self.until)


def hello_of(payload: Mapping[str, Any]) -> Hello:
    """Read a hello.

    Raises:
        Senseless: It is none.
    """
    number, digest = payload.get("documents"), payload.get("digest")
    if type(number) is not int or not 0 <= number < 2**31 or not isinstance(digest, str):
        raise Senseless("documents or digest")
    is_gateway = payload.get("gateway", False)
    if not isinstance(is_gateway, bool):
        raise Senseless("gateway")
    problem = payload.get("problem", "")
    if not isinstance(problem, str):
        raise Senseless("problem")
    return Hello(_node(payload), number, digest, is_gateway, _line(problem))


def _line(problem: str) -> str:
    """Return what a node complains of in one line that can be kept and shown."""
    return "".join(each if each.isprintable() else " " for each in problem[:PROBLEM_LENGTH])


def known_of(payload: Mapping[str, Any]) -> Known:
    """Read an answer.

    Raises:
        Senseless: It is none.
    """
    after, until = (payload.get(name) for name in ("after", "until"))
    bounds = [bound for bound in (after, until) if bound is not None]
    if not all(isinstance(bound, str) for bound in bounds):
        raise Senseless("after or until")
    routers = payload.get("routers")
    return Known(
        _node(payload),
        after or "",
        until,
        _versions(payload.get("known")),
        None if routers is None else _versions(routers),
    )


def _versions(known: object) -> Mapping[str, int]:
    if not isinstance(known, dict):
        raise Senseless("known or routers")
    for thing_id, version in known.items():
        if not _ID.fullmatch(thing_id) or type(version) is not int or not 0 <= version < 2**62:
            raise Senseless("known or routers")
    return known


def _node(payload: Mapping[str, Any]) -> str:
    name = payload.get("node")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise Senseless("node")
    return name


def hear_hellos(context: RequestContext, messages: Sequence[Message]) -> None:
    """Note that nodes are there, and ask those which documents they have that have others."""
    digests: dict[tuple[str, bool], str] = {}
    for message in messages:
        try:
            hello = hello_of(message.payload)
        except Senseless as cause:
            _warn(message, cause)
            continue
        cluster = message.sender
        with context.unit_of_work() as session:
            is_behind = _note(context, session, cluster, hello)
        key = (cluster, hello.is_gateway)
        if key not in digests:
            kinds = (About.PORT, About.ROUTER) if hello.is_gateway else (About.PORT,)
            with context.reading() as session:
                digests[key] = digest_of(_documents(session, cluster, *kinds))
        if hello.digest != digests[key] and not is_behind:
            _ask(context, cluster, hello.node)


def _note(context: RequestContext, session: Session, cluster: str, hello: Hello) -> bool:
    """Write a node down; return whether what it lacks is being sent already."""
    now = context.now()
    key = {"cluster": cluster, "name": hello.node}
    row = session.get(NodeRow, (cluster, hello.node))
    is_back = row is None or _was_away(context, row)
    values = {
        "documents": hello.documents,
        "heard_at": now,
        "is_gateway": hello.is_gateway,
        "problem": hello.problem,
    }
    if is_back:
        values["back_at"] = now
    if hello.is_gateway != (row is not None and row.is_gateway) or (hello.is_gateway and is_back):
        changes.note(session, Kind.GATEWAYS, cluster)
    theirs = (NodeRow.cluster == cluster, NodeRow.name == hello.node)
    if not changed_rows(session, update(NodeRow).where(*theirs).values(values)):
        others = select(NodeRow.name).where(NodeRow.cluster == cluster).limit(1)
        if session.scalar(others) is None:
            changes.note(session, Kind.CLUSTER, cluster)
        add_if_absent(session, NodeRow, {**key, **values, "first_at": now})
    lacking = select(LackRow.thing_id).where(LackRow.cluster == cluster, LackRow.node == hello.node)
    return session.scalar(lacking.limit(1)) is not None


def _was_away(context: RequestContext, row: NodeRow) -> bool:
    """Whether a node was silent for so long that others were given its routers."""
    away_s: float = context.cloud.config.network.gateway_away_s
    return context.now() - row.heard_at > away_s


def _documents(session: Session, cluster: str, *kinds: About) -> dict[str, int]:
    """Return the versions of a cluster's documents, without those of things that are gone."""
    query = select(DocumentRow.thing_id, DocumentRow.version).where(
        DocumentRow.cluster == cluster,
        DocumentRow.is_gone.is_(False),
        DocumentRow.kind.in_(kinds),
    )
    return {row.thing_id: row.version for row in session.execute(query)}


def _ask(context: RequestContext, cluster: str, node: str) -> None:
    try:
        context.cloud.bus.broadcast(
            Message(f"{ASK}.{node}", {}), cluster=cluster, timeout_s=_TIMEOUT_S
        )
    except BusUnavailable as cause:  # it will say hello again
        log.warning("a node is not asked: %s", cause, extra={"cluster": cluster, "node": node})


def hear_known(context: RequestContext, messages: Sequence[Message]) -> None:
    """Write down what nodes lack of what they should know."""
    for message in messages:
        try:
            answer = known_of(message.payload)
        except Senseless as cause:
            _warn(message, cause)
            continue
        _write_down(context, message.sender, answer, About.PORT, answer.known)
        if answer.routers is not None:
            _write_down(context, message.sender, answer, About.ROUTER, answer.routers)


def _is_gateway(session: Session, cluster: str, name: str) -> bool:
    row = session.get(NodeRow, (cluster, name))
    return row is not None and row.is_gateway


def _write_down(
    context: RequestContext, cluster: str, answer: Known, about: About, known: Mapping[str, int]
) -> None:
    """Write down which documents of a kind a node lacks, of those that its answer is about."""
    with context.reading() as session:
        # Who is no gateway any more is told what has become of its own routers, not of others.
        is_all = about is About.PORT or _is_gateway(session, cluster, answer.node)
        should = {
            thing_id: version
            for thing_id, version in _documents(session, cluster, about).items()
            if (answer.has(thing_id) if is_all else thing_id in known)
        }
    lacks = {
        thing_id: known.get(thing_id, 0)
        for thing_id in should.keys() | known.keys()
        if thing_id not in should or should[thing_id] > known.get(thing_id, 0)
    }
    if not lacks:
        return
    log.info("a node lacks documents", extra={"node": answer.node, "number": len(lacks)})
    theirs = {"cluster": cluster, "node": answer.node, "kind": about.value}
    rows = [
        {**theirs, "thing_id": thing_id, "known": version} for thing_id, version in lacks.items()
    ]
    with context.unit_of_work() as session:
        session.execute(
            delete(LackRow).where(
                LackRow.cluster == cluster,
                LackRow.node == answer.node,
                among(LackRow.thing_id, lacks),
            )
        )
        session.execute(insert(LackRow), rows)


def _warn(message: Message, cause: Senseless) -> None:
    log.warning(
        "a node says what can't be: %s",
        cause,
        extra={"topic": message.topic, "sender": message.sender},
    )


LISTENERS = (Listener(HELLO, hear_hellos), Listener(KNOWN, hear_known))
